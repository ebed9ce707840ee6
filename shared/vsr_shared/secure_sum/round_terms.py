"""What everybody in a round must have been told alike: its terms, and their hash."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

from vsr_shared.secure_sum.enrolment import Identity
from vsr_shared.secure_sum.neighbour_graph import Graph, neighbour_graph
from vsr_shared.secure_sum.prekeys import Prekey
from vsr_shared.secure_sum.quantise import Quantisation
from vsr_shared.secure_sum.tolerance import Tolerance


@dataclass(frozen=True)
class Member:
    """One member of a cohort, with the one-time key it takes part with."""

    identity: Identity
    prekey: Prekey


@dataclass(frozen=True)
class RoundTerms:
    """The terms of one secure sum, the same for everybody in its cohort."""

    federation: str
    round: int
    model_digest: str
    """SHA-256 of the weights that everybody trains from."""
    settings_digest: str
    """SHA-256 of whatever else the machines were asked, such as how to train and which metrics to report."""
    size: int
    """Words of each vector."""
    ranges: Quantisation
    tolerance: Tolerance
    members: tuple[Member, ...]
    """The cohort; a member's number is its place here."""

    @cached_property
    def context(self) -> bytes:
        """SHA-256 over all of it. Every key of the round is bound to it."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), default=bytes.hex)
        return hashlib.sha256(b"vsr secure sum 1\0" + text.encode()).digest()

    @cached_property
    def graph(self) -> Graph:
        """Who masks with whom."""
        identities = [member.identity.key for member in self.members]
        return neighbour_graph(self.context, identities, self.tolerance.degree)
