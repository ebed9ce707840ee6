"""Real speakers as a population: what they teach with and what they are judged by share no sentence and no session.

Sentences are split once for a whole corpus, so that what somebody is judged by was not said by anybody in training.
Where a corpus does not say what is said (urdu), each speaker's recordings are split by session, else one by one.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from vsr_server.base.same_sound import check_new, sound_prints
from vsr_server.base.speaker_split import check_unheard
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.fingerprints import fingerprints
from vsr_server.corpora.read import read_corpora
from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import HeardUser, Together
from vsr_simulations.engine.kept_activations import KeptActivations, kept_activations
from vsr_simulations.engine.time_left import Progress
from vsr_simulations.populations.devices import Devices


def split_by_sentence(clips: Sequence[Clip], turn: int = 0) -> tuple[list[Clip], list[Clip]]:
    """Return what is taught and what is judged; with `turn` 1 the other way round.

    UsageError where clips of one corpus differ in whether their sentence is known, or there is only one.
    """
    sides: tuple[list[Clip], list[Clip]] = ([], [])
    for corpus in sorted({clip.corpus for clip in clips}):
        of_corpus = [clip for clip in clips if clip.corpus == corpus]
        sentences = sorted({_unit(clip) for clip in of_corpus})
        if len(sentences) < 2:
            raise UsageError(f"{corpus}'s clips say one sentence alone; nobody can be judged by another one")
        first = set(sentences[::2])
        for clip in of_corpus:
            sides[(_unit(clip) not in first) != bool(turn)].append(clip)
    return sides


def recorded_population(
    base: Base,
    folder: Path,
    cache: Path,
    *,
    corpora: Sequence[str] = (),
    speakers: Sequence[str] = (),
    turn: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
    devices: Devices | None = None,
) -> Together:
    """Return the `speakers`, or everybody of `corpora`, whom `base` never heard, as its trunk hears them.

    With `devices` everybody is heard by a microphone of their own, what they teach and what judges them alike.
    Without a word about who, everybody that the base never heard. Somebody named whom it heard, or a recording that it
    was made with under another name, is a UsageError; so is a name that is not there.
    """
    clips = read_corpora(folder)
    there = {clip.speaker for clip in clips}
    wanted = set(speakers) or {clip.speaker for clip in clips if not corpora or clip.corpus in corpora}
    if absent := (wanted - there) | (set(corpora) - {clip.corpus for clip in clips}):
        raise UsageError(f"no {', '.join(sorted(absent))} in {folder}; correct the names")
    if not speakers and not corpora:
        wanted -= set(base.manifest.heard)
    taken = [clip for clip in clips if clip.speaker in wanted]
    check_unheard(base.manifest.heard, taken)
    check_new(base.manifest, taken, sound_prints(taken, fingerprints(taken), cache))
    owned = devices.for_clips(taken) if devices else None
    kept, keys = kept_activations(base, taken, cache, on_progress, microphones=owned)
    key_of = {clip.path: one for clip, one in zip(taken, keys, strict=True)}
    teach, held_out = split_by_sentence(taken, turn)
    users = tuple(_user(name, teach, held_out, kept, key_of) for name in sorted(wanted))
    heard_by = f":{devices.name}" if devices else ""
    return Together(f"{base.id}:{'+'.join(sorted(wanted))}:{turn}{heard_by}", users)


def _user(
    name: str, teach: Sequence[Clip], held_out: Sequence[Clip], kept: KeptActivations, key_of: dict[Path, str]
) -> HeardUser:
    sides = [[clip for clip in side if clip.speaker == name] for side in (teach, held_out)]
    if not all(sides):
        raise UsageError(f"{name} has no recording to teach with or none to be judged by; leave them out")
    heard = [kept.of([key_of[clip.path] for clip in side], [clip.positive for clip in side]) for side in sides]
    one = sides[0][0]
    return HeardUser(name, one.corpus, one.gender, heard[0], heard[1])


def _unit(clip: Clip) -> str:
    """What must not be on both sides: a sentence, else a session with its speaker, else the recording itself."""
    if clip.sentence is not None:
        return clip.sentence
    return f"{clip.speaker}/{clip.session or clip.path.name}"
