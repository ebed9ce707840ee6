"""One round: offer the weights, take the replies that can be used, step to their mean."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from vsr_server import flower_internals as flower
from vsr_server.exchange import Answer, exchange, online
from vsr_server.server_events import MachinesOnline, ModelHandedOut, ReplyMissing, ReplyReceived, RoundStarted
from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import Mean, from_messages
from vsr_shared.federation.events import Event
from vsr_shared.federation.messages import CommonModel, RoundOffer, RoundReply, check_metric_names
from vsr_shared.federation.records import model_to_records, offer_to_records, payload_bytes, reply_from_records
from vsr_shared.learning.local_training import LocalTraining

Tell = Callable[[Event], None]
HAND_OUT_SECONDS: Final = 60.0
"""A machine that does not take the finished model within this time has it from its next round."""


@dataclass(frozen=True)
class Plan:
    """What the operator wants."""

    rounds: int
    """Rounds to complete in all, over every start of the server."""
    minimum_cohort: int
    """Machines that must be connected to begin a round, and must answer for it to count."""
    round_timeout: float = 600.0
    """Seconds that a machine has for its answer."""
    cohort_timeout: float = 600.0
    """Seconds to wait for the cohort before giving up."""
    local: LocalTraining = field(default_factory=LocalTraining)
    metrics: tuple[str, ...] = ()
    """Figures of the machines to average, by the names that their participants give them."""

    def __post_init__(self) -> None:
        check_metric_names(self.metrics)


class RoundWithoutResult(FederationError):
    """A round that brought nothing to aggregate; the next may."""


def wait_for_cohort(grid: flower.HttpGrid, plan: Plan, tell: Tell, stopped: Callable[[], bool]) -> list[int]:
    """Return the connected machines once there are enough.

    Raises FederationError at the deadline. Returns an empty list where `stopped` says so.
    """
    deadline = time.monotonic() + plan.cohort_timeout
    before = None
    while not stopped():
        nodes = online(grid)
        if len(nodes) >= plan.minimum_cohort:
            return nodes
        if len(nodes) != before:
            before = len(nodes)
            tell(MachinesOnline(len(nodes), plan.minimum_cohort))
        if time.monotonic() > deadline:
            raise FederationError(
                f"{len(nodes)} machines came within {plan.cohort_timeout:g} s, a round needs "
                f"{plan.minimum_cohort}; start more, or ask for fewer with --min-clients"
            )
        time.sleep(0.3)
    return []


def run_round(grid: flower.HttpGrid, nodes: list[int], offer: RoundOffer, plan: Plan, tell: Tell) -> tuple[Mean, int]:
    """Run one exchange and return the mean update and how many machines are in it.

    Raises RoundWithoutResult where fewer than the plan's cohort answered usefully.
    """
    content = offer_to_records(offer)
    tell(RoundStarted(offer.round, len(nodes), payload_bytes(content)))
    replies: list[RoundReply] = []
    take = partial(_take, offer=offer, replies=replies, tell=tell)
    group = str(offer.round)
    exchange(grid, nodes, content, group=group, timeout=plan.round_timeout, on_answer=take)
    if len(replies) < plan.minimum_cohort:
        raise RoundWithoutResult(f"{len(replies)} machines answered, {plan.minimum_cohort} are needed")
    return from_messages([reply.vector for reply in replies], offer), len(replies)


def hand_out(grid: flower.HttpGrid, model: CommonModel, tell: Tell) -> None:
    """Send the common model to every connected machine; who is away has it from its next round."""
    nodes = online(grid)
    answers = exchange(
        grid, nodes, model_to_records(model), group="model", timeout=HAND_OUT_SECONDS, on_answer=lambda _: None
    )
    tell(ModelHandedOut(model.round, sum(answer.content is not None for answer in answers)))


def _take(answer: Answer, *, offer: RoundOffer, replies: list[RoundReply], tell: Tell) -> None:
    if answer.content is None:
        tell(ReplyMissing(offer.round, answer.node, answer.reason))
        return
    try:
        reply = reply_from_records(answer.content, offer.vector_size)
        if (reply.round, reply.model_digest) != (offer.round, offer.model_digest):
            raise FederationError("its reply belongs to another round or model")
    except FederationError as error:
        tell(ReplyMissing(offer.round, answer.node, str(error)))
        return
    replies.append(reply)
    tell(ReplyReceived(offer.round, answer.node, payload_bytes(answer.content)))
