"""CREMA-D: 91 US actors, twelve sentences, six emotions (Cao et al., IEEE Trans. Affective Computing 5(4), 2014).

`1001_DFA_ANG_XX.wav`: actor, sentence, emotion, intensity. Layouts: `AudioWAV/` as in the repository, or any folder
with these names (Kaggle: `Crema/`); `AudioMP3/` holds the same clips again. The actors' sex is that of the repository's
`VideoDemographics.csv`, built in here. `1040_ITH_SAD_X.wav` of older copies is now `1040_ITH_SAD_XX.wav`. Four of the
published clips are left out: three are another clip's recording under another emotion, and one is silent.
"""

import re
from collections.abc import Collection
from itertools import product
from pathlib import PurePath
from typing import Final

from vsr_server.corpora.corpus import Corpus, Named, PointedFiles, Reading, Refusal, Refused
from vsr_shared.emotions import Emotion

_NAME: Final = re.compile(r"(\d{4})_([A-Z]{3})_([A-Z]{3})_([A-Z]{1,2})")
_EMOTIONS: Final = {
    "ANG": Emotion.ANGRY,
    "DIS": Emotion.DISGUST,
    "FEA": Emotion.FEARFUL,
    "HAP": Emotion.HAPPY,
    "NEU": Emotion.NEUTRAL,
    "SAD": Emotion.SAD,
}
_SENTENCES: Final = ("IEO", "TIE", "IOM", "IWW", "TAI", "MTI", "IWL", "ITH", "DFA", "ITS", "TSI", "WSI")
_ACTORS: Final = range(1001, 1092)
_SEXES: Final = "MFFFMFFFFFMFFMMMMFMFFMMFFMMFFFMMMMMMFMMMMMFMMFFMFMMFFFFFMFMFFMFMMMMMMMMFFFFFMFFMMFMFMMMMFMF"
"""Of the actors in order, as `VideoDemographics.csv` has them."""
_NEVER_PUBLISHED: Final = frozenset(
    {"1002_TIE_NEU_XX", "1076_ITS_NEU_XX"}
    | {f"{take}_{emotion}_XX" for take in ("1008_WSI", "1009_MTI", "1019_ITH") for emotion in _EMOTIONS}
)
_UNUSABLE: Final = {
    "1006_TIE_NEU_XX": "the recording of 1006_TIE_HAP_XX once more",
    "1013_WSI_DIS_XX": "the recording of 1013_WSI_SAD_XX once more",
    "1017_IWW_FEA_XX": "the recording of 1017_IWW_ANG_XX once more",
    "1076_MTI_SAD_XX": "published without sound",
}
_COMMIT: Final = "1658cd342dff90010aa843eaeebd53610a08b1dc"


def read(path: PurePath) -> Reading:
    """Return what the name says; there is nothing that tells sessions apart."""
    found = _NAME.fullmatch(path.stem)
    if found is None:
        return None
    actor, sentence, emotion, intensity = found.groups()
    if emotion not in _EMOTIONS:
        return Refused(Refusal.UNKNOWN_LABEL, f"emotion {emotion}; known are {', '.join(_EMOTIONS)}")
    key = f"{actor}_{sentence}_{emotion}_{'XX' if intensity == 'X' else intensity}"
    if key in _UNUSABLE:
        return Refused(Refusal.LEFT_OUT, _UNUSABLE[key])
    sex = _SEXES[int(actor) - _ACTORS.start] if int(actor) in _ACTORS else ""
    gender = {"F": "female", "M": "male"}.get(sex, "unknown")
    return Named(key, f"crema{actor}", gender, _EMOTIONS[emotion], sentence)


def names(_: Collection[str]) -> frozenset[str]:
    """Return the names of the 7,438 clips of use: 82 an actor; "It's eleven o'clock" alone has intensities."""
    grid = (
        f"{actor}_{sentence}_{emotion}_{intensity}"
        for actor, sentence, emotion in product(_ACTORS, _SENTENCES, _EMOTIONS)
        for intensity in (("LO", "MD", "HI") if sentence == "IEO" and emotion != "NEU" else ("XX",))
    )
    return frozenset(grid) - _NEVER_PUBLISHED - set(_UNUSABLE)


CREMA_D: Final = Corpus(
    name="crema-d",
    title="Crowd-sourced Emotional Multimodal Actors Dataset",
    language="English",
    licence="ODbL 1.0",
    clips=7442,
    unusable=len(_UNUSABLE),
    speakers=91,
    emotions=tuple(_EMOTIONS.values()),
    how_to_get=(
        "`git lfs clone https://github.com/CheyneyComputerScience/CREMA-D`, or its mirror "
        "https://gitlab.com/cs-cooper-lab/crema-d-mirror; a zip of the repository holds pointers in place of sound. "
        "Its authors ask those who take it to fill in the form that its README links"
    ),
    read=read,
    names=names,
    source=PointedFiles(
        pointers=f"https://codeload.github.com/CheyneyComputerScience/CREMA-D/zip/{_COMMIT}",
        folder="AudioWAV",
        digest="906d5e68571e7ae7ec756733908a6ff2fff8d912c1c3f185e6e33c00453f28cf",
        files=f"https://media.githubusercontent.com/media/CheyneyComputerScience/CREMA-D/{_COMMIT}/AudioWAV/{{name}}",
        size=605_899_936,
    ),
)
