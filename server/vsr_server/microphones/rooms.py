"""What a room does to a voice: the direct sound, what comes by way of its walls, and a tail that dies away.

The tail is Gaussian noise under an exponential decay (Polack 1988). Its beginning, where single reflections can still
be told apart, is that of a box by image sources (Allen & Berkley, JASA 65, 1979); they are mixed after sqrt(V) ms, V in
m3 (Polack, Applied Acoustics 38, 1993).
"""

from itertools import product
from typing import Final

import numpy as np

from vsr_server.microphones.microphone import Room
from vsr_server.microphones.signals import Floats, fast_length
from vsr_shared.audio.decode import SAMPLE_RATE

SOUND: Final = 343.0
"""Metres a second, at 20 degrees."""
_SIDES: Final = np.array((1.28, 1.0, 0.78))
"""Length, width and height of a box of volume 1 that no side's echoes fall together in."""
_OCTAVES: Final = (177.0, 354.0, 707.0, 1414.0, 2828.0, 5657.0)
"""Where the bands of the octaves 125-8,000 Hz meet."""


def reverberated(sound: Floats, room: Room, rng: np.random.Generator) -> Floats:
    """Return `sound` (n,) with the room, cut off where the recording ends."""
    response = impulse_response(room, rng)
    size = fast_length(len(sound) + len(response))
    result: Floats = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)[: len(sound)]
    return result


def impulse_response(room: Room, rng: np.random.Generator) -> Floats:
    """Return the room's response from the direct sound on, which is 1; the rest has the energy that the room gives."""
    time = np.arange(1, round(room.rt60 * SAMPLE_RATE)) / SAMPLE_RATE
    tail = _alike(time, room, rng) if room.per_octave == 1 else _by_octave(time, room, rng)
    energy = 1 / room.direct_to_reverberant
    early = np.zeros(len(time))
    if room.reflections:
        mixed = np.sqrt(room.volume) / 1000
        early = _reflections(room, mixed, len(time), rng)
        tail *= time >= mixed
        # What walls gave is taken from the tail, of which a little always stays.
        energy = max(energy - float(np.square(early).sum()), energy / 4)
    tail *= np.sqrt(energy / np.square(tail).sum())
    return np.concatenate([[1.0], early + tail])


def _alike(time: Floats, room: Room, rng: np.random.Generator) -> Floats:
    tail: Floats = rng.normal(size=len(time)) * 10 ** (-3 * time / room.rt60)
    return tail


def _by_octave(time: Floats, room: Room, rng: np.random.Generator) -> Floats:
    """Noise whose octaves die away each in its own time."""
    spectrum = np.fft.rfft(rng.normal(size=len(time)))
    bins = np.fft.rfftfreq(len(time), 1 / SAMPLE_RATE)
    tail = np.zeros(len(time))
    for band, (low, high) in enumerate(zip((0.0, *_OCTAVES), (*_OCTAVES, np.inf), strict=True)):
        rt60 = room.rt60 * room.per_octave ** (band - 3)
        tail += np.fft.irfft(spectrum * ((bins >= low) & (bins < high)), len(time)) * 10 ** (-3 * time / rt60)
    return tail


def _reflections(room: Room, until: float, count: int, rng: np.random.Generator) -> Floats:
    """Return the images (count,) that come at most `until` seconds behind the direct sound."""
    sides = _SIDES * np.cbrt(room.volume)
    mouth = sides * rng.uniform(0.25, 0.75, 3)
    direction = rng.normal(size=3) * (1, 1, 0.3)
    ear = np.clip(mouth + room.distance * direction / np.linalg.norm(direction), 0.1, sides - 0.1)
    direct = float(np.linalg.norm(ear - mouth))
    surface = 2 * (sides[0] * sides[1] + sides[1] * sides[2] + sides[0] * sides[2])
    # Eyring's formula backwards: what a wall gives back of a pressure.
    back = np.exp(-0.161 * room.volume / (room.rt60 * surface) / 2)
    found = np.zeros(count)
    for cell in product((-1, 0, 1), repeat=3):
        for mirrored in product((0, 1), repeat=3):
            walls = sum(abs(2 * n - m) for n, m in zip(cell, mirrored, strict=True))
            if walls:
                image = 2 * np.array(cell) * sides + np.where(mirrored, -mouth, mouth)
                away = float(np.linalg.norm(image - ear))
                late = (away - direct) / SOUND
                if 0 < late < until and (place := round(late * SAMPLE_RATE)) < count:
                    found[place] += back**walls * direct / away
    return found
