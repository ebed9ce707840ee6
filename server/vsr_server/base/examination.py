"""A base on a folder of voices: whom it may be tested on, and what stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.base.baselines import cepstral_statistics, features_with_svm, majority
from vsr_server.base.evaluate import Evaluation, base_probabilities, evaluate
from vsr_server.base.images import Images, images_of
from vsr_server.base.speaker_split import check_unheard
from vsr_server.base.voices import Voice, fingerprints, read_voices
from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_shared.find_base import BaseChoice, find_base


@dataclass(frozen=True)
class Examination:
    """Evaluations by way of predicting ("base", "majority", "MFCC + SVM"), on the same recordings."""

    base_id: str
    ways: Mapping[str, Evaluation]
    left_out: tuple[str, ...]
    """Speakers of the folder that the base heard, and that were therefore not tested."""
    labels: npt.NDArray[np.int64]
    positive: npt.NDArray[np.floating[Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        ways = {name: found.to_dict() for name, found in self.ways.items()}
        return {"base": self.base_id, "ways": ways, "left_out": list(self.left_out)}


def examine(folder: Path, base_file: Path | None, speakers: Sequence[str], features: bool, cache: Path) -> Examination:
    """Evaluate a base on `speakers` of `folder`, or on all that it never heard.

    The baselines learn from the folder's speakers that the base was trained on, and are left out where there are none.
    Raises UsageError where a speaker named is not there or was heard by the base, or where nobody is left to test.
    """
    base = find_base(BaseChoice(base_file, cache, offline=True))
    voices = read_voices(folder)
    heard = set(base.manifest.heard)
    if absent := set(speakers) - {voice.speaker for voice in voices}:
        raise UsageError(f"speaker(s) {', '.join(sorted(absent))} are not in {folder}; correct the names")
    wanted = set(speakers) or {voice.speaker for voice in voices} - heard
    test = [i for i, voice in enumerate(voices) if voice.speaker in wanted]
    if not test:
        raise UsageError(f"this base heard every speaker in {folder}; give a folder with others")
    check_unheard(heard, [voices[i] for i in test])
    known = [i for i, voice in enumerate(voices) if voice.speaker in heard] if features else []
    needed = [voices[i] for i in (*test, *known)]
    images = images_of(needed, fingerprints(needed), base.manifest.spectrogram, cache)
    return _examined(base, needed, len(test), images, tuple(sorted(heard & {voice.speaker for voice in voices})))


def _examined(
    base: Base, voices: Sequence[Voice], tested: int, images: Images, left_out: tuple[str, ...]
) -> Examination:
    test, known = voices[:tested], voices[tested:]
    _, positive = base_probabilities(base, images.of(range(tested)))
    ways = {"base": evaluate(test, positive)}
    if known:
        ways["majority"] = evaluate(test, majority(known, tested))
        _, rows = cepstral_statistics(images)
        ways["MFCC + SVM"] = evaluate(test, features_with_svm(known, rows[tested:], rows[:tested]))
    labels = np.array([voice.positive for voice in test], dtype=np.int64)
    return Examination(base.id, ways, left_out, labels, positive)
