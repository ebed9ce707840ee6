"""Labelled recordings for the tests of the base's training: real ones where they are, tones otherwise."""

import csv
from pathlib import Path

import numpy as np
import soundfile

RATE = 22_050
COLUMNS = ("file", "corpus", "speaker", "gender", "emotion")


def tone(hertz: float, seconds: float = 1.0, seed: int = 0) -> np.ndarray:
    """A tone in a little noise, float32: what a "speaker" of these tests says."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(0, 0.01, len(time))
    return (0.3 * np.sin(2 * np.pi * hertz * time) + noise).astype(np.float32)


def write_voices(folder: Path, speakers: tuple[str, ...] = ("a", "b", "c", "d"), clips: int = 6) -> Path:
    """A folder in which happy is a high tone and sad a low one, `clips` a speaker."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for s, speaker in enumerate(speakers):
        for k in range(clips):
            emotion = "happy" if k % 2 else "sad"
            name = f"{speaker}-{k}.wav"
            pitch = (900 if k % 2 else 250) + 7 * s + 3 * k
            soundfile.write(folder / name, tone(pitch, seed=100 * s + k), RATE)
            rows.append((name, "tones", speaker, "female" if s % 2 else "male", emotion))
    write_manifest(folder, rows)
    return folder


def write_manifest(folder: Path, rows: list[tuple[str, ...]], columns: tuple[str, ...] = COLUMNS) -> None:
    with (folder / "MANIFEST.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
