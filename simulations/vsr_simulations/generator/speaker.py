"""A generated speaker: a vocal tract, a plain voice, and habits of their own in showing emotion.

Each speaker is drawn from `SeedSequence(seed, spawn_key=(index,))` alone, so user 99,999 costs what user 0 costs
and a population can grow without changing those who are in it. Pitch and tract by sex follow Peterson & Barney
(1952); voices within a sex spread around it. Jitter and shimmer spread around 0.6 % and 4 %, as healthy voices do.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import UsageError
from vsr_simulations.generator.expression import MEASURES, TYPICAL, UNIT, Expression

EMOTIONS: Final = tuple(Emotion)
POLARITY_HABIT: Final = 0.3
EMOTION_HABIT: Final = 0.3
"""How far a person strays from the typical expression, in `UNIT`s: for a polarity as a whole, for one emotion."""

EXPRESSIVENESS: Final = 0.3
"""Deviation of the logarithm of how strongly a person shows anything."""


@dataclass(frozen=True)
class Speaker:
    """One person. `habits` holds their expression of each emotion, in the order of `Emotion`.

    Pitch is the plain voice's median in Hz and `span` its accents in semitones. Jitter and shimmer are
    deviations per cycle, as fractions. Energy, breath and noise are dB against full scale or a plain voice,
    tilt dB per octave; `tract`, `bandwidth` and `rate` are factors against an average male vocal tract and
    four syllables a second.
    """

    seed: int
    index: int
    gender: Literal["female", "male"]
    pitch: float
    span: float
    tract: float
    bandwidth: float
    rate: float
    tilt: float
    breath: float
    jitter: float
    shimmer: float
    energy: float
    noise: float
    habits: tuple[Expression, ...]

    @property
    def name(self) -> str:
        """A name unique within the population, such as `voice00042`."""
        return f"voice{self.index:05d}"

    def habit(self, emotion: Emotion) -> Expression:
        """How this person's voice usually moves under `emotion`."""
        return self.habits[EMOTIONS.index(emotion)]


def speaker(seed: int, index: int) -> Speaker:
    """Return speaker `index` of the population `seed`; UsageError where either is negative."""
    if seed < 0 or index < 0:
        raise UsageError(f"a speaker needs a seed and an index of 0 or more, got seed {seed} and index {index}")
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
    gender: Literal["female", "male"] = "female" if random.random() < 0.5 else "male"
    female = gender == "female"
    return Speaker(
        seed=seed,
        index=index,
        gender=gender,
        pitch=(205.0 if female else 118.0) * 2 ** (float(random.normal(0, 2.0)) / 12),
        span=2.6 * float(np.exp(random.normal(0, 0.2))),
        tract=(1.16 if female else 1.0) * float(np.exp(random.normal(0, 0.035))),
        bandwidth=float(np.exp(random.normal(0, 0.15))),
        rate=float(np.exp(random.normal(0, 0.08))),
        tilt=float(random.normal(0, 0.8)),
        breath=float(random.normal(0, 2.0)),
        jitter=0.006 * float(np.exp(random.normal(0, 0.25))),
        shimmer=0.04 * float(np.exp(random.normal(0, 0.25))),
        energy=float(random.normal(0, 2.0)),
        noise=float(random.uniform(-66, -54)),
        habits=_habits(random),
    )


def _habits(random: np.random.Generator) -> tuple[Expression, ...]:
    """Draw a person's expression of each emotion around the typical one.

    Three things make it their own: how expressive they are at all, what their negative emotions as a group do
    to the voice (a quiet anger, a bright sadness), and what is particular to each single emotion. The second
    is what a few labelled clips of the person can teach and what no common model can know.
    """
    unit = UNIT.vector()
    strength = float(np.exp(random.normal(0, EXPRESSIVENESS)))
    lean = POLARITY_HABIT * random.normal(size=MEASURES) * unit
    own = EMOTION_HABIT * random.normal(size=(len(EMOTIONS), MEASURES)) * unit
    return tuple(
        Expression.of(
            strength * TYPICAL[emotion].vector()
            + (lean if emotion.polarity is Polarity.POSITIVE else -lean)
            + own[order]
        )
        for order, emotion in enumerate(EMOTIONS)
    )
