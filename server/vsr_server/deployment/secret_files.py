"""The files that the services of docker-compose.yml get as secrets: certificates, and words that two of them share.

ca.crt, ca.key                      the authority; its key is no service's
public.crt, public.key              what people's machines see: nginx
app.crt, app.key                    what nginx sees: the app
superlink.crt, superlink.key        what the app and the coordinator see: the SuperLink
runtime.secret                      SuperLink and coordinator
database.password, database.url     PostgreSQL; the app and the coordinator
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from vsr_server.durable_file import make_once
from vsr_server.enrolment.certificates import LOOPBACK, make_certificates
from vsr_shared.errors import FederationError

APP: Final = "app"
SUPERLINK: Final = "superlink"
DATABASE: Final = "database"
_READABLE: Final = 0o640
"""Containers read secrets by their group: docker compose hands files on with the owner and the rights they have."""


def write_secrets(folder: Path, names: Sequence[str], now: datetime) -> list[Path]:
    """Make in `folder` what is missing or about to expire, for a server called by `names`; return every file.

    Raises FederationError where the folder cannot be written.
    """
    public = make_certificates(folder, now, names, "public")
    app = make_certificates(folder, now, (APP, *LOOPBACK), "app")
    link = make_certificates(folder, now, (SUPERLINK, *LOOPBACK), "superlink")
    runtime, password, url = (folder / name for name in ("runtime.secret", "database.password", "database.url"))
    files = [public.authority]
    for pair in (public, app, link):
        files += [pair.certificate, pair.key]
    try:
        make_once(runtime, secrets.token_bytes(32))
        word = make_once(password, secrets.token_urlsafe(32).encode()).decode()
        make_once(url, f"postgresql://vsr:{word}@{DATABASE}:5432/vsr".encode())
        files += [runtime, password, url]
        for file in files:
            file.chmod(_READABLE)
    except OSError as error:
        raise FederationError(f"cannot write the secrets into {folder} ({error.strerror})") from error
    return files
