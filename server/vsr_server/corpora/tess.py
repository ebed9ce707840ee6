"""TESS: two Canadian actresses, 200 words after "Say the word", seven emotions (Pichora-Fuller & Dupuis, 2020).

`OAF_back_angry.wav`: actress (older, younger), word, emotion (`ps` is pleasant surprise). Layouts: `OAF_angry/`,
`YAF_pleasant_surprised/` and so on, or all files in one folder; Kaggle has the whole set twice, one inside the other.
One file is published as `OA_bite_neutral.wav`, which is of the older actress.
"""

import re
from collections.abc import Collection
from itertools import product
from pathlib import PurePath
from typing import Final

from vsr_server.corpora.corpus import Corpus, Named, Reading, Refusal, Refused
from vsr_shared.emotions import Emotion

_NAME: Final = re.compile(r"(OAF?|YAF)_([a-z'-]+)_([a-z]+)", re.IGNORECASE)
_EMOTIONS: Final = {
    "angry": Emotion.ANGRY,
    "disgust": Emotion.DISGUST,
    "fear": Emotion.FEARFUL,
    "happy": Emotion.HAPPY,
    "neutral": Emotion.NEUTRAL,
    "ps": Emotion.SURPRISED,
    "sad": Emotion.SAD,
}
_ACTRESSES: Final = {"OA": "OAF", "OAF": "OAF", "YAF": "YAF"}


def read(path: PurePath) -> Reading:
    """Return what the name says; the sentence is its last word."""
    found = _NAME.fullmatch(path.stem)
    if found is None:
        return None
    actress, word, emotion = _ACTRESSES[found[1].upper()], found[2].lower(), found[3].lower()
    if emotion not in _EMOTIONS:
        return Refused(Refusal.UNKNOWN_LABEL, f"emotion {emotion!r}; known are {', '.join(_EMOTIONS)}")
    return Named(f"{actress}_{word}_{emotion}", f"tess{actress}", "female", _EMOTIONS[emotion], word)


def names(found: Collection[str]) -> frozenset[str]:
    """Return the names that there are of the words found: each actress says each word in each emotion."""
    words = {key.split("_")[1] for key in found}
    return frozenset("_".join(parts) for parts in product(("OAF", "YAF"), words, _EMOTIONS))


TESS: Final = Corpus(
    name="tess",
    title="Toronto Emotional Speech Set",
    language="English",
    licence="CC BY-NC-ND 4.0",
    clips=2800,
    speakers=2,
    emotions=tuple(_EMOTIONS.values()),
    how_to_get=(
        "Access Dataset at https://doi.org/10.5683/SP2/E8H2MF; the zip is made anew for each download, so that it has "
        "no checksum to hold it to"
    ),
    read=read,
    names=names,
)
