"""`vsr-server nodes list|revoke|pending|certify`: the machines that may take part."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_server.commands.options import DATA_DIR, AsJson, DataDir, opened
from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    from vsr_server.database.tables import Machine
    from vsr_server.enrolment.nodes import NodeStatus
    from vsr_server.server_folder import ServerFolder

nodes_app = typer.Typer(no_args_is_help=True, help="The machines that may take part.")


@nodes_app.command("list")
def list_nodes(data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """List the machines that were let in and, where the server runs, whether they are connected."""
    for found in node_statuses(data_dir):
        machine = found.machine
        line = {"id": machine.id, "name": machine.name, "status": found.status}
        typer.echo(json.dumps(line) if as_json else "  ".join(line.values()))


@nodes_app.command("revoke")
def revoke_node(
    named: Annotated[str, typer.Argument(metavar="MACHINE", help="Its number or name, from `nodes list`.")],
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Take a machine out for good: the server answers it no more, and it stands in no further sum."""
    from vsr_server.enrolment.machines import revoke

    with opened(data_dir) as (folder, database):
        machine = revoke(database, named, "operator", datetime.now(UTC))
        told = _tell(folder, [machine], "the running server refuses it from now on", "it is refused when it starts")
    typer.echo(f"revoked {machine.name} ({machine.id}): {told}")


@nodes_app.command("pending")
def pending_nodes(data_dir: DataDir = DATA_DIR) -> None:
    """Print the machines that wait for the enrolment key, a line of JSON each: what `certify --list` takes."""
    from vsr_server.enrolment.certifying import pending

    with opened(data_dir) as (_, database):
        found = pending(database)
    for machine in found:
        typer.echo(json.dumps({"machine": machine.id, "name": machine.name, "identity": machine.identity}))


@nodes_app.command("certify")
def certify_nodes(
    enrolment_key: Annotated[Path | None, typer.Option(help="The enrolment key, as it lay on the server.")] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="Not on the server: sign what `nodes pending` printed.")
    ] = None,
    certificates: Annotated[
        Path | None, typer.Option(help="On the server, without the key: take what `certify --list` printed.")
    ] = None,
    data_dir: DataDir = DATA_DIR,
) -> None:
    """Certify the machines that wait, so that they may stand in sums.

    With the key at hand: --enrolment-key. Where it stays on another machine: there with --list, then here with
    --certificates.
    """
    from vsr_server.enrolment.certifying import certificates as certified
    from vsr_server.enrolment.certifying import pending, take_certificates
    from vsr_server.enrolment.identities import enrolment_public_key, load_enrolment_key

    if (enrolment_key is None) == (certificates is None):
        raise UsageError("say --enrolment-key FILE, or --certificates FILE where they were made elsewhere")
    key = load_enrolment_key(enrolment_key) if enrolment_key else None
    if key and listed:
        for machine, certificate in certified(key, _lines(listed, "identity")).items():
            typer.echo(json.dumps({"machine": machine, "certificate": certificate}))
        return
    with opened(data_dir) as (folder, database):
        if key:
            given = certified(key, {machine.id: machine.identity for machine in pending(database)})
        else:
            given = _lines(certificates or Path(), "certificate")
        done = take_certificates(database, enrolment_public_key(folder.identities), given, "operator")
        told = _tell(folder, done, "the running server lets them in", "they are let in when it starts")
    typer.echo(f"certified {len(done)}: {told}" if done else "nobody waits to be certified")


def node_statuses(data_dir: Path) -> "list[NodeStatus]":
    """Return how the machines of the server in `data_dir` stand."""
    import httpx

    from vsr_server.enrolment.machines import machines
    from vsr_server.enrolment.nodes import statuses, unseen

    with opened(data_dir) as (folder, database):
        found = machines(database)
    link = superlink_of(folder)
    if link is not None:
        try:
            return statuses(found, *link)
        except httpx.HTTPError:
            # A server that died left its address behind; without it the rest is still worth showing.
            pass
    return unseen(found)


def superlink_of(folder: "ServerFolder") -> tuple[str, bytes] | None:
    """Return address and authority (PEM) of the SuperLink that runs on `folder`, None where none is known."""
    address = folder.address()
    try:
        return (address, (folder.certificates / "ca.crt").read_bytes()) if address else None
    except OSError:
        return None


def _tell(folder: "ServerFolder", machines: "list[Machine]", now: str, later: str) -> str:
    import httpx

    from vsr_server.enrolment.nodes import tell_superlink

    link = superlink_of(folder)
    if link is None:
        return f"the server does not run; {later}"
    try:
        tell_superlink(machines, *link)
    except httpx.HTTPError:
        return f"the server does not answer now; {later}"
    return now


def _lines(path: Path, name: str) -> dict[str, str]:
    """Return `name` by machine from lines of JSON; UsageError where they are not."""
    try:
        found = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        return {str(one["machine"]): str(one[name]) for one in found}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no list of machines with their {name}s ({error}); write it anew") from error
