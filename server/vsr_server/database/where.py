"""Where the server's database is: by URL, by a file that holds the URL, or beside the rest of the server's data."""

import os
from collections.abc import Mapping
from pathlib import Path

from vsr_shared.errors import UsageError


def database_url(folder: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return VSR_DATABASE_URL, else what the file VSR_DATABASE_URL_FILE holds, else SQLite's in `folder`.

    Raises UsageError where that file cannot be read or is empty.
    """
    if named := environ.get("VSR_DATABASE_URL", "").strip():
        return named
    if not (file := environ.get("VSR_DATABASE_URL_FILE", "").strip()):
        return f"sqlite:///{folder.absolute() / 'server.db'}"
    try:
        held = Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the file {file}, named by VSR_DATABASE_URL_FILE, cannot be read ({error})") from error
    if not held:
        raise UsageError(f"the file {file}, named by VSR_DATABASE_URL_FILE, is empty; it holds one database URL")
    return held
