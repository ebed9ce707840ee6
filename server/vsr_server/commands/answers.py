"""`vsr-server answers`: whether a server's port answers by TLS, for the health checks of containers."""

from pathlib import Path
from typing import Annotated

import typer

from vsr_server import settings as s


def answers(
    address: Annotated[str, typer.Argument(help="host:port")],
    data_dir: s.DataDir = Path("vsr-server-data"),
    authority: s.AuthorityFile = None,
) -> None:
    """End with 0 where a certificate of the authority is shown at ADDRESS, with 6 where not."""
    from vsr_server.web.tls_answer import check_answers

    check_answers(address, authority or data_dir / "certificates" / "ca.crt")
