"""RAVDESS: 24 Canadian actors, two sentences, eight emotions (Livingstone & Russo, PLOS ONE 13(5), 2018).

`03-01-05-02-01-01-12.wav`: modality, channel, emotion, intensity, statement, repetition, actor. Layouts: `Actor_12/` as
in the archive, inside `audio_speech_actors_01-24/` or beside it (Kaggle has both at once), or all files in one folder.
Actors of odd number are men, of even number women. Speech alone: song (channel 02) and sound of videos are left out.
"""

import re
from collections.abc import Collection
from itertools import product
from pathlib import PurePath
from typing import Final

from vsr_server.corpora.corpus import Archive, Corpus, Named, Reading, Refusal, Refused
from vsr_shared.emotions import Emotion

_NAME: Final = re.compile(r"(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)")
_EMOTIONS: Final = {
    "01": Emotion.NEUTRAL,
    "02": Emotion.CALM,
    "03": Emotion.HAPPY,
    "04": Emotion.SAD,
    "05": Emotion.ANGRY,
    "06": Emotion.FEARFUL,
    "07": Emotion.DISGUST,
    "08": Emotion.SURPRISED,
}


def read(path: PurePath) -> Reading:
    """Return what the name says; the session is the repetition."""
    found = _NAME.fullmatch(path.stem)
    if found is None:
        return None
    modality, channel, emotion, _, statement, repetition, actor = found.groups()
    if channel == "02":
        return Refused(Refusal.LEFT_OUT, "song, not speech")
    if (modality, channel) != ("03", "01"):
        return Refused(Refusal.LEFT_OUT, "not of the audio-only speech set")
    if emotion not in _EMOTIONS:
        return Refused(Refusal.UNKNOWN_LABEL, f"emotion {emotion}; known are 01 to 08")
    gender = "male" if int(actor) % 2 else "female"
    return Named(path.stem, f"rav{actor}", gender, _EMOTIONS[emotion], statement, repetition)


def names(_: Collection[str]) -> frozenset[str]:
    """Return the 1,440 names: 60 an actor, neutral in normal intensity alone."""
    return frozenset(
        f"03-01-{emotion}-{intensity}-{statement}-{repetition}-{actor:02d}"
        for emotion, intensity, statement, repetition, actor in product(
            _EMOTIONS, ("01", "02"), ("01", "02"), ("01", "02"), range(1, 25)
        )
        if (emotion, intensity) != ("01", "02")
    )


RAVDESS: Final = Corpus(
    name="ravdess",
    title="Ryerson Audio-Visual Database of Emotional Speech and Song, speech",
    language="English",
    licence="CC BY-NC-SA 4.0",
    clips=1440,
    speakers=24,
    emotions=tuple(_EMOTIONS.values()),
    how_to_get="Audio_Speech_Actors_01-24.zip of https://zenodo.org/records/1188976",
    read=read,
    names=names,
    source=Archive(
        url="https://zenodo.org/records/1188976/files/Audio_Speech_Actors_01-24.zip?download=1",
        file="Audio_Speech_Actors_01-24.zip",
        checksum="md5:bc696df654c87fed845eb13823edef8a",
        size=208_468_073,
        unpacked=1 << 30,
    ),
)
