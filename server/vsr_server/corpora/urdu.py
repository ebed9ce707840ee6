"""URDU: people in talk shows, four emotions, not acted (Latif et al., FIT 2018).

`SM5_F6_N034.wav`: speaker (SM men, SF women), recording of that speaker, emotion and number. What is said is not known.
The paper counts 38 speakers, the names tell 29.
"""

import re
from pathlib import PurePath
from typing import Final

from vsr_server.corpora.corpus import Corpus, Named, Reading, Refusal, Refused
from vsr_shared.emotions import Emotion

_NAME: Final = re.compile(r"S([MF]\d+)_(F\d+)_([A-Z])\d+")
_EMOTIONS: Final = {"A": Emotion.ANGRY, "H": Emotion.HAPPY, "N": Emotion.NEUTRAL, "S": Emotion.SAD}


def read(path: PurePath) -> Reading:
    """Return what the name says."""
    found = _NAME.fullmatch(path.stem)
    if found is None:
        return None
    speaker, _, emotion = found.groups()
    if emotion not in _EMOTIONS:
        return Refused(Refusal.UNKNOWN_LABEL, f"emotion {emotion}; known are {', '.join(_EMOTIONS)}")
    return Named(path.stem, f"urdu{speaker}", "male" if speaker[0] == "M" else "female", _EMOTIONS[emotion])


URDU: Final = Corpus(
    name="urdu",
    title="URDU-Dataset",
    language="Urdu",
    licence="research only",
    clips=400,
    speakers=29,
    emotions=tuple(_EMOTIONS.values()),
    how_to_get="https://github.com/siddiquelatif/URDU-Dataset",
    read=read,
)
