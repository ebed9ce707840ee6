"""`vsr-server audit show|verify`: what was done, and whether the record of it is whole."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_server.commands.options import DATA_DIR, AsJson, DataDir, opened
from vsr_shared.errors import FederationError

if TYPE_CHECKING:
    from vsr_server.database.tables import AuditEntry

audit_app = typer.Typer(no_args_is_help=True, help="The audit log: what was done, by whom, when.")


@audit_app.command("show")
def show_log(
    last: Annotated[int, typer.Option(min=1, help="Newest entries to show.")] = 50,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Show the newest entries, the newest last."""
    from vsr_server.audit.log import newest_entries

    with opened(data_dir) as (_, database), database.reading() as session:
        entries = newest_entries(session, last)
    for entry in reversed(entries):
        typer.echo(json.dumps(_said(entry)) if as_json else _line(entry))


@audit_app.command("verify")
def verify_log(data_dir: DataDir = DATA_DIR) -> None:
    """Read the whole log again; ends with exit code 6, and says which entry, where it was tampered with."""
    from vsr_server.audit.verify import verify

    with opened(data_dir) as (folder, database), database.reading() as session:
        verdict = verify(session, folder.root)
    if not verdict.whole:
        raise FederationError(f"the audit log was tampered with: {'; '.join(verdict.faults)}")
    typer.echo(f"{verdict.entries} entries, none changed, none missing")


def _said(entry: "AuditEntry") -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "details": entry.details,
        "seal": entry.seal,
    }


def _line(entry: "AuditEntry") -> str:
    details = " ".join(f"{name}={value}" for name, value in entry.details.items())
    return f"{entry.number:>6}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor}  {entry.action}  {details}".rstrip()
