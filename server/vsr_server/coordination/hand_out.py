"""Handing the common model to the machines, to keep: they predict with it, and learn on from it."""

from typing import Final

from vsr_server.coordination.server_events import ModelHandedOut, Tell
from vsr_server.flower.machines import Answer, Machines
from vsr_shared.federation.messages import CommonModel
from vsr_shared.federation.records import model_to_records

HAND_OUT_SECONDS: Final = 60.0
"""A machine that does not take the model within this time has it from its next round."""


def hand_out(machines: Machines, model: CommonModel, tell: Tell) -> None:
    """Send the common model to every connected machine; who is away has it from its next round."""
    kept: list[int] = []

    def count(answer: Answer) -> None:
        if answer.content is not None:
            kept.append(answer.node)

    contents = dict.fromkeys(machines.online(), model_to_records(model))
    machines.ask(contents, group="model", timeout=HAND_OUT_SECONDS, on_answer=count)
    tell(ModelHandedOut(model.round, len(kept)))
