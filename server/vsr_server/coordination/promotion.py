"""Whether a round's model takes the place of the one before, and whether that one should have.

The gate (`gate.judge`) compares figures; here they are gathered: what each version says of the operator's validation
recordings, and the machines' mean loss under it, which comes inside the next round's sum. A version whose loss shows
only then that it is worse is rolled back, and with it goes what was trained from it.
"""

from dataclasses import dataclass, field, replace

from vsr_server.coordination.gate import Figures, GateRule, Verdict, judge
from vsr_server.coordination.validation import ValidationSet
from vsr_shared.weights import Weights


@dataclass
class Promotion:
    """The gate of one federation, and what it knows of the versions so far."""

    validation: ValidationSet | None = None
    rule: GateRule = field(default_factory=GateRule)
    _known: dict[int, Figures] = field(default_factory=dict)
    _best: Figures | None = None

    def know(self, version: int, weights: Weights) -> Figures:
        """Return what is known of `version` with these `weights`, judging it where that was not done."""
        if version not in self._known:
            self._known[version] = Figures(judged=self.validation.judged(weights) if self.validation else None)
        return self._known[version]

    def heard(self, version: int, loss: float | None, machines: int) -> None:
        """Take the mean loss of `machines` machines under `version`."""
        if loss is not None:
            self._known[version] = replace(self._known.get(version, Figures()), loss=loss, machines=machines)

    def judge_in_use(self, version: int, parent: int | None) -> Verdict:
        """Say whether `version`, which is in use, is no worse than its `parent`, whose place it took."""
        if parent not in self._known or version not in self._known:
            return Verdict(True, "nothing to judge it by yet")
        return judge(self._known[version], self._known[parent], self.rule)

    def judge_candidate(self, figures: Figures, version: int) -> Verdict:
        """Say whether a candidate with these `figures` may take the place of `version`."""
        return judge(figures, self._known.get(version, Figures()), self.rule, self._best)

    def figures_of(self, weights: Weights) -> Figures:
        """Return what can be known of a candidate with these `weights`."""
        return Figures(judged=self.validation.judged(weights) if self.validation else None)

    def promoted(self, version: int, figures: Figures) -> None:
        """Remember a version that took its place."""
        self._known = {number: known for number, known in self._known.items() if number >= version - 5}
        self._known[version] = figures
        best = self._best.judged if self._best else None
        if figures.judged and (best is None or figures.judged.nll < best.nll):
            self._best = figures

    def rolled_back(self, to: int, as_version: int) -> None:
        """Remember that `as_version` has the weights of the version `to`."""
        if to in self._known:
            self._known[as_version] = self._known[to]
