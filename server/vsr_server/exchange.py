"""One exchange with the machines of a round, on Flower's Message API: an offer out, replies in, by a deadline.

`Grid.send_and_receive` does the same with 3 s between two looks; this looks every fifth of a second.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from vsr_server import flower_internals as flower

LOOK_SECONDS: Final = 0.2
NO_ANSWER: Final = "no answer in time"


@dataclass(frozen=True)
class Answer:
    """What one machine answered: records, or the reason why there are none."""

    node: int
    content: flower.RecordDict | None
    reason: str = ""


def online(grid: flower.HttpGrid) -> list[int]:
    """Return the numbers of the connected machines; httpx.HTTPError where the SuperLink went away."""
    return sorted(grid.get_node_ids())


def exchange(
    grid: flower.HttpGrid,
    nodes: Sequence[int],
    content: flower.RecordDict,
    *,
    group: str,
    timeout: float,
    on_answer: Callable[[Answer], None],
) -> list[Answer]:
    """Send `content` to each of `nodes` and return one answer a node, telling `on_answer` as they come.

    Takes at most `timeout` seconds. Raises httpx.HTTPError where the SuperLink went away.
    """
    outgoing = [flower.Message(content, node, "train", ttl=timeout + 10, group_id=group) for node in nodes]
    deadline = time.monotonic() + timeout
    sent = list(grid.push_messages(outgoing))
    waiting = {message: node for message, node in zip(sent, nodes, strict=True) if message}
    answers: dict[int, Answer] = {}
    while waiting and time.monotonic() < deadline:
        for reply in _pull(grid, list(waiting)):
            node = waiting.pop(reply.metadata.reply_to_message_id, None)
            if node is not None:
                answers[node] = _answer(node, reply)
                on_answer(answers[node])
        if waiting:
            time.sleep(LOOK_SECONDS)
    for node in nodes:
        if node not in answers:
            answers[node] = Answer(node, None, NO_ANSWER)
            on_answer(answers[node])
    return [answers[node] for node in nodes]


def _pull(grid: flower.HttpGrid, messages: list[str]) -> list[flower.Message]:
    try:
        return list(grid.pull_messages(messages))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        # Flower inflates what a machine sent as it pulls. One malformed reply must not end the others' round.
        return []


def _answer(node: int, reply: flower.Message) -> Answer:
    if reply.has_error():
        return Answer(node, None, reply.error.reason or "it failed without a reason")
    return Answer(node, reply.content)
