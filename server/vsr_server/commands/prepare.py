"""`vsr-server prepare`: certificates and secrets for a deployment in containers, as files."""

from pathlib import Path
from typing import Annotated

import typer

from vsr_server import settings as s


def prepare(
    folder: Annotated[Path, typer.Argument(help="Folder for the files; what is there is kept, and renewed in time.")],
    name: s.PublicName = None,
) -> None:
    """Make certificates for the public port, the app and the SuperLink, and the secrets between them.

    Each service gets the files that it needs and no other. The authority's key, ca.key, is needed by none: keep it
    elsewhere once this is done, and bring it back to renew certificates, within a year.
    """
    from datetime import UTC, datetime

    from vsr_server.deployment.secret_files import write_secrets
    from vsr_shared.errors import UsageError

    if not name:
        raise UsageError("say what people call this server, --name vsr.example.org")
    for file in write_secrets(folder, tuple(name), datetime.now(UTC)):
        typer.echo(str(file))
