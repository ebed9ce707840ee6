"""nEMO: nine Polish actors, 90 sentences, six emotions (Christop, LREC-COLING 2024, arXiv 2404.06292).

`SM0_anger_41.wav`: speaker, emotion, sentence. The corpus' own table says which speakers are women.
"""

import re
from pathlib import PurePath
from typing import Final

from vsr_server.corpora.corpus import Corpus, Named, Reading, Refusal, Refused
from vsr_shared.emotions import Emotion

_NAME: Final = re.compile(r"([A-Z]{2}\d)_([a-z]+)_(\d+)")
_WOMEN: Final = ("EB0", "IC0", "KD0", "MK0")
_SPEAKERS: Final = (*_WOMEN, "KS0", "MP0", "SM0", "TP0", "WR0")
_EMOTIONS: Final = {
    "anger": Emotion.ANGRY,
    "fear": Emotion.FEARFUL,
    "happiness": Emotion.HAPPY,
    "neutral": Emotion.NEUTRAL,
    "sadness": Emotion.SAD,
    "surprised": Emotion.SURPRISED,
}


def read(path: PurePath) -> Reading:
    """Return what the name says."""
    found = _NAME.fullmatch(path.stem)
    if found is None or found[1] not in _SPEAKERS:
        return None
    speaker, emotion, sentence = found.groups()
    if emotion not in _EMOTIONS:
        return Refused(Refusal.UNKNOWN_LABEL, f"emotion {emotion!r}; known are {', '.join(_EMOTIONS)}")
    gender = "female" if speaker in _WOMEN else "male"
    return Named(path.stem, f"nemo{speaker}", gender, _EMOTIONS[emotion], sentence)


NEMO: Final = Corpus(
    name="nemo",
    title="nEMO",
    language="Polish",
    licence="CC BY-NC-SA 4.0",
    clips=4481,
    speakers=9,
    emotions=tuple(_EMOTIONS.values()),
    how_to_get="amu-cai/nEMO on Hugging Face, as https://arxiv.org/abs/2404.06292 says",
    read=read,
)
