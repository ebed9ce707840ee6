"""Shares of malicious machines against what becomes of the common model, with and without defences, over seeds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from vsr_shared.base import Base
from vsr_shared.federation.messages import CLIP_NORM
from vsr_shared.weights import Array
from vsr_simulations.poisoning.attack import ATTACKS, Kind, wanted_model
from vsr_simulations.poisoning.cast import Cast, draw_cast
from vsr_simulations.poisoning.defence import Defence, defences
from vsr_simulations.poisoning.trial import Conspiracy, Setting, Trial, conspirators, run_trial

SHARES: Final = (0.0, 0.05, 0.1, 0.2, 0.3)
ALONE_AT: Final = 0.2
"""Share at which each defence is tried by itself."""
FIGURES: Final = ("uar", "nll", "trigger", "untriggered")

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """What is tried."""

    shares: tuple[float, ...] = SHARES
    attacks: tuple[Kind, ...] = ATTACKS
    seeds: tuple[int, ...] = (1, 2, 3)
    clip_norm: float = CLIP_NORM
    alone_at: float = ALONE_AT
    setting: Setting = field(default_factory=Setting)

    def trials(self) -> list[tuple[Kind | None, float, Defence]]:
        """Return what each seed goes through: attack, share and defence."""
        none, *alone, together = defences(self.setting.groups, self.clip_norm)
        planned: list[tuple[Kind | None, float, Defence]] = []
        if 0 in self.shares:
            planned += [(None, 0.0, defence) for defence in (none, *alone, together)]
        for kind in self.attacks:
            for share in self.shares:
                if share > 0:
                    more = alone if share == self.alone_at else []
                    planned += [(kind, share, defence) for defence in (none, *more, together)]
        return planned


@dataclass(frozen=True)
class Figure:
    """A mean over seeds, with the lowest and the highest."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One attack at one share against one defence."""

    attack: str
    share: float
    defence: str
    figures: dict[str, Figure]
    """`uar`, `nll`, `trigger` and `untriggered`, see `Trial`."""
    held_back: float
    sums_left_out: float

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return asdict(self)


def run_study(base: Base, voices: Path, cache: Path, plan: Plan, tell: Told = lambda done, of: None) -> list[Row]:
    """Return a row for each trial of `plan`; those without an attack are named "nobody". Errors as `draw_cast`."""
    found: list[tuple[float, Trial]] = []
    planned = plan.trials()
    for number, seed in enumerate(plan.seeds):
        setting = plan.setting
        cast = draw_cast(base, voices, cache, setting.machines, setting.clips, seed)
        for done, (share, trial) in enumerate(_of_seed(cast, plan, planned, seed), 1):
            found.append((share, trial))
            tell(number * len(planned) + done, len(plan.seeds) * len(planned))
    keys = [(trial.kind, share, trial.defence) for share, trial in found]
    return [
        _row(key, [trial for one, (_, trial) in zip(keys, found, strict=True) if one == key]) for key in _once(keys)
    ]


def _of_seed(
    cast: Cast, plan: Plan, planned: Sequence[tuple[Kind | None, float, Defence]], seed: int
) -> Iterator[tuple[float, Trial]]:
    machines = plan.setting.machines
    wanted: dict[Kind, Array | None] = {}
    for kind, share, defence in planned:
        who = conspirators(share, machines, seed) if kind else ()
        if kind and kind not in wanted:
            wanted[kind] = wanted_model(kind, cast, conspirators(1.0, machines, seed))
        conspiracy = Conspiracy(kind, who, wanted[kind] if kind else None)
        yield share, run_trial(cast, conspiracy, defence, plan.setting, seed)


def _row(key: tuple[Kind | None, float, str], trials: Sequence[Trial]) -> Row:
    kind, share, defence = key

    def over(name: str) -> Figure:
        values = [getattr(trial, name) for trial in trials]
        return Figure(float(np.mean(values)), float(min(values)), float(max(values)))

    return Row(
        kind or "nobody",
        share,
        defence,
        {name: over(name) for name in FIGURES},
        float(np.mean([trial.held_back for trial in trials])),
        float(np.mean([trial.sums_left_out for trial in trials])),
    )


def _once(keys: Sequence[tuple[Kind | None, float, str]]) -> list[tuple[Kind | None, float, str]]:
    return list(dict.fromkeys(keys))
