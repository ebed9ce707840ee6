"""`vsr-server`: start a federation's server, register the machines that may take part, see how it stands.

Exit codes are those of `vsr_shared.errors`; 130 after Ctrl-C, 143 after SIGTERM.
"""

import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_server.base.cli import app as base_app
from vsr_server.corpora.cli import app as corpora_app
from vsr_shared.errors import UsageError, VsrError
from vsr_shared.federation.events import Event, to_json_line
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import Weights

if TYPE_CHECKING:
    from vsr_server.nodes import NodeStatus
    from vsr_server.server_folder import ServerFolder
    from vsr_shared.find_base import BaseChoice

LOCAL = LocalTraining()
app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
nodes_app = typer.Typer(no_args_is_help=True, help="The machines that may take part.")
app.add_typer(nodes_app, name="nodes")
app.add_typer(base_app, name="base")
app.add_typer(corpora_app, name="corpora")

DataDir = Annotated[Path, typer.Option(help="Folder of this server; made where it is missing.")]
AsJson = Annotated[bool, typer.Option("--json", help="One line of JSON an item, for programs.")]


@app.command()
def start(
    base: Annotated[
        Path | None,
        typer.Option(envvar="VSR_BASE", help="Base model whose shared part is trained; without it the one that ships."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds to complete in all, over every start.")] = 10,
    min_clients: Annotated[int, typer.Option(min=1, help="Machines that a round needs.")] = 2,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = 9443,
    round_timeout: Annotated[float, typer.Option(min=1, help="Seconds a machine has for its answer.")] = 600.0,
    cohort_timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait for enough machines.")] = 600.0,
    epochs: Annotated[int, typer.Option(min=1, max=200, help="Passes over a person's clips a round.")] = LOCAL.epochs,
    learning_rate: Annotated[
        float, typer.Option(min=1e-9, max=1, help="Step size on the machines.")
    ] = LOCAL.learning_rate,
    batch_size: Annotated[int, typer.Option(min=1, max=4096, help="Clips a step on the machines.")] = LOCAL.batch_size,
    metric: Annotated[list[str] | None, typer.Option(help="A figure of the machines to average.")] = None,
    data_dir: DataDir = Path("vsr-server-data"),
    offline: Annotated[bool, typer.Option(envvar="VSR_OFFLINE", help="Never fetch ImageNet's weights.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run rounds until they are done, going on from the last checkpoint where there is one."""
    from vsr_server.rounds import Plan
    from vsr_server.serving import serve
    from vsr_shared.find_base import BaseChoice

    local = LocalTraining(epochs, learning_rate, batch_size)
    plan = Plan(rounds, min_clients, round_timeout, cohort_timeout, local, tuple(metric or ()))
    base_id, weights = _load_base(BaseChoice(base, data_dir / "bases", offline))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    serve(data_dir, base_id, weights, plan, port=port, on_event=_printer(as_json))


@nodes_app.command("register")
def register_node(
    public_key: Annotated[Path, typer.Argument(help="The machine's .pub file.")],
    name: Annotated[str, typer.Option(help="What to call the machine; its file's name by default.")] = "",
    data_dir: DataDir = Path("vsr-server-data"),
) -> None:
    """Let the machine with this public key take part, at once where the server runs."""
    import httpx

    from vsr_server.nodes import enrol, tell_superlink

    folder = _folder(data_dir)
    node = enrol(folder.nodes, public_key, name)
    told = "it is let in when the server starts"
    address = folder.address()
    if address is not None:
        try:
            tell_superlink([node], address, (folder.certificates / "ca.crt").read_bytes())
            told = "the running server lets it in"
        except httpx.HTTPError:
            told = "the server does not answer now; it is let in when it starts"
    typer.echo(f"registered {node.name} ({node.fingerprint}): {told}")


@nodes_app.command("list")
def list_nodes(data_dir: DataDir = Path("vsr-server-data"), as_json: AsJson = False) -> None:
    """List the registered machines and, where the server runs, whether they are connected."""
    for found in _statuses(data_dir):
        line = {"fingerprint": found.node.fingerprint, "name": found.node.name, "status": found.status}
        typer.echo(json.dumps(line) if as_json else "  ".join(line.values()))


@app.command()
def status(data_dir: DataDir = Path("vsr-server-data"), as_json: AsJson = False) -> None:
    """Say whether the server runs, how many rounds are done and how many machines are connected."""
    from vsr_server.checkpoint import Checkpoints

    folder = _folder(data_dir)
    progress = Checkpoints(folder.checkpoints).progress()
    found = _statuses(data_dir)
    summary = {
        "address": folder.address(),
        "registered": len(found),
        "online": sum(node.status == "online" for node in found),
        "progress": None if progress is None else asdict(progress),
    }
    if as_json:
        typer.echo(json.dumps(summary))
        return
    typer.echo(f"server: {summary['address'] or 'does not run'}")
    typer.echo(f"machines: {summary['registered']} registered, {summary['online']} connected")
    typer.echo(f"rounds: {progress.completed} completed on base {progress.base}" if progress else "rounds: none yet")


def main() -> None:
    """Run the command line; each VsrError ends it with its message and its exit code."""
    try:
        app()
    except VsrError as error:
        typer.echo(f"vsr-server: {error}", err=True)
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _load_base(choice: "BaseChoice") -> tuple[str, Weights]:
    """Return a base's id and its shared weights."""
    from vsr_shared.find_base import find_base

    base = find_base(choice, lambda line: typer.echo(f"vsr-server: {line}", err=True))
    return base.id, base.trainable


def _printer(as_json: bool) -> Callable[[Event], None]:
    def show(event: Event) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        typer.echo(to_json_line(event, at) if as_json else event.sentence())
        sys.stdout.flush()

    return show


def _folder(data_dir: Path) -> "ServerFolder":
    from vsr_server.server_folder import ServerFolder

    if data_dir.exists() and not data_dir.is_dir():
        raise UsageError(f"{data_dir} is a file; --data-dir names a folder")
    return ServerFolder(data_dir)


def _statuses(data_dir: Path) -> "list[NodeStatus]":
    import httpx

    from vsr_server.nodes import NodeStatus, enrolled, statuses

    folder = _folder(data_dir)
    nodes = enrolled(folder.nodes)
    address = folder.address()
    if address is not None:
        try:
            return statuses(nodes, address, (folder.certificates / "ca.crt").read_bytes())
        except (httpx.HTTPError, OSError):
            # A server that died left its address behind; without it the rest is still worth showing.
            pass
    return [NodeStatus(node, "unknown", None) for node in nodes]


if __name__ == "__main__":
    main()
