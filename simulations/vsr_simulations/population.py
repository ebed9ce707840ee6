"""Populations: people with clips to teach from and other clips, of other sentences, to be judged by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vsr_server.corpora.clip import Clip
from vsr_server.corpora.read import read_corpora
from vsr_shared.emotions import Emotion
from vsr_shared.errors import StoreError, UsageError
from vsr_simulations.generator import RATE, Speaker, speaker, utter

TEACH_FROM: Final = 1
HELD_OUT_FROM: Final = 2


@dataclass(frozen=True)
class User:
    """One person: nothing said in `teach` is said in `held_out`."""

    name: str
    teach: tuple[Clip, ...]
    held_out: tuple[Clip, ...]


def recorded_users(folder: Path, speakers: Sequence[str]) -> tuple[User, ...]:
    """Return a user for each of `speakers` of the corpora in `folder`.

    Each teaches from the first half of the sentences and is judged by the others. UsageError where the manifest is at
    fault, a speaker is unknown or asked for twice, or a speaker's sentences are unknown or only one.
    """
    if len(set(speakers)) < len(speakers):
        raise UsageError(f"a speaker is asked for twice in {', '.join(speakers)}; name each once")
    spoken: dict[str, list[Clip]] = {}
    for clip in read_corpora(folder):
        spoken.setdefault(clip.speaker, []).append(clip)
    unknown = [name for name in speakers if name not in spoken]
    if unknown:
        raise UsageError(f"no speaker {', '.join(unknown)} in {folder}; there are {', '.join(sorted(spoken))}")
    return tuple(_recorded(name, spoken[name]) for name in speakers)


def _recorded(name: str, clips: Sequence[Clip]) -> User:
    """Split one speaker's clips by sentence."""
    sentences = sorted({clip.sentence for clip in clips if clip.sentence is not None})
    if len(sentences) < 2 or any(clip.sentence is None for clip in clips):
        raise UsageError(
            f"{name}'s clips cannot be split by what is said; choose a speaker of a corpus whose sentences are "
            "known (ravdess)"
        )
    first = set(sentences[: len(sentences) // 2])
    teach = tuple(clip for clip in clips if clip.sentence in first)
    return User(name, teach, tuple(clip for clip in clips if clip.sentence not in first))


def generated_users(
    seed: int, count: int, clips: int, folder: Path, changed: Callable[[Speaker], Speaker] = lambda one: one
) -> tuple[User, ...]:
    """Return users 0 to `count` - 1 of the generated population `seed`, their clips written into `folder`.

    Each user has `clips` clips to teach from and as many held out, the same number of each of the eight
    emotions, as 16-bit FLAC in a folder of their own. What `changed` makes of a speaker speaks in their place: the same
    person with a cold, or older. UsageError where `count` is below 1 or `clips` is no
    multiple of 8 above 0; StoreError where the folder cannot be written.
    """
    if count < 1:
        raise UsageError(f"a population needs at least one user, got {count}")
    if clips < 1 or clips % len(Emotion):
        raise UsageError(f"{clips} clips cannot be shared evenly by {len(Emotion)} emotions; give a multiple of 8")
    return tuple(_generated(changed(speaker(seed, index)), clips // len(Emotion), folder) for index in range(count))


def _generated(person: Speaker, takes: int, folder: Path) -> User:
    """Let one person teach in sentences of odd number and be judged in those of even number, one sentence a take."""
    home = folder / person.name
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make the folder {home} ({error}); choose one that can be written") from error
    teach, held_out = (
        tuple(_record(person, emotion, take, 2 * take + first, home) for take in range(takes) for emotion in Emotion)
        for first in (TEACH_FROM, HELD_OUT_FROM)
    )
    return User(person.name, teach, held_out)


def _record(person: Speaker, emotion: Emotion, take: int, sentence: int, home: Path) -> Clip:
    """Write one utterance beneath `home`."""
    import soundfile

    wave = utter(person, emotion, take, sentence=sentence)
    path = home / f"{sentence:02d}-{emotion}-{take:02d}.flac"
    try:
        soundfile.write(path, wave, RATE, subtype="PCM_16")
    except (OSError, soundfile.SoundFileError) as error:
        raise StoreError(f"cannot write {path} ({error}); make room or choose another folder") from error
    return Clip(
        path=path,
        corpus="generated",
        speaker=person.name,
        gender=person.gender,
        emotion=emotion,
        seconds=wave.size / RATE,
        sentence=f"{sentence:02d}",
    )
