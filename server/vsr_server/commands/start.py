"""`vsr-server start`: SuperLink, rounds and server app in one command."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vsr_server import settings as s
from vsr_server.commands.console import end_on_sigterm, printer
from vsr_server.commands.plan_options import with_plan

if TYPE_CHECKING:
    from vsr_server.coordination.plan import Plan
    from vsr_server.coordination.promotion import Promotion
    from vsr_shared.base import Base
    from vsr_shared.find_base import BaseChoice


@with_plan
def start(
    plan: "Plan",
    base: s.BaseFile = None,
    validation: s.ValidationFolder = None,
    data_dir: s.DataDir = Path("vsr-server-data"),
    host: s.PublicHost = "127.0.0.1",
    port: s.PublicPort = s.PUBLIC_PORT,
    name: s.PublicName = None,
    admin_port: s.AdminPort = s.ADMIN_PORT,
    trusted_proxies: s.TrustedProxies = "",
    idle_seconds: s.IdleSeconds = 15.0,
    connections_per_address: s.ConnectionsPerAddress = 64,
    offline: s.Offline = False,
    as_json: s.AsJson = False,
) -> None:
    """Run the whole server: rounds as planned, going on from the last checkpoint, and the two ports."""
    from vsr_server.coordination.serving import serve
    from vsr_server.flower.superlink import free_port
    from vsr_server.web.whole_server import OpenPorts, app_running
    from vsr_shared.find_base import BaseChoice

    end_on_sigterm()
    found = load_base(BaseChoice(base, data_dir / "bases", offline))
    promotion = gate_of(validation, found, data_dir)
    ports = OpenPorts(host, port or free_port(), tuple(name or ()), admin_port or free_port(), free_port())
    options = ["--trusted-proxies", trusted_proxies, "--idle-seconds", str(idle_seconds)]
    options += ["--connections-per-address", str(connections_per_address)]
    show = printer(as_json)
    with app_running(data_dir, ports, options, show):
        serve(data_dir, found.id, found.trainable, plan, port=ports.superlink, promotion=promotion, on_event=show)


def load_base(choice: "BaseChoice") -> "Base":
    """Return a base."""
    from vsr_shared.find_base import find_base

    return find_base(choice, _say)


def gate_of(validation: Path | None, base: "Base", data_dir: Path) -> "Promotion":
    """Return what promotes the rounds' models: by the recordings in `validation` too, where there are any."""
    from vsr_server.coordination.promotion import Promotion
    from vsr_server.coordination.validation import load_validation

    if validation is None:
        return Promotion()
    return Promotion(load_validation(validation, base, data_dir / "validation", _say))


def _say(line: str) -> None:
    typer.echo(f"vsr-server: {line}", err=True)
