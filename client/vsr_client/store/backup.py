"""One encrypted file that holds everything personal, and how it takes the place of what is in a data folder.

    "VSR backup 1\\n", salt (16 bytes), proof of the passphrase (28 bytes), then a sealed stream (`chunk_seal`) of a
    tar: about.json, data.key, vsr.sqlite, audio/*.sealed, models/*.model

The key is stretched from a passphrase of the backup's own (scrypt). Audio stays sealed as it lies in the folder.
Unfinished captures are left out, and so is what was deleted while the backup was being written. Which machine this is
to a federation is not part of it.
"""

import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from sqlmodel import delete

from vsr_client.settings import PASSPHRASE
from vsr_client.store.data_key import (
    KEY_FILE,
    Record,
    held_by_passphrase,
    read_record,
    stretched,
    write_record,
)
from vsr_client.store.database import FILE, Database
from vsr_client.store.files import fresh, private_folder, reporting
from vsr_client.store.keyring_holder import forget_in_keyring, held_by_keyring
from vsr_client.store.proof import proof_of, proves
from vsr_client.store.recordings import RecordingStore
from vsr_client.store.schema import REVISIONS, CaptureRow
from vsr_client.store.sealed_audio import SealedWriter
from vsr_client.store.sealed_stream import SealedStream
from vsr_client.store.sealing import KEY_BYTES
from vsr_client.store.unfinished_work import RESTORED, RESTORING, announce, finish_what_was_begun, put_in_place
from vsr_client.store.vault import Vault
from vsr_shared.errors import LockedStore, StoreError

_MAGIC: Final = b"VSR backup 1\n"
_SALT: Final = 16
_PROOF: Final = 28
_PURPOSE: Final = "this backup"
_MEMBER: Final = re.compile(r"vsr\.sqlite|audio/[0-9a-f]{32}\.sealed|models/[^/\\.][^/\\]*\.model")
_SMALL: Final = {"about.json", "data.key"}
_SMALL_BYTES: Final = 64 * 1024


def write_backup(vault: Vault, out: BinaryIO, passphrase: str) -> None:
    """Write everything in `vault` to `out`, sealed under `passphrase`; other threads and processes go on meanwhile.

    LockedStore where the passphrase is empty; StoreError where the folder cannot be read or `out` not be written.
    """
    if not passphrase:
        raise LockedStore("an empty passphrase protects nothing; choose one for the backup")
    salt = os.urandom(_SALT)
    key = stretched(passphrase, salt)
    snapshot = vault.folder / f".backup-{os.urandom(4).hex()}.{os.getpid()}.partial"
    try:
        data_key = vault.database.snapshot(snapshot)
        with reporting(vault.folder):
            out.write(_MAGIC + salt + proof_of(key))
            sealed = SealedWriter(out, key, _PURPOSE)
            with tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
                _put_small(tar, "about.json", json.dumps({"schema": REVISIONS[-1]}).encode())
                _put_small(tar, "data.key", data_key)
                _put_file(tar, "vsr.sqlite", snapshot)
                folders = [(folder, vault.folder.glob(f"{folder}/*")) for folder in ("audio", "models")]
                paths = [(f"{folder}/{path.name}", path) for folder, found in folders for path in sorted(found)]
                for name, path in paths:
                    if _MEMBER.fullmatch(name):
                        with suppress(FileNotFoundError):
                            _put_file(tar, name, path)
            sealed.finish()
    finally:
        snapshot.unlink(missing_ok=True)


