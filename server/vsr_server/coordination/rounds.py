"""One round whose updates are sent bare: offer the weights, take the replies that can be used, return their mean.

It is for tests and comparisons; machines that joined by invitation answer secure rounds alone.
"""

from collections.abc import Sequence
from functools import partial

from vsr_server.coordination.outcome import RoundOutcome, RoundWithoutResult
from vsr_server.coordination.plan import Plan
from vsr_server.coordination.round_events import ReplyMissing, ReplyReceived, RoundStarted
from vsr_server.coordination.server_events import Tell
from vsr_server.flower.machines import Answer, Machines
from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import from_messages
from vsr_shared.federation.messages import RoundOffer, RoundReply
from vsr_shared.federation.records import offer_to_records, payload_bytes, reply_from_records


def run_round(machines: Machines, nodes: Sequence[int], offer: RoundOffer, plan: Plan, tell: Tell) -> RoundOutcome:
    """Run one exchange and return what came of it.

    Raises RoundWithoutResult where fewer than the plan's cohort answered usefully.
    """
    content = offer_to_records(offer)
    tell(RoundStarted(offer.round, len(nodes), payload_bytes(content)))
    replies: list[RoundReply] = []
    take = partial(_take, offer=offer, replies=replies, tell=tell)
    machines.ask(dict.fromkeys(nodes, content), group=str(offer.round), timeout=plan.round_timeout, on_answer=take)
    if len(replies) < plan.minimum_cohort:
        raise RoundWithoutResult(f"{len(replies)} machines answered, {plan.minimum_cohort} are needed")
    try:
        mean = from_messages([reply.vector for reply in replies], offer)
    except FederationError as error:
        raise RoundWithoutResult(str(error)) from error
    return RoundOutcome(mean, len(replies), 1)


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
