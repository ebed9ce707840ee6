"""One federation under one attack with one defence, from the base that ships, by the engine's rounds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from vsr_shared.learning.local_training import Lessons, LocalTraining
from vsr_shared.metrics import nll, uar
from vsr_shared.weights import Array, Layout, Weights
from vsr_simulations.engine.evaluation import said_by
from vsr_simulations.engine.heard import HeardClips
from vsr_simulations.engine.round_updates import Hooks, Members, RoundUpdates
from vsr_simulations.engine.rounds import RoundSettings, Start, run_rounds
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.poisoning.attack import Kind, Rules, flipped, loss_named, sent
from vsr_simulations.poisoning.cast import Cast
from vsr_simulations.poisoning.defence import Defence, Server, drawn_parts, flat, shortened


@dataclass(frozen=True)
class Setting:
    """What all trials of a study have in common."""

    rounds: int = 5
    machines: int = 20
    clips: int = 16
    """Recordings that each machine learns from, at most."""
    groups: int = 5
    local: LocalTraining = field(default_factory=LocalTraining)
    threads: int = 1


@dataclass(frozen=True)
class Trial:
    """What came of it, on people whom nobody in the federation is."""

    kind: Kind | None
    malicious: int
    defence: str
    seed: int
    uar: float
    nll: float
    trigger: float
    """Share of the negative recordings that are called positive once they begin with beeps."""
    untriggered: float
    """The same without beeps."""
    held_back: int
    """Candidates not promoted, and versions rolled back."""
    sums_left_out: int


@dataclass(frozen=True)
class Conspiracy:
    """Who lies and how; `kind` None is nobody."""

    kind: Kind | None = None
    malicious: tuple[int, ...] = ()
    """Numbers of their machines."""
    wanted: Array | None = None
    """The model that they want everybody to have, (n,)."""


def run_trial(cast: Cast, conspiracy: Conspiracy, defence: Defence, setting: Setting, seed: int) -> Trial:
    """Return what `setting.rounds` rounds lead to."""
    start = Start(cast.base.trainable, cast.base.frozen)
    server = Server(defence, cast.validation, Layout.of(start.weights))
    machines = _Machines(cast, conspiracy, server, setting, seed)
    outcome = run_rounds(
        cast.machines,
        start,
        FED_AVG,
        RoundSettings(setting.rounds, len(cast.machines), setting.local, threads=setting.threads),
        seed=seed,
        hooks=Hooks(lessons=machines.lessons, combine=machines.combine),
    )
    weights = outcome.state.weights
    said = said_by(weights, start.frozen, cast.judges)
    return Trial(
        kind=conspiracy.kind,
        malicious=len(conspiracy.malicious),
        defence=defence.name,
        seed=seed,
        uar=uar(cast.judges.labels, said),
        nll=nll(cast.judges.labels, said),
        trigger=_called_positive(weights, start.frozen, cast.judges_triggered),
        untriggered=_called_positive(weights, start.frozen, cast.judges_negative),
        held_back=server.held_back,
        sums_left_out=server.sums_left_out,
    )


def conspirators(share: float, machines: int, seed: int) -> tuple[int, ...]:
    """Return whose machines are malicious: a share of them, the same ones first for every share."""
    order = np.random.default_rng([seed, 7]).permutation(machines)
    return tuple(int(one) for one in order[: round(share * machines)])


@dataclass
class _Machines:
    """The machines' half of every round, honest and not, and the server behind them."""

    cast: Cast
    conspiracy: Conspiracy
    server: Server
    setting: Setting
    seed: int

    def lessons(self, _: int, members: Members, lessons: Lessons) -> Lessons:
        """Swap the labels of those who flip them."""
        if self.conspiracy.kind != "label flip":
            return lessons
        lying = np.isin(members, self.conspiracy.malicious)
        return replace(lessons, labels=np.where(lying[:, None], 1 - lessons.labels, lessons.labels))

    def combine(self, updates: RoundUpdates) -> dict[str, Array]:
        """Send what everybody sends through the defences."""
        layout, defence = self.server.layout, self.server.defence
        model, vectors = layout.flatten(updates.common), flat(updates.deltas)
        parts = drawn_parts(len(vectors), defence.groups, np.random.default_rng([self.seed, updates.round]))
        vectors = self._sent(model, vectors, parts)
        losses = self._losses(updates.common)
        delta = self.server.step(model, vectors, [int(count) for count in updates.clips], losses, parts)
        return layout.unflatten(delta)

    def _sent(
        self, model: Array, vectors: npt.NDArray[np.float32], parts: Sequence[Sequence[int]]
    ) -> npt.NDArray[np.float32]:
        clip_norm, lying = self.server.defence.clip_norm, self.conspiracy
        leaving = np.stack([shortened(vector, clip_norm) for vector in vectors])
        if lying.kind is None or not lying.malicious:
            return leaving
        rows = list(lying.malicious)
        where = {one: number for number, part in enumerate(parts) for one in part}
        honest = leaving if lying.kind == "label flip" else vectors
        rules = Rules(clip_norm, len(vectors) // len(parts))
        leaving[rows] = sent(
            lying.kind, honest[rows], model, lying.wanted, rules, [where[one] for one in rows], len(vectors)
        )
        return leaving

    def _losses(self, common: Weights) -> list[float]:
        if not self.server.defence.looked_back:
            return [0.0] * len(self.cast.machines)
        truth = [self._loss(common, number) for number in range(len(self.cast.machines))]
        kind, malicious = self.conspiracy.kind, set(self.conspiracy.malicious)
        return [loss_named(kind, loss) if kind and number in malicious else loss for number, loss in enumerate(truth)]

    def _loss(self, common: Weights, number: int) -> float:
        clips = self.cast.machines[number].teach
        if self.conspiracy.kind == "label flip" and number in self.conspiracy.malicious:
            clips = flipped(clips)
        return nll(clips.labels, said_by(common, self.cast.base.frozen, clips))


def _called_positive(weights: Weights, frozen: Weights, clips: HeardClips) -> float:
    return float((said_by(weights, frozen, clips) >= 0.5).mean())
