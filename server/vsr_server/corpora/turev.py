"""TurEV-DB: six Turkish speakers, single words, four emotions (Canpolat et al., SLTU-CCURL 2020).

`1984_hl_japon.wav`: speaker, emotion (kizgin, mutlu, sakin, huzunlu), word. Nothing says who is a woman.
"""

import re
from pathlib import PurePath
from typing import Final

from vsr_server.corpora.corpus import Corpus, Named, Reading, Refusal, Refused
from vsr_shared.emotions import Emotion

_NAME: Final = re.compile(r"(1157|1234|1358|1984|6783|7895)_([a-z]{2})_(\w+)")
_EMOTIONS: Final = {"kz": Emotion.ANGRY, "sk": Emotion.CALM, "mt": Emotion.HAPPY, "hl": Emotion.SAD}


def read(path: PurePath) -> Reading:
    """Return what the name says; the sentence is the word."""
    found = _NAME.fullmatch(path.stem)
    if found is None:
        return None
    speaker, emotion, word = found.groups()
    if emotion not in _EMOTIONS:
        return Refused(Refusal.UNKNOWN_LABEL, f"emotion {emotion!r}; known are {', '.join(_EMOTIONS)}")
    return Named(path.stem, f"turev{speaker}", "unknown", _EMOTIONS[emotion], word)


TUREV: Final = Corpus(
    name="turev",
    title="TurEV-DB",
    language="Turkish",
    licence="CC BY-NC-ND 4.0",
    clips=1735,
    speakers=6,
    emotions=tuple(_EMOTIONS.values()),
    how_to_get="https://github.com/Xeonen/TurEV-DB",
    read=read,
)
