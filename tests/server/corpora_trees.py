"""Folders laid out as people have the corpora: real WAV files, tiny, each with other samples."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import soundfile

RATE = 22_050
SAVEE_SPEAKERS = ("DC", "JE", "JK", "KL")


def wav(number: int, samples: int = 800) -> bytes:
    """A short WAV file of which no other `number` has the same bytes."""
    target = io.BytesIO()
    noise = np.random.default_rng(number).normal(0, 0.1, samples).astype(np.float32)
    soundfile.write(target, noise, RATE, format="WAV", subtype="PCM_16")
    return target.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip file of these contents."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def write(folder: Path, names: Iterable[str]) -> Path:
    """Write a WAV file of its own for each name; the same clip has the same sound wherever it lies."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        clip = f"{path.parent.name}_{path.stem}" if path.parent.name in SAVEE_SPEAKERS else path.stem
        path.write_bytes(wav(int.from_bytes(clip.encode())))
    return folder


def ravdess_names(actors: Iterable[int] = (1, 2)) -> list[str]:
    """All 60 clips of each actor, as `Actor_XX/03-01-...wav`."""
    return [
        f"Actor_{actor:02d}/03-01-{emotion:02d}-{intensity:02d}-{statement:02d}-{repetition:02d}-{actor:02d}.wav"
        for actor in actors
        for emotion in range(1, 9)
        for intensity in ((1,) if emotion == 1 else (1, 2))
        for statement in (1, 2)
        for repetition in (1, 2)
    ]


def savee_names(layout: str = "{speaker}/{code}.wav", speakers: Iterable[str] = SAVEE_SPEAKERS) -> list[str]:
    """All 120 clips of each speaker in a `layout`."""
    return [
        layout.format(speaker=speaker, code=f"{emotion}{number:02d}")
        for speaker in speakers
        for emotion in ("a", "d", "f", "h", "n", "sa", "su")
        for number in range(1, 31 if emotion == "n" else 16)
    ]


TESS_FOLDERS = {
    "OAF_angry": "angry",
    "OAF_disgust": "disgust",
    "OAF_Fear": "fear",
    "OAF_happy": "happy",
    "OAF_neutral": "neutral",
    "OAF_Pleasant_surprise": "ps",
    "OAF_Sad": "sad",
    "YAF_angry": "angry",
    "YAF_disgust": "disgust",
    "YAF_fear": "fear",
    "YAF_happy": "happy",
    "YAF_neutral": "neutral",
    "YAF_pleasant_surprised": "ps",
    "YAF_sad": "sad",
}
"""As TESS spells them, and the emotion in its files' names."""


def tess_names(words: Iterable[str] = ("back", "bite")) -> list[str]:
    """Each word by both actresses in all emotions, with the one name that TESS misspells."""
    names = [f"{folder}/{folder[:3]}_{word}_{code}.wav" for folder, code in TESS_FOLDERS.items() for word in words]
    return [name.replace("OAF_bite_neutral", "OA_bite_neutral") for name in names]


def crema_names(actors: Iterable[int] = (1001, 1002)) -> list[str]:
    """One sentence of each actor in all six emotions, flat."""
    return [
        f"{actor}_DFA_{emotion}_XX.wav" for actor in actors for emotion in ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")
    ]


def kaggle(folder: Path) -> Path:
    """The four-corpus set of Kaggle, "Speech Emotion Recognition (en)": a part of each corpus, in its folders."""
    write(folder / "Crema", crema_names())
    write(folder / "Ravdess" / "audio_speech_actors_01-24", ravdess_names())
    write(folder / "Savee", savee_names("{speaker}_{code}.wav", ("DC", "KL")))
    write(folder / "Tess", tess_names())
    return folder
