"""`vsr-server status`: how the federation stands, from the database, whether the server runs or not."""

import json
from typing import TYPE_CHECKING, Any

import typer

from vsr_server.commands.nodes import node_statuses
from vsr_server.commands.options import DATA_DIR, AsJson, DataDir, opened

if TYPE_CHECKING:
    from vsr_server.coordination.overview import Overview


def status(data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Say whether the server runs, how many rounds are done, which model is in use, how many machines are there."""
    from vsr_server.coordination.overview import overview

    found = node_statuses(data_dir)
    with opened(data_dir) as (folder, database):
        seen = overview(database)
    summary: dict[str, Any] = {
        "address": folder.address(),
        "registered": sum(node.machine.revoked_at is None for node in found),
        "online": sum(node.status == "online" for node in found),
    }
    if as_json:
        typer.echo(json.dumps(summary | seen.to_dict()))
        return
    typer.echo(f"server: {summary['address'] or 'does not run'}")
    typer.echo(f"machines: {summary['registered']} registered, {summary['online']} connected")
    for line in _lines(seen):
        typer.echo(line)


def _lines(seen: "Overview") -> list[str]:
    counted = ", ".join(f"{count} {outcome}" for outcome, count in seen.rounds.items() if count)
    lines = [f"rounds: {counted}" if counted else "rounds: none yet"]
    if seen.last is not None:
        asked = f"{seen.last.answered} of {seen.last.asked} machines"
        why = f": {seen.last.reason}" if seen.last.reason else ""
        lines.append(f"round {seen.last.number}: {seen.last.outcome}, {asked}, {seen.last.started_at:%F %T} UTC{why}")
    if seen.paused:
        lines.append("paused: no round begins until the operator goes on")
    if seen.due:
        lines.append(f"next round: {seen.due}")
    if seen.version is not None:
        lines.append(f"model: version {seen.version} on base {seen.base}")
    return lines
