"""Why a machine refuses a secure sum: one error a reason, each a RefusedRound."""

from vsr_shared.errors import RefusedRound


class SmallCohort(RefusedRound):
    """Fewer people would stand in the sum than this person asks for."""


class UnenrolledPeer(RefusedRound):
    """Somebody in the cohort has no certificate of the federation's enrolment key."""


class UnsignedKey(RefusedRound):
    """A key for this round is not signed by the identity it is said to belong to, or is no key."""


class RepeatedPeer(RefusedRound):
    """Somebody stands in the cohort twice."""


class NotInCohort(RefusedRound):
    """This machine does not stand in the cohort that it was sent, or not with its own key."""


class RepeatedRound(RefusedRound):
    """This machine has answered this round, or a later one."""


class SpentKey(RefusedRound):
    """The one-time key that this round asks for was used before, or was never made here."""


class OtherModel(RefusedRound):
    """The model or the shape of the update is not the one that this machine trained."""


class OutsideLimits(RefusedRound):
    """The round's parameters lie outside this person's own limits."""


class TooFewSurvivors(RefusedRound):
    """The server asks to unmask a sum over fewer people than were agreed."""


class BothShares(RefusedRound):
    """The server asks for the self mask and for the pairwise masks of one person."""
