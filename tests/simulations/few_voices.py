"""A small folder of real recordings: a few clips of a few speakers, both polarities."""

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

from vsr_server.corpora.read import read_corpora


def few_voices(voices: Path, folder: Path, speakers: Sequence[str], each: int) -> Path:
    """Copy `each` recordings of every speaker into `folder`, half of either polarity, with a manifest."""
    rows, everything = [], read_corpora(voices)
    for speaker in speakers:
        for side in (0, 1):
            own = [clip for clip in everything if clip.speaker == speaker and clip.positive == side]
            # Spread over the folder's order, which goes by emotion.
            for clip in [own[place * len(own) // (each // 2)] for place in range(each // 2)]:
                shutil.copy(clip.path, folder / clip.path.name)
                rows.append([clip.path.name, clip.corpus, clip.speaker, clip.gender, clip.emotion])
    with (folder / "MANIFEST.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "corpus", "speaker", "gender", "emotion"], *rows])
    return folder
