"""How an emotion moves a voice: ten measures, and where each emotion takes them on average.

Directions follow the reviews of Juslin & Laukka (2003, Psychological Bulletin 129(5), table 11) and
Scherer (2003, Speech Communication 40): anger and joy are fast, loud, high and bright; fear is fast
and high with little range; sadness is slow, soft, low and dull with long pauses; tenderness (here calm) is
slow, soft and low. Positive emotions and tenderness keep the pulse regular; anger, fear and sadness roughen
it (microstructural regularity, Juslin & Laukka table 11). Surprise rises at the end. Disgust is the least
agreed on; here slow, low and a little rough. A smile shortens the tract and raises the formants (Tartter
1980, Perception & Psychophysics 27). The sizes are ours, within what those reviews call usual.
"""

from dataclasses import astuple, dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from vsr_shared.emotions import Emotion


@dataclass(frozen=True)
class Expression:
    """A shift from a person's plain voice; all zero is that voice itself.

    Pitch is in semitones. Span, rate, pauses and irregularity are natural logarithms of a factor. Energy and
    breath are in dB, tilt in dB per octave (brighter above zero). Smile is the logarithm of the formants'
    scale. Contour is the rise at the end in semitones.
    """

    pitch: float = 0.0
    span: float = 0.0
    energy: float = 0.0
    rate: float = 0.0
    tilt: float = 0.0
    pauses: float = 0.0
    breath: float = 0.0
    irregularity: float = 0.0
    smile: float = 0.0
    contour: float = 0.0

    def vector(self) -> npt.NDArray[np.float64]:
        """Return the ten measures, in the order of the fields: shape `(10,)`."""
        return np.array(astuple(self), dtype=np.float64)

    @classmethod
    def of(cls, vector: npt.NDArray[np.float64]) -> "Expression":
        """Return the expression whose ten measures are `vector` (shape `(10,)`)."""
        return cls(*(float(value) for value in vector))


MEASURES: Final = len(fields(Expression))

UNIT: Final = Expression(
    pitch=1.6, span=0.18, energy=2.5, rate=0.09, tilt=1.2, pauses=0.25, breath=2.5, irregularity=0.28,
    smile=0.022, contour=1.3,
)  # fmt: skip
"""How far people, and takes of one person, usually lie apart: the unit of habits and of chance."""

TYPICAL: Final[dict[Emotion, Expression]] = {
    Emotion.NEUTRAL: Expression(),
    Emotion.CALM: Expression(
        pitch=-1.0, span=-0.25, energy=-3.5, rate=-0.14, tilt=-1.2, pauses=0.25, breath=1.5,
        irregularity=-0.35, smile=0.015, contour=-0.8,
    ),
    Emotion.HAPPY: Expression(
        pitch=3.8, span=0.35, energy=4.0, rate=0.12, tilt=1.5, pauses=-0.3, breath=-0.5, irregularity=-0.4,
        smile=0.05, contour=1.5,
    ),
    Emotion.SURPRISED: Expression(
        pitch=5.0, span=0.5, energy=3.0, rate=0.04, tilt=1.0, pauses=-0.1, breath=1.0, irregularity=-0.15,
        smile=0.025, contour=4.0,
    ),
    Emotion.SAD: Expression(
        pitch=-1.4, span=-0.5, energy=-5.5, rate=-0.2, tilt=-2.6, pauses=0.5, breath=4.5, irregularity=0.4,
        smile=-0.03, contour=-2.2,
    ),
    Emotion.ANGRY: Expression(
        pitch=3.2, span=0.3, energy=7.0, rate=0.12, tilt=3.4, pauses=-0.35, breath=-3.0, irregularity=0.55,
        smile=-0.015, contour=-1.0,
    ),
    Emotion.FEARFUL: Expression(
        pitch=4.6, span=-0.3, energy=0.5, rate=0.18, tilt=-0.6, pauses=0.1, breath=3.0, irregularity=0.6,
        smile=-0.005, contour=1.2,
    ),
    Emotion.DISGUST: Expression(
        pitch=-1.2, span=-0.1, energy=-1.0, rate=-0.16, tilt=0.6, pauses=0.2, breath=0.5, irregularity=0.4,
        smile=-0.04, contour=-1.6,
    ),
}  # fmt: skip
"""The average person's expression of each emotion, as the reviews above describe it."""
