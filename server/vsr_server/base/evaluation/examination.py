"""A base on a folder of voices: whom it may be tested on, and what stands beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.base.evaluation.evaluate import Evaluation, evaluate
from vsr_server.base.evaluation.examinees import examinees
from vsr_server.base.evaluation.ways import BASE, MFCC_SVM, Side, Way, base_way, baseline_ways, why_no_baselines
from vsr_server.base.images import Images, images_of
from vsr_server.base.same_sound import check_new, check_once, sound_prints
from vsr_server.base.speaker_split import SpeakerSplit, check_no_leak
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.fingerprints import fingerprints
from vsr_server.corpora.read import read_corpora
from vsr_server.microphones.catalogue import MICROPHONES, STUDIO
from vsr_server.microphones.microphone import Microphone
from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.errors import UsageError
from vsr_shared.find_base import BaseChoice, find_base

Say = Callable[[str], None]


@dataclass(frozen=True)
class Exam:
    """What is asked: which base, on whom, beside what."""

    folder: Path
    base_file: Path | None
    cache: Path
    speakers: Sequence[str] = ()
    """Whom to test; else everybody in `folder` whom the base never heard."""
    known: Path | None = None
    """Folder with the voices that the base was made with, from which the baselines learn; else `folder`."""
    features: bool = True
    untrained: bool = True
    microphones: bool = False
    mark_heard: bool = False
    """Show speakers that the base heard, apart from the others and marked, instead of refusing them."""


@dataclass(frozen=True)
class Examination:
    """Evaluations by way of predicting ("base", "majority", "MFCC + SVM"...), on the same recordings."""

    base_id: str
    ways: Mapping[str, Evaluation]
    """Empty where only speakers that the base heard were asked for."""
    left_out: tuple[str, ...]
    """Speakers of the folder that the base heard, and that were therefore not tested."""
    microphones: Mapping[str, Mapping[str, Evaluation]] = field(default_factory=dict)
    """The same recordings by microphone, then by way."""
    not_a_test: Mapping[str, Evaluation] = field(default_factory=dict)
    """The base on speakers that it heard, by how it heard them."""
    remarks: tuple[str, ...] = ()
    """What could not be said, and why."""
    labels: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    positive: npt.NDArray[np.floating[Any]] = field(default_factory=lambda: np.zeros(0))
    """The base's probability of positive for each recording tested, in the order of `labels`."""

    def to_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        by_microphone = {name: _dicts(ways) for name, ways in self.microphones.items()}
        return {
            "base": self.base_id,
            "ways": _dicts(self.ways),
            "left_out": list(self.left_out),
            "microphones": by_microphone,
            "not_a_test": _dicts(self.not_a_test),
            "remarks": list(self.remarks),
        }


def examine(exam: Exam, say: Say = lambda _: None) -> Examination:
    """Evaluate a base beside the baselines, which learn from speakers that it was made with.

    Raises UsageError where somebody named is not there, or was heard by the base and `mark_heard` is not set; where
    nobody is left to test; where a recording cannot be heard, is there twice, or was heard under another name.
    """
    base = find_base(BaseChoice(exam.base_file, exam.cache, offline=True), say)
    spec, heard = base.manifest.spectrogram, set(base.manifest.heard)
    voices = read_corpora(exam.folder)
    people = examinees(voices, base.manifest, exam.speakers, exam.mark_heard)
    fellows = read_corpora(exam.known) if exam.known else voices
    learning = [voice for voice in fellows if voice.speaker in heard] if exam.features and people.tested else []
    tested, known = (_side(part, spec, exam.cache, say) for part in (people.tested, learning))
    sounds = sound_prints([*tested.voices, *known.voices], [*tested.prints, *known.prints], exam.cache, say)
    _check_sounds(tested, known, sounds)
    check_new(base.manifest, tested.voices, sounds[: len(tested.voices)])
    ways, remarks = _ways(exam, base_way(base, say), tested, known, say)
    said = {name: way(tested) for name, way in ways.items()}
    marked = {how: _side(part, spec, exam.cache, say) for how, part in people.marked.items()}
    return Examination(
        base_id=base.id,
        ways={name: evaluate(tested.voices, positive) for name, positive in said.items()},
        left_out=people.left_out,
        microphones=_by_microphone(exam, spec, tested, ways, say),
        not_a_test={how: evaluate(side.voices, base_way(base, say)(side)) for how, side in marked.items()},
        remarks=(*remarks, *_limits(tested)),
        labels=tested.labels,
        positive=said.get(BASE, np.zeros(0)),
    )


def _side(
    voices: Sequence[Clip], spec: SpectrogramSpec, cache: Path, say: Say, microphone: Microphone = STUDIO
) -> Side:
    if not voices:
        return Side((), (), Images(np.zeros((0, *spec.shape), np.uint8), np.zeros(0, np.int64)))
    try:
        prints = fingerprints(voices)
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read ({error.strerror}); change its permissions") from error
    return Side(tuple(voices), prints, images_of(voices, prints, spec, cache, say, microphone))


def _check_sounds(tested: Side, known: Side, sounds: Sequence[str]) -> None:
    """Raise UsageError where baselines would learn from somebody or something tested, or a recording counts twice."""
    cut, everybody = len(tested.voices), [*tested.voices, *known.voices]
    check_no_leak(everybody, sounds, SpeakerSplit(tuple(range(cut, len(everybody))), (), tuple(range(cut))))
    check_once(tested.voices, sounds[:cut])


def _ways(exam: Exam, base: Way, tested: Side, known: Side, say: Say) -> tuple[dict[str, Way], list[str]]:
    """Return the ways to predict, and why some are missing."""
    if not tested.voices:
        return {}, ["nobody was tested: the base heard every speaker asked for"]
    if not exam.features:
        return {BASE: base}, []
    if reason := why_no_baselines(known.voices):
        return {BASE: base}, [reason]
    return {BASE: base} | baseline_ways(known, exam.untrained, exam.cache, say), []


def _by_microphone(
    exam: Exam, spec: SpectrogramSpec, tested: Side, ways: Mapping[str, Way], say: Say
) -> dict[str, dict[str, Evaluation]]:
    """Return the base and the features, which were fitted on recordings as they are, by simulated microphone."""
    found: dict[str, dict[str, Evaluation]] = {}
    compared = [name for name in (BASE, MFCC_SVM) if name in ways]
    for microphone in MICROPHONES if exam.microphones and tested.voices else ():
        say(f"{len(tested.voices)} recordings as heard by: {microphone.about}")
        side = _side(tested.voices, spec, exam.cache, say, microphone)
        found[microphone.name] = {name: evaluate(side.voices, ways[name](side)) for name in compared}
    return found


def _limits(tested: Side) -> list[str]:
    """Return what these recordings cannot say of anybody's base."""
    remarks = []
    if len(words := {voice.polarity for voice in tested.voices}) == 1:
        remarks.append(f"UAR and AUROC cannot be said: all recordings are {words.pop()}")
    if len({voice.speaker for voice in tested.voices}) == 1:
        remarks.append("how far others are from this cannot be said: there is one speaker")
    return remarks


def _dicts(evaluations: Mapping[str, Evaluation]) -> dict[str, Any]:
    return {name: found.to_dict() for name, found in evaluations.items()}
