"""One round whose updates are summed securely: offer and terms, masked vectors, shares, the mean."""

from collections.abc import Callable, Mapping, Sequence
from random import SystemRandom

from vsr_server.coordination.groups import count_of_groups, equal_parts
from vsr_server.coordination.one_time_keys import Seat
from vsr_server.coordination.outcome import RoundOutcome, RoundWithoutResult
from vsr_server.coordination.plan import Plan, SecurePlan
from vsr_server.coordination.robust import Bounds, combine, expected_noise, left_out
from vsr_server.coordination.round_events import ReplyMissing, ReplyReceived, RoundStarted, SharesAsked, SumLeftOut
from vsr_server.coordination.server_events import Tell
from vsr_server.flower import flower_internals as flower
from vsr_server.flower.machines import Answer, Machines, never
from vsr_shared.errors import FederationError
from vsr_shared.federation.chain import Mean
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.records import offer_to_records, payload_bytes
from vsr_shared.federation.secure_records import (
    TERMS,
    masked_from_records,
    request_to_records,
    terms_to_record,
    uncovered_from_records,
)
from vsr_shared.federation.secure_update import from_sum, settings_digest
from vsr_shared.secure_sum import server_round
from vsr_shared.secure_sum.round_terms import RoundTerms
from vsr_shared.secure_sum.tolerance import tolerance_for

Take = Callable[["_Group", Answer], None]


def secure_round(
    machines: Machines, seats: Sequence[Seat], offer: RoundOffer, plan: Plan, how: SecurePlan, tell: Tell
) -> RoundOutcome:
    """Run two exchanges with the machines in `seats` and return what came of them.

    More than 128 machines, or where the plan says so fewer, are drawn into several sums; what honest machines cannot
    add up to is left out. Raises RoundWithoutResult where no sum is left.
    """
    offered = offer_to_records(offer)
    drawn = SystemRandom().sample(list(seats), len(seats))
    count = count_of_groups(len(drawn), plan.minimum_cohort, how)
    groups = [_Group(part, offer, plan.minimum_cohort, how, tell) for part in equal_parts(drawn, count)]
    tell(RoundStarted(offer.round, len(seats), payload_bytes(offered)))
    whose = {node: group for group in groups for node in group.nodes}

    def ask(contents: Mapping[int, flower.RecordDict], take: Take, enough: Callable[[], bool]) -> None:
        machines.ask(
            contents,
            group=str(offer.round),
            timeout=plan.round_timeout,
            on_answer=lambda answer: take(whose[answer.node], answer),
            enough=enough,
        )

    ask({node: content for group in groups for node, content in group.first(offered).items()}, _Group.collect, never)
    requests = {node: content for group in groups for node, content in group.second().items()}
    tell(SharesAsked(offer.round, len(requests)))
    ask(requests, _Group.take, lambda: all(group.is_enough() for group in groups))
    sums = [found for group in groups if (found := group.mean()) is not None]
    if not sums:
        raise RoundWithoutResult("; ".join(group.lost for group in groups))
    return _outcome(sums, offer, how, tell)


def _outcome(sums: Sequence[tuple[Mean, int]], offer: RoundOffer, how: SecurePlan, tell: Tell) -> RoundOutcome:
    sound: list[tuple[Mean, int]] = []
    for mean, people in sums:
        noise = expected_noise(offer.noise, offer.clip_norm, offer.layout.size, people)
        bounds = Bounds(offer.clip_norm, how.ranges, noise)
        if why := left_out(mean, people, bounds):
            tell(SumLeftOut(offer.round, people, why))
        else:
            sound.append((mean, people))
    if not sound:
        raise RoundWithoutResult("no sum of this round can be of honest machines; it is dropped")
    mean = combine([mean for mean, _ in sound])
    return RoundOutcome(mean, sum(people for _, people in sound), len(sound))


class _Group:
    """The people of one sum, through its two exchanges."""

    def __init__(self, seats: Sequence[Seat], offer: RoundOffer, minimum: int, how: SecurePlan, tell: Tell) -> None:
        self._offer, self._tell = offer, tell
        self._terms = _terms(offer, seats, minimum, how)
        self._collecting = server_round.open_round(self._terms)
        self._unmasking: server_round.Unmasking | None = None
        self._enough = False
        self.nodes = [seat.node for seat in seats]
        self.lost = ""

    def first(self, offered: flower.RecordDict) -> dict[int, flower.RecordDict]:
        """What to send each node in the first exchange."""
        content = flower.RecordDict({**offered, TERMS: terms_to_record(self._terms)})
        return dict.fromkeys(self.nodes, content)

    def collect(self, answer: Answer) -> None:
        """Take a masked vector."""
        try:
            message = masked_from_records(_content(answer), self._terms)
            self._collecting = server_round.collect(self._collecting, self.nodes.index(answer.node), message)
        except FederationError as error:
            self._tell(ReplyMissing(self._offer.round, answer.node, str(error)))
        else:
            self._tell(ReplyReceived(self._offer.round, answer.node, message.words.nbytes))

    def second(self) -> dict[int, flower.RecordDict]:
        """What to send each node in the second exchange; nothing where too few answered."""
        try:
            self._unmasking, requests = server_round.close(self._collecting)
        except server_round.NoSum as error:
            self.lost = str(error)
            return {}
        return {self.nodes[number]: request_to_records(self._terms, asked) for number, asked in requests.items()}

    def take(self, answer: Answer) -> None:
        """Take uncovered shares."""
        try:
            said = uncovered_from_records(_content(answer))
            if self._unmasking is not None:
                self._unmasking = server_round.take(self._unmasking, self.nodes.index(answer.node), said)
                self._enough = server_round.is_enough(self._unmasking)
        except FederationError as error:
            self._tell(ReplyMissing(self._offer.round, answer.node, str(error)))

    def is_enough(self) -> bool:
        """Whether nobody of the group need be waited for in the second exchange."""
        return self._unmasking is None or self._enough

    def mean(self) -> tuple[Mean, int] | None:
        """The mean of the group and how many machines are in it; None where there is no sum."""
        if self._unmasking is None:
            return None
        try:
            total = server_round.finish(self._unmasking)
            # A member that sends anything but an update can make nonsense of its sum, and of no other.
            return from_sum(total, self._offer, self._terms), len(self._unmasking.included)
        except FederationError as error:
            self.lost = str(error)
            return None


def _terms(offer: RoundOffer, seats: Sequence[Seat], minimum: int, how: SecurePlan) -> RoundTerms:
    try:
        tolerance = tolerance_for(len(seats), how.dropout_share, how.colluding_share, minimum)
    except FederationError as error:
        raise RoundWithoutResult(f"no secure sum among {len(seats)} machines: {error}") from error
    members = tuple(seat.member for seat in seats)
    asked, size = settings_digest(offer), offer.vector_size
    return RoundTerms(offer.federation, offer.round, offer.model_digest, asked, size, how.ranges, tolerance, members)


def _content(answer: Answer) -> flower.RecordDict:
    if answer.content is None:
        raise FederationError(answer.reason)
    return answer.content