def restore_backup(source: BinaryIO, folder: Path, passphrase: str) -> None:
    """Put the backup in `source`, which is read once and in order, in the place of everything personal in `folder`.

    Nothing may have the folder open. The key goes to the keyring; where there is none, `VSR_PASSPHRASE` locks it if
    set, else the backup's passphrase. LockedStore where the passphrase is wrong, StoreError where the backup is
    damaged, from a newer VSR or does not fit on the disk: then nothing has changed.
    """
    finish_what_was_begun(folder)
    head = source.read(len(_MAGIC) + _SALT + _PROOF)
    salt, proof = head[len(_MAGIC) : -_PROOF], head[-_PROOF:]
    if not head.startswith(_MAGIC) or len(head) != len(_MAGIC) + _SALT + _PROOF:
        raise StoreError("this is not a backup of VSR's; choose the file that VSR wrote")
    key = stretched(passphrase, salt)
    if not proves(key, proof):
        raise LockedStore("this passphrase does not open the backup; try again")
    private_folder(folder)
    with _staging(folder) as staging:
        data_key = _unpack(source, key, staging)
        before = read_record(folder) if (folder / KEY_FILE).exists() else {}
        record = _hold(folder, data_key, passphrase)
        try:
            write_record(staging, record)
            announce(folder, [path.name for path in staging.iterdir()])
        except StoreError:
            forget_in_keyring(record)
            raise
        put_in_place(folder)
    with suppress(LockedStore):
        forget_in_keyring(before)


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    staging = folder / RESTORING
    with reporting(folder):
        shutil.rmtree(staging, ignore_errors=True)
    private_folder(staging)
    try:
        yield staging
    finally:
        # Once announced it belongs to whoever finishes the work.
        if not (folder / RESTORED).exists():
            shutil.rmtree(staging, ignore_errors=True)


def _unpack(source: BinaryIO, key: bytes, staging: Path) -> bytes:
    """Unpack a whole, undamaged backup into `staging` and return its data key."""
    small: dict[str, bytes] = {}
    private_folder(staging / "audio")
    private_folder(staging / "models")
    plain = io.BufferedReader(SealedStream(source, key, _PURPOSE), 256 * 1024)
    try:
        with reporting(staging), tarfile.open(fileobj=plain, mode="r|") as tar:
            for member in tar:
                _take(tar, member, staging, small)
        # The end proves that nothing was cut off.
        while plain.read(1024 * 1024):
            pass
    except tarfile.TarError as error:
        raise StoreError(f"{_PURPOSE} is damaged ({error}); use another copy") from error
    if not small.keys() >= _SMALL or not (staging / FILE).exists() or len(small["data.key"]) != KEY_BYTES:
        raise StoreError(f"{_PURPOSE} lacks a part; use another copy")
    _check(staging, small["data.key"])
    return small["data.key"]


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, staging: Path, small: dict[str, bytes]) -> None:
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise StoreError(f"{_PURPOSE} holds {member.name!r}, which does not belong there; use another copy")
    if member.name in _SMALL and member.size <= _SMALL_BYTES:
        small[member.name] = content.read()
        if member.name == "about.json" and json.loads(small[member.name])["schema"] not in REVISIONS:
            raise StoreError(f"{_PURPOSE} was written by a newer VSR; update VSR, then restore it")
    elif _MEMBER.fullmatch(member.name):
        with fresh(staging / member.name) as file:
            shutil.copyfileobj(content, file, 1024 * 1024)
            os.fsync(file.fileno())
    else:
        raise StoreError(f"{_PURPOSE} holds {member.name!r}, which does not belong there; use another copy")


def _check(staging: Path, key: bytes) -> None:
    """Open what was unpacked, which proves key and schema, and take out what has no sound in the backup."""
    database = Database(staging, key)
    try:
        store = RecordingStore(database)
        for recording in store.all():
            if recording.has_audio and not (staging / "audio" / f"{recording.id}.sealed").exists():
                store.delete(recording.id)
        with database.writing() as session:
            session.exec(delete(CaptureRow))
    finally:
        database.close()


def _hold(folder: Path, key: bytes, passphrase: str) -> Record:
    chosen = os.environ.get(PASSPHRASE)
    record = None if chosen else held_by_keyring(folder, key)
    return record or held_by_passphrase(key, chosen or passphrase)


def _put_small(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _put_file(tar: tarfile.TarFile, name: str, path: Path) -> None:
    with path.open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size = os.fstat(file.fileno()).st_size
        tar.addfile(info, file)
