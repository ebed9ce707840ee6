"""The machines of a federation, asked by messages of Flower's Message API: contents out, answers in, by a deadline.

`Grid.send_and_receive` does the same with 3 s between two looks; this looks every fifth of a second, ends early where
enough have answered, and remembers whom it no longer waited for, so that a late answer is told and cleared away.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from vsr_server.flower import flower_internals as flower

LOOK_SECONDS: Final = 0.2
NO_ANSWER: Final = "no answer in time"
_LATEST_SECONDS: Final = 10.0
"""For so long after its deadline a machine's answer still reaches the SuperLink."""
_LONGEST_REASON: Final = 300


class ServerStopped(Exception):
    """The operator ends the server in the midst of something."""


@dataclass(frozen=True)
class Answer:
    """What one machine answered: records, or the reason why there are none."""

    node: int
    content: flower.RecordDict | None
    reason: str = ""


@dataclass(frozen=True)
class _Overdue:
    node: int
    group: str
    until: float


def never() -> bool:
    """Say no."""
    return False


class Machines:
    """Whoever is connected to the SuperLink of `grid`."""

    def __init__(
        self,
        grid: flower.HttpGrid,
        stopped: Callable[[], bool] = never,
        on_late: Callable[[int, str], None] = lambda node, group: None,
    ) -> None:
        """`stopped` ends every waiting; `on_late` is told the node and the group of an answer past its deadline."""
        self._grid = grid
        self._stopped = stopped
        self._on_late = on_late
        self._overdue: dict[str, _Overdue] = {}

    def online(self) -> list[int]:
        """Return the numbers of the connected machines; httpx.HTTPError where the SuperLink went away."""
        return sorted(self._grid.get_node_ids())

    def ask(
        self,
        contents: Mapping[int, flower.RecordDict],
        *,
        group: str,
        timeout: float,
        on_answer: Callable[[Answer], None],
        enough: Callable[[], bool] = never,
    ) -> None:
        """Send each node its content and tell `on_answer` its answer as it comes, or that none came in time.

        Takes at most `timeout` seconds; where `enough` says so, those who have not answered are let be.
        Raises ServerStopped where the operator ends it, httpx.HTTPError where the SuperLink went away.
        """
        self._clear_late()
        outgoing = [
            flower.Message(content, node, "train", ttl=timeout + _LATEST_SECONDS, group_id=group)
            for node, content in contents.items()
        ]
        deadline = time.monotonic() + timeout
        sent = list(self._grid.push_messages(outgoing))
        waiting = {message: node for message, node in zip(sent, contents, strict=True) if message}
        missing = set(contents)
        while waiting and not enough() and time.monotonic() < deadline:
            self._check_not_stopped()
            for answer in self._answers(waiting):
                missing.discard(answer.node)
                on_answer(answer)
            if waiting and not enough():
                time.sleep(LOOK_SECONDS)
        until = time.monotonic() + _LATEST_SECONDS
        self._overdue |= {message: _Overdue(node, group, until) for message, node in waiting.items()}
        if not enough():
            for node in sorted(missing):
                on_answer(Answer(node, None, NO_ANSWER))

    def _answers(self, waiting: dict[str, int]) -> list[Answer]:
        """Return what came for the messages in `waiting`, and take those out of it."""
        found = []
        for reply in self._pull(list(waiting)):
            node = waiting.pop(reply.metadata.reply_to_message_id, None)
            if node is not None:
                found.append(_answer(node, reply))
        return found

    def _clear_late(self) -> None:
        """Take answers past their deadline off the SuperLink, unread, and tell of them."""
        for reply in self._pull(list(self._overdue)) if self._overdue else []:
            late = self._overdue.pop(reply.metadata.reply_to_message_id, None)
            if late is not None and not reply.has_error():
                self._on_late(late.node, late.group)
        now = time.monotonic()
        self._overdue = {message: late for message, late in self._overdue.items() if late.until > now}

    def _pull(self, messages: list[str]) -> list[flower.Message]:
        try:
            return list(self._grid.pull_messages(messages))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            # Flower inflates what a machine sent as it pulls. One malformed reply must not end the others' round.
            return []

    def _check_not_stopped(self) -> None:
        if self._stopped():
            raise ServerStopped


def _answer(node: int, reply: flower.Message) -> Answer:
    if reply.has_error():
        return Answer(node, None, _plain(reply.error.reason or "") or "it failed without a reason")
    return Answer(node, reply.content)


def _plain(reason: str) -> str:
    """What a machine says, which may be anything: short, and nothing in it that moves the operator's terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in reason[:_LONGEST_REASON]).strip()
