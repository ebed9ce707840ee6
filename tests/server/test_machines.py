"""What a machine says of why it does not answer is anybody's text."""

from collections.abc import Iterable
from typing import Any, cast

import pytest
from flwr.app import Error, Message, RecordDict
from flwr.supercore.task_identity import TaskIdentity

from vsr_server.flower.machines import Answer, Machines


class OneThatFails:
    """Flower's grid with one machine that answers every message with `reason`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.sent: Message | None = None

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        (self.sent,) = messages
        self.sent.metadata.__dict__["_message_id"] = "m"
        return ["m"]

    def pull_messages(self, ids: Iterable[str]) -> list[Message]:
        assert self.sent is not None
        return [Message(Error(0, self.reason), reply_to=self.sent)]


@pytest.fixture(autouse=True)
def of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_run_id", "_node_id", "_task_id"):
        monkeypatch.setattr(TaskIdentity, name, 1)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("round 3 is older", "round 3 is older"),
        ("\x1b[2J\x1b]0;mine\x07all is well\r\n", "[2J ]0;mine all is well"),
        ("x" * 10_000, "x" * 300),
        ("\n", "it failed without a reason"),
    ],
    ids=["plain", "a terminal's commands", "long", "nothing"],
)
def test_a_reason_is_short_and_moves_no_terminal(said: str, heard: str) -> None:
    answers: list[Answer] = []
    machines = Machines(cast(Any, OneThatFails(said)))
    machines.ask({7: RecordDict()}, group="1", timeout=1, on_answer=answers.append)
    assert answers == [Answer(7, None, heard)]
