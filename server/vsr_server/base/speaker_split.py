"""Who trains, who validates, who tests: by speaker, and loudly so.

A speaker, or the same recording under another name, on two sides makes a model look better than it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vsr_server.corpora.clip import Clip
from vsr_shared.errors import UsageError


@dataclass(frozen=True)
class SpeakerSplit:
    """Indices of recordings; `test` is never looked at while a base is trained, chosen or calibrated."""

    train: tuple[int, ...]
    validate: tuple[int, ...]
    test: tuple[int, ...]


def split_speakers(voices: Sequence[Clip], validate: Iterable[str], test: Iterable[str]) -> SpeakerSplit:
    """Return the split in which the speakers named validate and test, and all others train.

    Raises UsageError where a speaker is named for both, is not there, or where training or validation is empty or
    lacks a polarity.
    """
    validating, testing = set(validate), set(test)
    there = {voice.speaker for voice in voices}
    if both := validating & testing:
        raise UsageError(f"speaker(s) {_listed(both)} would both validate and test; name each for one of them")
    if absent := (validating | testing) - there:
        raise UsageError(f"speaker(s) {_listed(absent)} are not in these recordings; correct the names")
    split = SpeakerSplit(
        tuple(i for i, voice in enumerate(voices) if voice.speaker not in validating | testing),
        tuple(i for i, voice in enumerate(voices) if voice.speaker in validating),
        tuple(i for i, voice in enumerate(voices) if voice.speaker in testing),
    )
    for side, indices in (("training", split.train), ("validation", split.validate)):
        if {voices[i].positive for i in indices} != {0, 1}:
            raise UsageError(f"{side} needs recordings of both polarities, from speakers of its own; name others")
    return split


def check_no_leak(voices: Sequence[Clip], prints: Sequence[str], split: SpeakerSplit) -> None:
    """Raise UsageError where two sides of `split` share a speaker or a recording (`prints`, of files or of sounds)."""
    sides = {"training": split.train, "validation": split.validate, "test": split.test}
    names = list(sides)
    for a, b in ((names[0], names[1]), (names[0], names[2]), (names[1], names[2])):
        speakers = {voices[i].speaker for i in sides[a]} & {voices[i].speaker for i in sides[b]}
        if speakers:
            raise UsageError(f"leak: speaker(s) {_listed(speakers)} are in {a} and in {b}; keep each on one side")
        twice = {prints[i] for i in sides[a]} & {prints[i] for i in sides[b]}
        if twice:
            file = next(voices[i].path.name for i in sides[b] if prints[i] in twice)
            raise UsageError(f"leak: {len(twice)} recording(s) of {b}, such as {file}, are in {a} too; drop them")


def check_unheard(heard: Iterable[str], voices: Iterable[Clip]) -> None:
    """Raise UsageError where a base that `heard` these speakers would be tested on one of them."""
    known = set(heard) & {voice.speaker for voice in voices}
    if known:
        raise UsageError(
            f"this base was trained or validated on {_listed(known)}: a test on them says nothing about others; "
            "leave them out (--speaker names those to test), or have them shown, marked as heard, with --mark-heard"
        )


def _listed(names: set[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
