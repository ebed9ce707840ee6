"""This machine's part in secure sums, message by message: keys ahead, a masked vector, uncovered shares."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from flwr.app import RecordDict

from vsr_client.round_events import KeysPublished, SharesGiven
from vsr_client.secure_keys import SecureKeys
from vsr_shared.federation.events import Event
from vsr_shared.federation.key_records import PublishedKeys, keys_to_records, wanted_from_records
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.records import payload_bytes
from vsr_shared.federation.secure_records import (
    masked_to_records,
    request_from_records,
    terms_from_records,
    uncovered_to_records,
)
from vsr_shared.federation.secure_update import assignment
from vsr_shared.secure_sum.client_round import Done, Masked, OwnKeys, Ready, join_round, mask, uncover
from vsr_shared.secure_sum.enrolment import Identity
from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.member_checks import OwnLimits
from vsr_shared.secure_sum.refusals import NotInCohort


class SecureAnswers:
    """Remembers between two exchanges what uncovers a round's masks; in memory alone, and of the last round alone."""

    def __init__(self, keys: SecureKeys, enrolment: bytes, limits: OwnLimits) -> None:
        """Trust those whom the enrolment key with the public half `enrolment` (32 bytes) certified."""
        self._keys = keys
        self._enrolment = enrolment
        self._limits = limits
        self._known: frozenset[Identity] = frozenset()
        self._open: Masked | Done | None = None

    def publish(self, content: RecordDict) -> tuple[RecordDict, Event]:
        """Return fresh one-time keys, as many as `content` asks for; FederationError where it asks for too many."""
        federation, count = wanted_from_records(content)
        keys = PublishedKeys(self._keys.identity, self._keys.publish(federation, count))
        reply = keys_to_records(keys)
        return reply, KeysPublished(federation, count, payload_bytes(reply))

    def join(self, offer: RoundOffer, content: RecordDict, last_answered: int) -> Ready:
        """Return the checked round whose terms stand beside `offer`; raise the refusal that applies."""
        own = OwnKeys(self._keys.identity, self._keys.unspent(), self._enrolment, self._known)
        ready = join_round(terms_from_records(content), assignment(offer), own, self._limits, last_answered)
        self._known |= {member.identity for member in ready.terms.members}
        return ready

    def send(self, ready: Ready, words: Words) -> RecordDict:
        """Return `words` under their masks, as a reply; the one-time key is erased before."""
        self._keys.spend(ready.terms.members[ready.number].prekey.number)
        message, self._open = mask(ready, words, os.urandom)
        return masked_to_records(message)

    def uncover(self, content: RecordDict) -> tuple[RecordDict, Event]:
        """Return the shares that `content` asks for; raise the refusal that applies."""
        context, request = request_from_records(content)
        if self._open is None or self._open.terms.context != context:
            raise NotInCohort("the server asks to unmask a round that this machine has no part in")
        said, self._open = uncover(self._open, request)
        terms = self._open.terms
        reply = uncovered_to_records(said)
        return reply, SharesGiven(terms.federation, terms.round, len(request.included), payload_bytes(reply))


@dataclass(frozen=True)
class SecureTaking:
    """How a person takes part in secure sums."""

    enrolment: bytes
    """Public half of the federation's enrolment key, 32 bytes, pinned when joining."""
    limits: OwnLimits = field(default_factory=OwnLimits)

    def answers(self, folder: Path, smallest_cohort: int) -> SecureAnswers:
        """Return the machine's part, with its keys in `folder`, in sums over at least `smallest_cohort` people."""
        smallest = max(self.limits.smallest_sum, smallest_cohort)
        return SecureAnswers(SecureKeys(folder), self.enrolment, replace(self.limits, smallest_sum=smallest))
