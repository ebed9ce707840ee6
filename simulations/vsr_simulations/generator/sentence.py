"""What is said: a sentence as phrases of open syllables, the same for every speaker.

Vowels carry the first three formants of an average man (Peterson & Barney 1952, table II). A consonant is a
place, to which the formants of its neighbours bend (the loci of Delattre, Liberman & Cooper 1955), and a
manner.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

import numpy as np

from vsr_shared.errors import UsageError

_LANGUAGE: Final = 1971
"""Seeds the sentences alone, so that sentence 3 is the same in every population."""

VOWELS: Final = (
    (270.0, 2290.0, 3010.0),
    (530.0, 1840.0, 2480.0),
    (660.0, 1720.0, 2410.0),
    (730.0, 1090.0, 2440.0),
    (640.0, 1190.0, 2390.0),
    (570.0, 840.0, 2410.0),
    (300.0, 870.0, 2240.0),
)
"""Formants in Hz of the vowels in heed, head, had, hod, hud, hawed and who'd."""


class Manner(Enum):
    """How a consonant is made: what is heard while the mouth is narrowed."""

    SONORANT = "sonorant"
    STOP = "stop"
    FRICATIVE = "fricative"


@dataclass(frozen=True)
class Consonant:
    """`locus` in Hz for three formants; `hiss` is its noise: 0 flat, 1 around 3 kHz, 2 above 5 kHz."""

    manner: Manner
    locus: tuple[float, float, float]
    hiss: int


_LABIAL: Final = (250.0, 800.0, 2200.0)
_ALVEOLAR: Final = (250.0, 1750.0, 2600.0)
_VELAR: Final = (250.0, 2100.0, 2300.0)

CONSONANTS: Final = (
    Consonant(Manner.SONORANT, _LABIAL, 0),
    Consonant(Manner.SONORANT, _ALVEOLAR, 0),
    Consonant(Manner.STOP, _LABIAL, 0),
    Consonant(Manner.STOP, _ALVEOLAR, 2),
    Consonant(Manner.STOP, _VELAR, 1),
    Consonant(Manner.FRICATIVE, _LABIAL, 0),
    Consonant(Manner.FRICATIVE, _ALVEOLAR, 2),
    Consonant(Manner.FRICATIVE, _VELAR, 1),
)


@dataclass(frozen=True)
class Syllable:
    """A consonant and a vowel; `stressed` syllables carry the accents, `last` ones end a phrase."""

    consonant: Consonant
    vowel: tuple[float, float, float]
    stressed: bool
    last: bool


@cache
def sentence(number: int) -> tuple[Syllable, ...]:
    """Return the 9 to 11 syllables of sentence `number` in two phrases; UsageError where it is negative."""
    if number < 0:
        raise UsageError(f"sentences are numbered from 0, got {number}")
    random = np.random.default_rng(np.random.SeedSequence(_LANGUAGE, spawn_key=(number,)))
    count = int(random.integers(9, 12))
    comma = int(random.integers(3, count - 3))
    beat = int(random.integers(2))
    return tuple(
        Syllable(
            consonant=CONSONANTS[int(random.integers(len(CONSONANTS)))],
            vowel=VOWELS[int(random.integers(len(VOWELS)))],
            stressed=place % 2 == beat,
            last=place in {comma, count - 1},
        )
        for place in range(count)
    )
