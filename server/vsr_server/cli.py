"""`vsr-server`: start a federation's server, invite those who take part, see how it stands.

Exit codes are those of `vsr_shared.errors`; 130 after Ctrl-C, 143 after SIGTERM.
"""

import typer

from vsr_server.base.cli import app as base_app
from vsr_server.commands.answers import answers
from vsr_server.commands.app import app as server_app
from vsr_server.commands.audit import audit_app
from vsr_server.commands.coordinate import coordinate
from vsr_server.commands.dashboard import dashboard
from vsr_server.commands.invite import invitations_app, invite
from vsr_server.commands.models import models_app
from vsr_server.commands.nodes import nodes_app
from vsr_server.commands.prepare import prepare
from vsr_server.commands.start import start
from vsr_server.commands.status import status
from vsr_server.commands.superlink import superlink
from vsr_server.corpora.cli import app as corpora_app
from vsr_shared.errors import VsrError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_show_locals=False)
app.command()(start)
app.command()(invite)
app.add_typer(invitations_app, name="invitations")
app.add_typer(nodes_app, name="nodes")
app.add_typer(models_app, name="models")
app.add_typer(audit_app, name="audit")
app.add_typer(base_app, name="base")
app.add_typer(corpora_app, name="corpora")
app.command()(superlink)
app.command()(coordinate)
app.command("app")(server_app)
app.command()(prepare)
app.command()(status)
app.command()(answers)
app.command()(dashboard)


def main() -> None:
    """Run the command line; each VsrError ends it with its message and its exit code."""
    try:
        app()
    except VsrError as error:
        typer.echo(f"vsr-server: {error}", err=True)
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
