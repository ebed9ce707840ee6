"""Emotions and their polarity: the eight classes of the corpora, in two groups.

The grouping is the predecessor's: anger, fear, disgust and sadness are negative; neutral, happy, calm and
pleasant surprise are positive. "Positive" therefore reads "no sign of a negative emotion".
"""

from enum import StrEnum
from typing import Final


class Polarity(StrEnum):
    """What VSR says of a voice. The order is the order of the network's two outputs."""

    NEGATIVE = "negative"
    POSITIVE = "positive"

    @property
    def output(self) -> int:
        """Index of the network's output: 0 negative, 1 positive."""
        return 1 if self is Polarity.POSITIVE else 0


class Emotion(StrEnum):
    """The finer emotions that the corpora name."""

    NEUTRAL = "neutral"
    CALM = "calm"
    HAPPY = "happy"
    SURPRISED = "surprised"
    SAD = "sad"
    ANGRY = "angry"
    FEARFUL = "fearful"
    DISGUST = "disgust"

    @property
    def polarity(self) -> Polarity:
        """The group that this emotion belongs to."""
        return Polarity.POSITIVE if self in _POSITIVE else Polarity.NEGATIVE


_POSITIVE: Final = frozenset({Emotion.NEUTRAL, Emotion.CALM, Emotion.HAPPY, Emotion.SURPRISED})
