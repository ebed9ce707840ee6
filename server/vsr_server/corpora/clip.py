"""One labelled recording of one person."""

from dataclasses import dataclass
from pathlib import Path

from vsr_shared.emotions import Emotion, Polarity


@dataclass(frozen=True)
class Clip:
    """What is known of a recording; speakers' names are unique across corpora."""

    path: Path
    corpus: str
    speaker: str
    gender: str
    """"female", "male" or "unknown"."""
    emotion: Emotion
    seconds: float | None = None
    """The length, where the folder says it."""
    sentence: str | None = None
    """What is said, in the corpus' own code, where that is known."""
    session: str | None = None
    """Which take or sitting it is of, in the corpus' own code, where that is known."""

    @property
    def polarity(self) -> Polarity:
        """The group of the clip's emotion."""
        return self.emotion.polarity

    @property
    def positive(self) -> int:
        """1 where the emotion is of positive polarity, else 0: the network's output for it."""
        return self.polarity.output
