"""`vsr-server status`: how the federation stands, from the database, whether the server runs or not."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from vsr_server.commands.nodes import node_statuses
from vsr_server.commands.options import DATA_DIR, AsJson, DataDir, opened

if TYPE_CHECKING:
    from vsr_server.coordination.overview import Overview

_AWAY = "server: does not run, or is still starting"


def status(data_dir: DataDir = DATA_DIR, as_json: AsJson = False) -> None:
    """Say whether the server runs, how many rounds are done, which model is in use, how many machines are there."""
    from vsr_server.coordination.overview import overview
    from vsr_server.enrolment.invite import public_address

    found = node_statuses(data_dir)
    with opened(data_dir) as (folder, database):
        seen, public = overview(database), public_address(database, folder)
    summary: dict[str, Any] = {
        "address": folder.address(),
        "public_address": public,
        "registered": sum(node.machine.revoked_at is None for node in found),
        "online": sum(node.status == "online" for node in found),
    }
    if as_json:
        typer.echo(json.dumps(summary | seen.to_dict()))
        return
    typer.echo(f"server: runs, people reach it at {public}" if summary["address"] else _AWAY)
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
        lines.append(f"next round: {datetime.fromisoformat(seen.due).astimezone(UTC):%F %T} UTC")
    if seen.version is not None:
        lines.append(f"model: version {seen.version} on base {seen.base}")
    return lines
