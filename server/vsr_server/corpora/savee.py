"""SAVEE: four British men, TIMIT sentences, seven emotions (Haq & Jackson, University of Surrey, 2009).

`DC/a01.wav` or `DC_a01.wav`: speaker, emotion, number of the sentence in that emotion. Layouts: `AudioData/DC/` as in
the archive, `ALL/` and Kaggle's flat `Savee/`. Numbers of two emotions are different sentences but for three that all
emotions share, and the names do not tell which; so the sentence is the emotion's letter and the number.
"""

import re
from collections.abc import Collection
from pathlib import PurePath
from typing import Final

from vsr_server.corpora.corpus import Corpus, Named, Reading, Refusal, Refused
from vsr_shared.emotions import Emotion

_NAME: Final = re.compile(r"(?:(DC|JE|JK|KL)_)?([a-z]{1,2})(\d\d)")
_SPEAKERS: Final = ("DC", "JE", "JK", "KL")
_EMOTIONS: Final = {
    "a": Emotion.ANGRY,
    "d": Emotion.DISGUST,
    "f": Emotion.FEARFUL,
    "h": Emotion.HAPPY,
    "n": Emotion.NEUTRAL,
    "sa": Emotion.SAD,
    "su": Emotion.SURPRISED,
}


def read(path: PurePath) -> Reading:
    """Return what the name, or the folder's and the file's together, says."""
    found = _NAME.fullmatch(path.stem)
    speaker = found and (found[1] or path.parent.name)
    if found is None or speaker not in _SPEAKERS:
        return None
    if found[2] not in _EMOTIONS:
        return Refused(Refusal.UNKNOWN_LABEL, f"emotion {found[2]!r}; known are {', '.join(_EMOTIONS)}")
    sentence = found[2] + found[3]
    return Named(f"{speaker}_{sentence}", f"savee{speaker}", "male", _EMOTIONS[found[2]], sentence)


def names(_: Collection[str]) -> frozenset[str]:
    """Return the 480 names: 15 sentences an emotion and 30 neutral ones, of each speaker."""
    return frozenset(
        f"{speaker}_{emotion}{number:02d}"
        for speaker in _SPEAKERS
        for emotion in _EMOTIONS
        for number in range(1, 31 if emotion == "n" else 16)
    )


SAVEE: Final = Corpus(
    name="savee",
    title="Surrey Audio-Visual Expressed Emotion",
    language="English",
    licence="research only, on registration",
    clips=480,
    speakers=4,
    emotions=tuple(_EMOTIONS.values()),
    how_to_get="register at http://kahlan.eps.surrey.ac.uk/savee/ and download AudioData.zip with the password you get",
    read=read,
    names=names,
)
