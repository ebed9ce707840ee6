"""Where the federation stands: which round is next, from which version of the model, with which momentum.

A round's outcome is written in this order, each step whole or not at all:

    registry     the candidate version, signed
    checkpoint   the algorithm's state and its version: the candidate, or the one before where that is rejected
    registry     promoted, or rejected

A server killed after the first has a candidate that no checkpoint names, which is rejected at the next start. Killed
after the second it promotes then what it was about to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vsr_server.coordination.checkpoint import Checkpoints, Progress
from vsr_server.coordination.outcome import RoundOutcome
from vsr_server.coordination.plan import Plan
from vsr_server.coordination.promotion import Promotion
from vsr_server.registry.registry import Registry
from vsr_server.registry.version import CANDIDATE, CURRENT, Version
from vsr_shared.errors import FederationError
from vsr_shared.federation.messages import LOSS_BEFORE, CommonModel, RoundOffer
from vsr_shared.learning.fed_avg import FederatedAlgorithm, ServerState
from vsr_shared.weights import Layout, Weights, digest

ACTOR: Final = "coordinator"
MACHINES: Final = "machines"
GROUPS: Final = "groups"
"""Figures of a version that say what its round was made of."""


@dataclass(frozen=True)
class Settled:
    """A round's model, and whether it is in use."""

    round: int
    version: int
    promoted: bool
    reason: str


class Standing:
    """A federation's progress, kept in its checkpoint and its registry."""

    def __init__(
        self, checkpoints: Checkpoints, registry: Registry, algorithm: FederatedAlgorithm, promotion: Promotion
    ) -> None:
        self._checkpoints = checkpoints
        self._registry = registry
        self._algorithm = algorithm
        self._promotion = promotion
        self._current: Version
        self.progress: Progress
        self.state: ServerState

    def resume(self, base_id: str, initial: Weights) -> Settled | None:
        """Load what is on disk, or begin with `initial` where there is nothing.

        Returns what became of the last round where the server died before it had promoted its model.
        Raises FederationError where what is there is of another base, or of another federation.
        """
        current = next((found for found in self._registry.history() if found.status == CURRENT), None)
        found = self._checkpoints.progress()
        if found is not None:
            self.progress, self.state = found, self._checkpoints.load_state(found)
        else:
            # The registry alone is enough to go on from; what is lost then is momentum.
            self.state = self._algorithm.init(self._registry.weights(current.version) if current else initial)
            begun = (current.base, current.federation) if current else (base_id, "")
            self.progress = self._checkpoints.begin(begun[0], self.state, begun[1])
        if self.progress.base != base_id or Layout.of(self.state.weights) != Layout.of(initial):
            raise FederationError(
                f"this server holds a federation on base {self.progress.base}, not {base_id}; give that base, or "
                "another --data-dir"
            )
        self._current = self._registry.begin(self.progress.federation, base_id, self.state.weights)
        settled = self._clear_candidates()
        self.take_up_current()
        return settled

    def take_up_current(self) -> bool:
        """Go on from the registry's current version; say whether that is another than the last round led to."""
        self._current = self._registry.current()
        if self._current.version == self.progress.version:
            return False
        self.state = self._algorithm.init(self._registry.weights(self._current.version))
        self.progress = self._checkpoints.go_on_from(self.progress, self.state, self._current.version)
        return True

    @property
    def version(self) -> int:
        """The version that is in use."""
        return self._current.version

    def open_round(self, above: int) -> None:
        """Spend the next round number, higher than `above`."""
        self.progress = self._checkpoints.open_round(self.progress, above)

    def model(self) -> CommonModel:
        """Return the common model as of now, with its signed manifest; there must have been a round."""
        weights = self.state.weights
        about = self.progress.federation, self.progress.opened, self.progress.base
        return CommonModel(*about, digest(weights), weights, manifest=self._current.signed)

    def offer(self, plan: Plan) -> RoundOffer:
        """Return what the machines are asked in the round that is open."""
        return RoundOffer(
            **vars(self.model()),
            local=plan.local,
            minimum_cohort=plan.minimum_cohort,
            metrics=plan.metrics,
            clip_norm=plan.clip_norm,
            noise=plan.noise,
        )

    def settle(self, outcome: RoundOutcome) -> Settled:
        """Take a round's `outcome` as the next version, promoted or rejected, and go on from what is in use then."""
        mean, before, judge = outcome.mean, self._current, self._promotion
        judge.know(before.version, self.state.weights)
        judge.heard(before.version, mean.metrics.get(LOSS_BEFORE), outcome.machines)
        in_use = judge.judge_in_use(before.version, before.parent)
        state, _ = self._algorithm.apply(self.state, mean.delta)
        figures = judge.figures_of(state.weights)
        verdict = judge.judge_candidate(figures, before.version)
        said = {**mean.metrics, **figures.to_dict()}
        said |= {MACHINES: float(outcome.machines), GROUPS: float(outcome.groups)}
        candidate = self._registry.propose(state.weights, self.progress.opened, said)
        if verdict.promote and in_use.promote:
            self.progress = self._checkpoints.close_round(self.progress, state, candidate.version, mean.clips)
            self.state = state
            self._registry.promote(candidate.version, ACTOR, verdict.reason)
            judge.promoted(candidate.version, figures)
            self.take_up_current()
            return Settled(candidate.round, candidate.version, True, verdict.reason)
        self.progress = self._checkpoints.close_round(self.progress, self.state, before.version, mean.clips)
        reason = verdict.reason if in_use.promote else f"version {before.version} is rolled back: {in_use.reason}"
        self._registry.reject(candidate.version, reason)
        if not in_use.promote and before.parent:
            restored = self._registry.roll_back(before.parent, ACTOR, in_use.reason)
            judge.rolled_back(before.parent, restored.version)
        self.take_up_current()
        return Settled(candidate.round, candidate.version, False, reason)

    def _clear_candidates(self) -> Settled | None:
        """Promote what a server that died was about to promote; reject what it had only begun to write down."""
        settled = None
        for version in self._registry.history():
            if version.status != CANDIDATE:
                continue
            if version.version == self.progress.version:
                reason = "promoted at the next start: the server ended before"
                self._registry.promote(version.version, ACTOR, reason)
                settled = Settled(version.round, version.version, True, reason)
            else:
                self._registry.reject(version.version, "the server ended before its round was done")
        return settled

    def figures(self, version: int) -> Mapping[str, float]:
        """Return the figures of `version`."""
        return next(found.figures for found in self._registry.history() if found.version == version)
