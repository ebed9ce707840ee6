"""Unpacking a zip file from outside: nothing lands outside the folder, and not more than was agreed."""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from vsr_shared.errors import VsrError

MOST_FILES: Final = 50_000
_BLOCK: Final = 1 << 20


def unpack(archive: Path, into: Path, most_bytes: int) -> int:
    """Unpack `archive` into the folder `into` and return how many files that were.

    VsrError, and nothing unpacked, where it is no whole zip file, an entry leads out of the folder or is a link, is
    encrypted, or where it holds more than `most_bytes` or 50,000 entries.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check(archive.name, entries, most_bytes)
            for entry in entries:
                path = into / entry.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source, path.open("wb") as target:
                    shutil.copyfileobj(source, target, _BLOCK)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        shutil.rmtree(into, ignore_errors=True)
        raise VsrError(f"{archive.name} is no whole zip file ({error}); fetch it again") from error
    return len(entries)


def _check(archive: str, entries: list[zipfile.ZipInfo], most_bytes: int) -> None:
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        outside = entry.filename.startswith("/") or ".." in parts or any(sign in entry.filename for sign in ":\\")
        if outside or stat.S_ISLNK(entry.external_attr >> 16):
            raise VsrError(f"{archive} would write {entry.filename!r} outside its folder; do not use this file")
        if entry.flag_bits & 0x1:
            raise VsrError(f"{archive} is encrypted; unpack it with its password and use the folder")
    total = sum(entry.file_size for entry in entries)
    if total > most_bytes or len(entries) > MOST_FILES:
        raise VsrError(
            f"{archive} would unpack to {len(entries):,} files of {total / 1e6:,.0f} MB, more than the "
            f"{most_bytes / 1e6:,.0f} MB expected; do not use this file"
        )
