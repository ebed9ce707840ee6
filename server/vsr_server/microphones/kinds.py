"""A kind of microphone: one that is typical, and how far those that people own differ from it."""

import hashlib
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from vsr_server.microphones.microphone import Codec, Curve, Line, Microphone, Noise, Room

Range = tuple[float, float]
_OCTAVES: Final = (125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0)


@dataclass(frozen=True)
class Kind:
    """What is typical, and from where to where a person's own lies; what is None is the same for everybody.

    `tolerance` is how many dB the response differs at most, anew in each octave. Of `noises` and `bit_rates` one is
    drawn. Everything else is drawn evenly.
    """

    typical: Microphone
    tolerance: float = 0.0
    snr_db: Range | None = None
    noises: tuple[Noise, ...] = ()
    clip_db: Range | None = None
    volume: Range | None = None
    rt60: Range | None = None
    distance: Range | None = None
    bit_rates: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The typical one's name."""
        return self.typical.name

    def drawn(self, seed: int, person: str) -> Microphone:
        """Return the microphone of `person`, always the same for the same `seed` and name."""
        if self.typical.changes_nothing:
            return self.typical
        name = hashlib.sha256(f"{seed} {self.name} {person}".encode()).digest()
        unit = int.from_bytes(name[:6], "big")
        rng = np.random.default_rng([unit, 1])
        one = self.typical
        return replace(
            one,
            unit=unit,
            response=_within(one.response, self.tolerance, rng),
            noise=self._noise(one.noise, rng),
            clip_db=one.clip_db if self.clip_db is None else _rounded(rng.uniform(*self.clip_db)),
            room=self._room(one.room, rng),
            line=_coded(one.line, self.bit_rates, rng),
        )

    def _noise(self, typical: Noise | None, rng: np.random.Generator) -> Noise | None:
        chosen = self.noises[rng.integers(len(self.noises))] if self.noises else typical
        if chosen is None or self.snr_db is None:
            return chosen
        return replace(chosen, snr_db=_rounded(rng.uniform(*self.snr_db)))

    def _room(self, typical: Room | None, rng: np.random.Generator) -> Room | None:
        if typical is None:
            return None
        drawn = {
            name: _rounded(rng.uniform(*limits))
            for name, limits in (("volume", self.volume), ("rt60", self.rt60), ("distance", self.distance))
            if limits is not None
        }
        return replace(typical, reflections=True, per_octave=LIVING_ROOM, **drawn)


LIVING_ROOM: Final = 0.913
"""Reverberation of 50 British living rooms falls from 0.69 s at 125 Hz to 0.40 s at 8 kHz, by this factor an octave.

Jackson & Leventhall, Applied Acoustics 5, 1972, after Everest, Master Handbook of Acoustics, figure 11-18.
"""


def _within(response: Curve, tolerance: float, rng: np.random.Generator) -> Curve:
    if not tolerance:
        return response
    off = rng.uniform(-tolerance, tolerance, len(_OCTAVES))
    points = sorted({*_OCTAVES, *(hertz for hertz, _ in response)})
    hertz, decibels = np.array(response or ((1_000.0, 0.0),)).T
    typical = np.interp(np.log(points), np.log(hertz), decibels)
    found = typical + np.interp(np.log(points), np.log(_OCTAVES), off)
    return tuple((point, _rounded(value)) for point, value in zip(points, found, strict=True))


def _coded(line: Line | None, bit_rates: tuple[int, ...], rng: np.random.Generator) -> Line | None:
    if line is None or line.codec is None or not bit_rates:
        return line
    codec: Codec = replace(line.codec, bit_rate=bit_rates[rng.integers(len(bit_rates))])
    return replace(line, codec=codec)


def _rounded(value: float) -> float:
    """As many digits as a data sheet has, so that a cache's key is the same everywhere."""
    return round(float(value), 3)
