"""One utterance: a speaker says a sentence under an emotion, once more or less strongly."""

from typing import Final

import numpy as np

from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError
from vsr_simulations.generator.expression import MEASURES, UNIT, Expression
from vsr_simulations.generator.prosody import score
from vsr_simulations.generator.sentence import sentence as words
from vsr_simulations.generator.source import RATE, Wave, glottis, hisses
from vsr_simulations.generator.speaker import EMOTIONS, Speaker
from vsr_simulations.generator.tract import through

CHANCE: Final = 0.5
"""How far one take strays from the habit, in `UNIT`s."""

_LEVEL: Final = 0.05
"""Root mean square of a plain voice's vowels, so that the loudest shout seldom reaches full scale."""

_CEILING: Final = 0.97


def utter(speaker: Speaker, emotion: Emotion, take: int, *, sentence: int) -> Wave:
    """Return the clip: 22,050 Hz mono, 2.5 to 4.5 s, within -0.97..0.97, the same for the same arguments.

    `take` (0 and up) tells repetitions apart. UsageError where `take` or `sentence` is negative.
    """
    said = words(sentence)
    if take < 0:
        raise UsageError(f"takes are numbered from 0, got {take}")
    key = (speaker.index, EMOTIONS.index(emotion), sentence, take)
    random = np.random.default_rng(np.random.SeedSequence(speaker.seed, spawn_key=key))
    shown = _shown(speaker.habit(emotion), random)
    laid = score(said, speaker, shown, random)
    time = np.arange(int(laid.seconds * RATE)) / RATE
    loudness = laid.loudness.at(time).astype(np.float32)
    pitch = (speaker.pitch * np.exp2(laid.pitch.at(time) / 12)).astype(np.float32)
    rough = float(np.exp(shown.irregularity))
    breath = _factor(speaker.breath + shown.breath)
    pulses, opened = glottis(
        pitch,
        tilt=speaker.tilt + shown.tilt,
        opening=float(np.clip(0.6 + 0.02 * (speaker.breath + shown.breath), 0.4, 0.85)),
        jitter=speaker.jitter * rough,
        shimmer=speaker.shimmer * rough,
        random=random,
    )
    air = random.standard_normal(time.size, dtype=np.float32) * np.where(opened, 0.12, 0.04).astype(np.float32)
    scale = speaker.tract * float(np.exp(shown.smile))
    voiced = through(
        loudness * (pulses + np.float32(breath) * air), laid.formants, scale, speaker.bandwidth, 0.2 * breath
    )
    noise = hisses(laid.hisses, time.size, scale, random)
    effort = _LEVEL * _factor(speaker.energy + shown.energy)
    clip = effort * (voiced * _evenness(voiced, loudness) + 0.35 * noise)
    clip += np.float32(_factor(speaker.noise)) * random.standard_normal(time.size, dtype=np.float32)
    peak = float(np.abs(clip).max())
    return (clip * min(1.0, _CEILING / peak)).astype(np.float32)


def _shown(habit: Expression, random: np.random.Generator) -> Expression:
    """The habit as shown this time: more or less strongly, and a little off."""
    strength = random.uniform(0.6, 1.2)
    return Expression.of(strength * habit.vector() + CHANCE * random.normal(size=MEASURES) * UNIT.vector())


def _factor(decibels: float) -> float:
    """An amplitude's factor for `decibels`."""
    return float(10 ** (decibels / 20))


def _evenness(voiced: Wave, loudness: Wave) -> float:
    """The factor that gives vowels unit power whatever the tract: loudness is the speaker's own choice."""
    power = float(np.mean(voiced**2) / max(float(np.mean(loudness**2)), 1e-9))
    return 1 / float(np.sqrt(max(power, 1e-12)))
