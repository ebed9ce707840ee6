"""`vsr-server invite`, `vsr-server invitations list|withdraw`: who is asked to take part."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_server.commands.options import DATA_DIR, AsJson, DataDir, opened

if TYPE_CHECKING:
    from vsr_server.enrolment.invitations import MadeInvitation

invitations_app = typer.Typer(no_args_is_help=True, help="Invitations that were made.")


def invite(
    name: Annotated[str, typer.Option(help="What to call the machine that comes in by it.")] = "",
    days: Annotated[float, typer.Option(min=0.01, max=365, help="Days for which the invitation may be used.")] = 7.0,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many to make, each good for one machine.")] = 1,
    qr: Annotated[str, typer.Option(help="Write it as a QR code, too: FILE.svg, or - for here.")] = "",
    address: Annotated[
        str, typer.Option(help="The server's address as people reach it, host:port; the running server's by default.")
    ] = "",
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Print an invitation: one line that a person pastes into VSR's page Together. It lets one machine in, once."""
    from vsr_server.enrolment.invite import invite as make
    from vsr_server.enrolment.invite import spoken
    from vsr_server.enrolment.qr import check_qr_file, qr_text, write_qr

    if qr not in {"", "-"}:
        check_qr_file(Path(qr))
    now = datetime.now(UTC)
    with opened(data_dir) as (folder, database):
        until = now + timedelta(days=days)
        made = [
            make(database, folder, address=address, name=one, expires=until, actor="operator", now=now)
            for one in _names(name, count)
        ]
    if not as_json:
        typer.echo(spoken(made[0].invitation, count), err=True)
    for one in made:
        typer.echo(json.dumps(_said(one)) if as_json else one.line)
        if qr == "-":
            typer.echo(qr_text(one.line), err=True)
        elif qr:
            write_qr(one.line, Path(qr) if count == 1 else Path(qr).with_stem(f"{Path(qr).stem}-{one.id}"))


@invitations_app.command("list")
def list_invitations(data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the invitations: open, used, expired or withdrawn. The lines themselves are kept nowhere."""
    from vsr_server.enrolment.invitations import invitations, state_of

    now = datetime.now(UTC)
    with opened(data_dir) as (_, database):
        found = invitations(database)
    for row in found:
        said = {"id": row.id, "state": state_of(row, now), "until": row.expires_at.isoformat(timespec="minutes")}
        said |= {"name": row.name, "machine": row.machine or ""}
        typer.echo(json.dumps(said) if as_json else "  ".join(said.values()).rstrip())


@invitations_app.command("withdraw")
def withdraw_invitation(
    number: Annotated[str, typer.Argument(help="The invitation's number, from `invitations list`.")],
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Take an invitation back, so that nobody can come in by it."""
    from vsr_server.enrolment.invitations import withdraw

    with opened(data_dir) as (_, database):
        row = withdraw(database, number, "operator", datetime.now(UTC))
    typer.echo(f"withdrew the invitation {row.id}{f' for {row.name}' if row.name else ''}")


def _names(name: str, count: int) -> list[str]:
    if count > 1 and name:
        return [f"{name} {place}" for place in range(1, count + 1)]
    return [name] * count


def _said(made: "MadeInvitation") -> dict[str, object]:
    found = made.invitation
    said: dict[str, object] = {"id": made.id, "name": made.name, "invitation": made.line, "server": found.server}
    return said | {"fingerprint": found.fingerprint, "expires": found.expires, "base": found.base}
