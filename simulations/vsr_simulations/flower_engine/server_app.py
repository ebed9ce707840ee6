"""Flower's ServerApp: the rounds of the first engine, each cohort trained by messages to Flower's nodes."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from flwr.app import Context, Message, MessageType
from flwr.serverapp import Grid, ServerApp

from vsr_shared.errors import VsrError
from vsr_simulations.engine.people_training import Asked, Machines, shared_part
from vsr_simulations.engine.round_updates import RoundUpdates
from vsr_simulations.engine.rounds import RoundReport, run_rounds
from vsr_simulations.flower_engine.adapter import question, to_record, updates_of
from vsr_simulations.flower_engine.plan import ROUNDS, read_plan

FAILED: Final = "failed.txt"
PROGRESS: Final = "progress.json"
FINISHED: Final = "finished.txt"
"""Holds how many trainings of one person in one round the run came to."""
_NODES_SECONDS: Final = 120.0

app = ServerApp()


@app.main()  # type: ignore[misc, unused-ignore]
def main(grid: Grid, context: Context) -> None:
    """Run the plan; its folder then holds the rounds, or why there are none."""
    folder, trained = Path(str(context.run_config["folder"])), 0

    def tell(report: RoundReport) -> None:
        nonlocal trained
        trained += len(report.members)
        _write(folder / PROGRESS, json.dumps(asdict(report.progress)))

    try:
        plan, start = read_plan(folder)
        train = by_messages(grid, plan.machines(start, folder), int(str(context.run_config["nodes"])))
        people, keep = plan.population(start), folder / ROUNDS
        method, settings = plan.chosen_method(), plan.settings
        run_rounds(people, start, method, settings, seed=plan.seed, keep=keep, on_round=tell, train=train)
    except Exception as error:
        _write(folder / FAILED, str(error) or type(error).__name__)
        raise
    _write(folder / FINISHED, str(trained))


def by_messages(grid: Grid, machines: Machines, count: int) -> Callable[[Asked], RoundUpdates]:
    """Return what trains a cohort by a message a person, `count` nodes taking turns."""

    def train(asked: Asked) -> RoundUpdates:
        nodes = _nodes(grid, count)
        model = to_record(shared_part(asked.common, machines.method))
        messages = [
            Message(question(asked, int(member), model), nodes[place % len(nodes)], MessageType.TRAIN)
            for place, member in enumerate(asked.members)
        ]
        replies = list(grid.send_and_receive(messages))
        if wrong := next((reply for reply in replies if reply.has_error()), None):
            raise VsrError(f"a person's training failed in round {asked.round}: {wrong.error.reason}")
        return updates_of(asked, machines, [reply.content for reply in replies])

    return train


def _nodes(grid: Grid, count: int) -> list[int]:
    deadline = time.monotonic() + _NODES_SECONDS
    while len(nodes := sorted(grid.get_node_ids())) < count:
        if time.monotonic() > deadline:
            raise VsrError(f"Flower shows {len(nodes)} of {count} nodes after {_NODES_SECONDS:g} s")
        time.sleep(0.2)
    return nodes


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)
