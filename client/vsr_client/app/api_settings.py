"""What the person chose, what VSR keeps and where, the passphrase and the key, backup, and deleting everything."""

import io
import os
import secrets
import time
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Annotated, Any, BinaryIO, Final, cast
from urllib.parse import unquote

from fastapi import APIRouter, Body, Header, Request
from starlette.responses import StreamingResponse

from vsr_client.about import parts
from vsr_client.app.failures import Busy, NotThere
from vsr_client.app.pouring import Poured, poured
from vsr_client.app.runtime import Here, Runtime
from vsr_client.app.upload import streamed
from vsr_client.settings import PASSPHRASE
from vsr_client.store.backup import restore_backup, write_backup
from vsr_client.store.data_key import needs_passphrase
from vsr_client.store.vault import destroy
from vsr_client.worth import worth_of
from vsr_shared.errors import UsageError

router = APIRouter(prefix="/api", tags=["settings"])

CONFIRMATION: Final = "forget everything"
SHORTEST_PASSPHRASE: Final = 8
_LINK_SECONDS: Final = 120.0
_links: dict[str, tuple[float, str]] = {}
"""One-time addresses of backups, each with its end and its passphrase."""
_links_lock = Lock()

Passphrase = Annotated[str, Body(max_length=1024)]


@router.get("/preferences")
def preferences(here: Here) -> dict[str, Any]:
    """Return everything that was chosen, but for the membership, which /api/together tells."""
    return _told(here)


@router.patch("/preferences")
def choose(here: Here, chosen: Annotated[dict[str, str | bool], Body()]) -> dict[str, Any]:
    """Choose the values that are named; the others stay."""
    if "together" in chosen:
        raise UsageError("taking part is joined and left at /api/together, not here")
    if any(isinstance(value, str) and len(value) > 1024 for value in chosen.values()):
        raise UsageError("a preference is at most 1,024 characters long")
    here.person.preferences.change(**chosen)
    return _told(here)


@router.get("/storage")
def storage(here: Here) -> dict[str, Any]:
    """Return how many bytes everything takes, and who holds the key."""
    person = here.person
    found = asdict(person.vault.storage())
    return {
        "folder": str(person.data_dir),
        "bytes": found,
        "recordings": len(person.recordings.all()),
        "key": "passphrase" if needs_passphrase(person.data_dir) else "keyring",
    }


@router.get("/about")
def about(request: Request, here: Here) -> dict[str, Any]:
    """Return what this VSR is, what its base is worth, and what it is made of."""
    base = here.person.base
    worth = worth_of(base.id)
    return {
        "version": request.app.version,
        "base": {"id": base.id, "origin": base.manifest.origin, "licence": base.manifest.licence},
        "worth": asdict(worth) if worth else None,
        "parts": [asdict(part) for part in parts()],
    }


@router.post("/passphrase", status_code=204)
def change_passphrase(here: Here, old: Passphrase, new: Passphrase) -> None:
    """Lock the data by another passphrase; where the keyring held the key, `old` is empty."""
    _check_strength(new)
    vault = here.person.vault
    if needs_passphrase(here.person.data_dir):
        vault.change_passphrase(old, new)
    else:
        vault.move_to_passphrase(new)


@router.post("/key/keyring", status_code=204)
def move_to_keyring(here: Here) -> None:
    """Let the system's keyring hold the key from now on, so that VSR opens without a question."""
    here.person.vault.move_to_keyring()


@router.post("/key/rotate", status_code=204)
def rotate_key(here: Here, passphrase: Annotated[str, Body(embed=True, max_length=1024)] = "") -> None:
    """Make a new key and seal everything under it; `passphrase` where one holds the key."""
    _check_not_training(here)
    person, given = here.person, passphrase or None

    def renew() -> None:
        try:
            person.rotate_key(lambda _: given)
        finally:
            person.close()

    here.reopen(given, renew)


@router.post("/backup", response_class=StreamingResponse)
def backup(here: Here, passphrase: Annotated[str, Body(embed=True, max_length=1024)]) -> StreamingResponse:
    """Return everything in one file, sealed under a passphrase of its own; streamed."""
    _check_strength(passphrase)
    return _backup(here, passphrase)


@router.post("/backup/link")
def backup_link(here: Here, passphrase: Annotated[str, Body(embed=True, max_length=1024)]) -> dict[str, str]:
    """Return an address from which a browser saves the backup straight to the disk, once, within two minutes."""
    _check_strength(passphrase)
    _ = here.person
    now, name = time.monotonic(), secrets.token_urlsafe(32)
    with _links_lock:
        for old in [known for known, (until, _) in _links.items() if until < now]:
            del _links[old]
        _links[name] = now + _LINK_SECONDS, passphrase
    return {"link": f"/api/backup/{name}"}


@router.get("/backup/{name}", response_class=StreamingResponse)
def backup_file(here: Here, name: str) -> StreamingResponse:
    """Return the backup that a link was made for."""
    with _links_lock:
        until, passphrase = _links.pop(name, (0.0, ""))
    if until < time.monotonic():
        raise NotThere("this link to a backup was used or is too old; make another")
    return _backup(here, passphrase)


@router.post("/restore")
async def restore(
    request: Request, here: Here, x_passphrase: Annotated[str, Header(max_length=4096)]
) -> dict[str, Any]:
    """Put a backup in the place of everything here; the header holds its passphrase, percent-encoded.

    Where the environment names a passphrase, that one locks the restored data; else the backup's own does.
    """
    passphrase = unquote(x_passphrase)
    opens = os.environ.get(PASSPHRASE) or passphrase
    _check_not_training(here)

    def take(pieces: Any) -> None:
        source = cast("BinaryIO", io.BufferedReader(Poured(pieces), 256 * 1024))
        here.reopen(opens, partial(restore_backup, source, here.options.data_dir, passphrase))

    await streamed(request.stream(), take)
    return {"locked": not here.unlocked()}


@router.post("/forget-everything")
def forget_everything(here: Here, confirm: Annotated[str, Body(embed=True, max_length=100)]) -> dict[str, Any]:
    """Delete everything personal, the key first; also where the passphrase is lost. The app then begins anew."""
    if confirm.strip().lower() != CONFIRMATION:
        raise UsageError(f"nothing was deleted; to delete everything, confirm with the words {CONFIRMATION!r}")
    here.reopen(None, partial(destroy, here.options.data_dir))
    return {"new": here.is_new}


def _backup(here: Runtime, passphrase: str) -> StreamingResponse:
    vault = here.person.vault
    name = f"vsr-backup-{datetime.now(UTC).astimezone():%Y-%m-%d}.vsrbackup"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    pieces = poured(lambda out: write_backup(vault, out, passphrase))
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)


def _check_not_training(here: Runtime) -> None:
    if here.supervisor.running("train"):
        raise Busy("VSR is learning now; wait until it is done, or cancel it on Teach")


def _told(here: Runtime) -> dict[str, Any]:
    found = asdict(here.person.preferences.get())
    del found["together"]
    return found


def _check_strength(passphrase: str) -> None:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise UsageError(
            f"a passphrase has at least {SHORTEST_PASSPHRASE} characters; four or five words of your own are good"
        )
