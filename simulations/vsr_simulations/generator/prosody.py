"""When what is said, how loud and how high: a sentence laid out in time under an expression.

A syllable is about a quarter of a second; pitch falls through a phrase (declination) with accents on stressed
syllables; the last vowel of a phrase is drawn out. All tracks are knots, to be joined by straight lines.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_simulations.generator.expression import Expression
from vsr_simulations.generator.sentence import Manner, Syllable
from vsr_simulations.generator.speaker import Speaker

SHORTEST: Final = 2.5
LONGEST: Final = 4.5

_CONSONANT: Final = 0.085
_VOWEL: Final = 0.165
_PAUSE: Final = 0.22
_SCHWA: Final = np.array((500.0, 1500.0, 2500.0))
_DECLINATION: Final = 3.0


@dataclass(frozen=True)
class Track:
    """Knots of what changes over time: `times` in seconds, shape `(k,)`; `values`, `(k,)` or `(k, n)`."""

    times: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]

    def at(self, times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the values at `times` (shape `(t,)`), held at both ends: shape `(t,)` or `(t, n)`."""
        if self.values.ndim == 1:
            return np.interp(times, self.times, self.values)
        return np.stack([np.interp(times, self.times, column) for column in self.values.T], axis=1)


@dataclass(frozen=True)
class Hiss:
    """Noise of a fricative or of a stop's burst: its kind, start and length in seconds, and gain."""

    kind: int
    start: float
    length: float
    gain: float


@dataclass(frozen=True)
class Score:
    """A sentence in time. Pitch is in semitones about the speaker's median, loudness 0..1, formants in Hz."""

    seconds: float
    pitch: Track
    loudness: Track
    formants: Track
    hisses: tuple[Hiss, ...]


@dataclass(frozen=True)
class _Timing:
    """Syllables' `starts` `(n,)`, `lengths` of their consonants and vowels `(n, 2)`, and the whole, in s."""

    starts: npt.NDArray[np.float64]
    lengths: npt.NDArray[np.float64]
    seconds: float


def score(said: tuple[Syllable, ...], speaker: Speaker, shown: Expression, random: np.random.Generator) -> Score:
    """Lay `said` out in time, 2.5 to 4.5 s long with silence at both ends."""
    timing = _timing(said, speaker, shown, random)
    return Score(
        seconds=timing.seconds,
        pitch=_pitch(said, timing, speaker.span, shown, random),
        loudness=_loudness(said, timing, shown),
        formants=_formants(said, timing),
        hisses=_hisses(said, timing),
    )


def _timing(said: tuple[Syllable, ...], speaker: Speaker, shown: Expression, random: np.random.Generator) -> _Timing:
    """Give every syllable its time; stressed and last ones take longer."""
    stretch = np.array([(1.15 if one.stressed else 0.95) * (1.45 if one.last else 1.0) for one in said])
    lengths = np.stack([np.full(len(said), _CONSONANT), _VOWEL * stretch], axis=1)
    lengths *= np.exp(random.normal(0, 0.07, size=lengths.shape)) / (speaker.rate * np.exp(shown.rate))
    pauses = np.array([_PAUSE * np.exp(shown.pauses) if one.last else 0.0 for one in said])
    pauses[-1] = random.uniform(0.15, 0.25)
    lead = random.uniform(0.12, 0.25)
    starts = lead + np.concatenate(([0.0], np.cumsum(lengths.sum(axis=1) + pauses)))
    scale = float(np.clip(starts[-1], SHORTEST, LONGEST) / starts[-1])
    return _Timing(starts[:-1] * scale, lengths * scale, float(starts[-1]) * scale)


def _pitch(
    said: tuple[Syllable, ...],
    timing: _Timing,
    span: float,
    shown: Expression,
    random: np.random.Generator,
) -> Track:
    """Accents on a falling line, and the last vowel's rise or fall."""
    middles = timing.starts + timing.lengths[:, 0] + timing.lengths[:, 1] / 2
    accents = np.array([1.0 if one.stressed else -0.6 for one in said]) + random.normal(0, 0.3, size=len(said))
    line = shown.pitch - _DECLINATION * (middles - middles[0]) / (middles[-1] - middles[0])
    values = line + span * np.exp(shown.span) * accents
    end = timing.starts[-1] + timing.lengths[-1].sum()
    return Track(np.append(middles, end), np.append(values, values[-1] - 1.0 + shown.contour))


def _loudness(said: tuple[Syllable, ...], timing: _Timing, shown: Expression) -> Track:
    """Voicing rises and falls with each syllable; energetic speech starts its vowels faster."""
    attack = float(np.clip(0.03 * np.exp(-shown.energy / 10), 0.012, 0.06))
    times, values = [0.0], [0.0]
    for one, start, (consonant, vowel) in zip(said, timing.starts, timing.lengths, strict=True):
        peak = 1.0 if one.stressed else 0.7
        murmur = 0.3 * peak if one.consonant.manner is Manner.SONORANT else 0.0
        onset = start + consonant
        times += [start + 0.01, onset, onset + min(attack, vowel / 3), onset + 0.7 * vowel, onset + vowel]
        values += [murmur, murmur, peak, 0.8 * peak, 0.0 if one.last else 0.3 * peak]
    return Track(np.array(times), np.array(values))


def _formants(said: tuple[Syllable, ...], timing: _Timing) -> Track:
    """From the consonant's locus to the vowel and on to the next; unstressed vowels lean towards schwa."""
    times: list[float] = []
    values: list[npt.NDArray[np.float64]] = []
    for one, start, (consonant, vowel) in zip(said, timing.starts, timing.lengths, strict=True):
        target = np.array(one.vowel) if one.stressed else 0.7 * np.array(one.vowel) + 0.3 * _SCHWA
        onset = start + consonant
        times += [start + consonant / 2, onset + min(0.05, vowel / 3), onset + 0.75 * vowel]
        values += [0.65 * np.array(one.consonant.locus) + 0.35 * target, target, target]
    return Track(np.array(times), np.array(values))


def _hisses(said: tuple[Syllable, ...], timing: _Timing) -> tuple[Hiss, ...]:
    """A fricative hisses throughout; a stop is silent first and then bursts."""
    found = []
    for one, start, (length, _) in zip(said, timing.starts, timing.lengths, strict=True):
        if one.consonant.manner is Manner.FRICATIVE:
            found.append(Hiss(one.consonant.hiss, float(start), float(length), 1.0))
        elif one.consonant.manner is Manner.STOP:
            found.append(Hiss(one.consonant.hiss, float(start + 0.65 * length), float(0.35 * length), 1.6))
    return tuple(found)
