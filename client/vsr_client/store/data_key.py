"""The data key: who holds it, and how it is had back.

The system's keyring holds it where there is one. Elsewhere a passphrase locks it (scrypt, RFC 7914; n = 2^16, r = 8,
p = 1: 64 MiB and some tenths of a second a guess). There is no third way: nothing personal is ever kept in the clear.
`key.json` in the data folder says which of the two, and holds the locked key of the second. While the key is being
changed it holds the next one too, in the same form, under "next".
"""

import base64
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vsr_client.settings import PASSPHRASE
from vsr_client.store.files import private_folder, reporting, write_new, write_whole
from vsr_client.store.keyring_holder import forget_in_keyring, from_keyring, held_by_keyring
from vsr_client.store.sealing import KEY_BYTES, seal, unseal
from vsr_client.store.unfinished_work import finish_what_was_begun
from vsr_shared.errors import LockedStore, StoreError

Ask = Callable[[str], str | None]
"""Given a question for the person, return the passphrase, or None where nobody can be asked."""
Record = dict[str, Any]
"""Who holds one key: {"holder": "keyring", "account"} or {"holder": "passphrase", "salt", "locked"}."""

KEY_FILE: Final = "key.json"
_DATABASE: Final = "vsr.sqlite"
_SCRYPT: Final = {"n": 2**16, "r": 8, "p": 1}
_QUESTION: Final = "Passphrase of your VSR data: "


def has_data_key(folder: Path) -> bool:
    """Say whether `folder` has a data key, and so may hold anything personal."""
    finish_what_was_begun(folder)
    return (folder / KEY_FILE).exists()


def needs_passphrase(folder: Path) -> bool:
    """Say whether a passphrase, and not the keyring, holds the data key of `folder`, which has one."""
    return bool(read_record(folder)["holder"] == "passphrase")


def open_data_key(folder: Path, ask: Ask) -> bytes:
    """Return the data key of `folder`; LockedStore where the passphrase is missing or wrong."""
    finish_what_was_begun(folder)
    record = read_record(folder)
    following = record.pop("next", None)
    if following is None:
        return key_of(folder, record, ask)
    # The key was being changed when VSR ended: the database says how far that came.
    from vsr_client.store.proof import fits

    ask = _asking_once(ask)
    with suppress(LockedStore):
        key = key_of(folder, following, ask)
        if fits(folder / _DATABASE, key):
            write_record(folder, following)
            forget_in_keyring(record)
            return key
    return key_of(folder, record, ask)


def make_data_key(folder: Path, ask: Ask) -> bytes:
    """Make and keep a new data key for `folder`; LockedStore where there is neither keyring nor passphrase.

    StoreError where there is a key already, or data that another one sealed.
    """
    finish_what_was_begun(folder)
    if (folder / _DATABASE).exists() and not (folder / KEY_FILE).exists():
        raise StoreError(f"{folder} has lost its key file {KEY_FILE}; restore the folder from a backup")
    key = os.urandom(KEY_BYTES)
    private_folder(folder)
    record = None if os.environ.get(PASSPHRASE) else held_by_keyring(folder, key)
    if record is None:
        passphrase = ask("Choose a passphrase for your VSR data (it cannot be recovered): ")
        if not passphrase:
            raise LockedStore(
                f"there is no system keyring here, and your data is never kept unencrypted; set {PASSPHRASE} or run "
                "this in a terminal that can ask for a passphrase"
            )
        record = held_by_passphrase(key, passphrase)
    try:
        write_new(folder / KEY_FILE, json.dumps(record).encode())
    except StoreError:
        forget_in_keyring(record)
        raise
    return key


def read_record(folder: Path) -> Record:
    """Return who holds the key of `folder`; StoreError where that is damaged."""
    try:
        with reporting(folder):
            record: Record = json.loads((folder / KEY_FILE).read_bytes())
        if record["holder"] not in {"keyring", "passphrase"}:
            raise ValueError(record["holder"])
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(folder) from error
    return record


def write_record(folder: Path, record: Record) -> None:
    """Say from now on that `record` holds the key."""
    write_whole(folder / KEY_FILE, json.dumps(record).encode())


def key_of(folder: Path, record: Record, ask: Ask) -> bytes:
    """Return the key that `record` holds; LockedStore where it cannot be had."""
    try:
        if record["holder"] == "keyring":
            return from_keyring(record["account"])
        salt, locked = (base64.b64decode(record[part]) for part in ("salt", "locked"))
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(folder) from error
    passphrase = ask(_QUESTION)
    if not passphrase:
        raise LockedStore(f"your data in {folder} is locked; set {PASSPHRASE} or run this in a terminal that can ask")
    try:
        return unseal(stretched(passphrase, salt), "the data key", locked)
    except StoreError as error:
        raise LockedStore("this passphrase does not open your data; try again") from error


def held_by_passphrase(key: bytes, passphrase: str) -> Record:
    """Return the record of `key` locked by `passphrase`; LockedStore where that is empty."""
    if not passphrase:
        raise LockedStore("an empty passphrase protects nothing; choose another")
    salt = os.urandom(16)
    parts = {"salt": salt, "locked": seal(stretched(passphrase, salt), "the data key", key)}
    return {"holder": "passphrase", **{name: base64.b64encode(part).decode() for name, part in parts.items()}}


def stretched(passphrase: str, salt: bytes) -> bytes:
    """Return the 32 bytes that a passphrase and 16 random bytes come to."""
    return Scrypt(salt=salt, length=KEY_BYTES, **_SCRYPT).derive(passphrase.encode())


def _asking_once(ask: Ask) -> Ask:
    answers: list[str | None] = []

    def asked(question: str) -> str | None:
        if not answers:
            answers.append(ask(question))
        return answers[0]

    return asked


def _damaged(folder: Path) -> StoreError:
    return StoreError(f"{folder / KEY_FILE} is damaged; restore the data folder from a backup")
