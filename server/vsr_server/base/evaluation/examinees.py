"""Whom a base may be tested on: nobody it heard, unless they are shown apart and marked as what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vsr_server.base.speaker_split import check_unheard
from vsr_server.corpora.clip import Clip
from vsr_shared.base import BaseManifest
from vsr_shared.errors import UsageError


@dataclass(frozen=True)
class Examinees:
    """Recordings by what may be said with them."""

    tested: tuple[Clip, ...]
    """Of speakers that the base never heard."""
    marked: Mapping[str, tuple[Clip, ...]]
    """Of speakers that it heard, by how it heard them ("heard in training: not a test"), where asked for."""
    left_out: tuple[str, ...]
    """Speakers that it heard, who would else have been tested."""


def examinees(
    voices: Sequence[Clip], base: BaseManifest, speakers: Sequence[str] = (), mark_heard: bool = False
) -> Examinees:
    """Return who of `voices` is tested: the `speakers` named, or everybody the base never heard.

    Raises UsageError where somebody named is not there, or was heard and `mark_heard` is not set, and where nobody is
    left.
    """
    there, heard = {voice.speaker for voice in voices}, set(base.heard)
    if absent := set(speakers) - there:
        raise UsageError(f"speaker(s) {', '.join(sorted(absent))} are not in these recordings; correct the names")
    wanted = set(speakers) or there
    if speakers and not mark_heard:
        check_unheard(heard, [voice for voice in voices if voice.speaker in wanted])
    tested = tuple(voice for voice in voices if voice.speaker in wanted - heard)
    known = [voice for voice in voices if voice.speaker in wanted & heard]
    if not tested and not mark_heard:
        raise UsageError(
            "this base heard every speaker in these recordings; give a folder with others, or have them shown, marked "
            "as heard, with --mark-heard"
        )
    marked: dict[str, tuple[Clip, ...]] = {}
    for voice in known if mark_heard else ():
        how = how_heard(base, voice.speaker)
        marked[how] = (*marked.get(how, ()), voice)
    left_out = () if mark_heard else tuple(sorted({voice.speaker for voice in known}))
    return Examinees(tested, marked, left_out)


def how_heard(base: BaseManifest, speaker: str) -> str:
    """Return how the base heard `speaker`, as its notes say where they do."""
    if speaker in base.notes.get("trained_on", ()):
        return "heard in training: not a test"
    if speaker in base.notes.get("validated_on", ()):
        return "heard in validation, which chose and calibrated the base: not a test"
    return "heard in training or validation: not a test"
