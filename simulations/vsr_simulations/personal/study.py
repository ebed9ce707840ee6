"""Everybody teaches, in every draw, and is judged by other sentences: one trial each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vsr_client.hearing import hear
from vsr_client.one_thread import one_thread
from vsr_client.teaching import PERSONAL_TRAINING
from vsr_server.base.evaluation.examinees import how_heard
from vsr_server.base.speaker_split import check_unheard
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.manifest import read_manifest
from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.learning.personalise import Recording
from vsr_shared.metrics import Scores
from vsr_shared.prediction import Predictor
from vsr_simulations.personal.draws import both_ways, draw_clips
from vsr_simulations.personal.ways import teach_and_judge
from vsr_simulations.population import User, recorded_users

Told = Callable[[str, int, int], None]
"""Given what is done, how much of it is behind, and how much there is of it."""


@dataclass(frozen=True)
class Plan:
    """What everybody does."""

    clips: tuple[int, ...] = (10, 30)
    """How many clips are taught."""
    draws: int = 3
    """How often as many are drawn, to be averaged."""
    training: LocalTraining = PERSONAL_TRAINING


@dataclass(frozen=True)
class Trial:
    """One person, one draw."""

    user: str
    clips: int
    way_round: int
    """0 taught the first half of the sentences and was judged by the others, 1 the other way round."""
    draw: int
    kept: bool
    scores: Mapping[str, Scores]


def people(folder: Path, base: Base, speakers: Sequence[str]) -> tuple[User, ...]:
    """Return the `speakers` of the corpus in `folder`, or all whom the base never heard and whose sentences vary.

    UsageError where the manifest is at fault, somebody named is not there or has one sentence, or nobody is left.
    """
    if speakers:
        return recorded_users(folder, speakers)
    spoken: dict[str, set[str | None]] = {}
    for clip in read_manifest(folder):
        spoken.setdefault(clip.speaker, set()).add(clip.sentence)
    unheard = [name for name, said in spoken.items() if len(said) > 1 and None not in said]
    unheard = [name for name in unheard if name not in base.manifest.heard]
    if not unheard:
        raise UsageError(
            f"nobody in {folder} whom this base never heard says two known sentences; give other recordings, or name "
            "--speakers and --mark-heard"
        )
    return recorded_users(folder, unheard)


def heard_by(base: Base, users: Sequence[User], mark_heard: bool) -> dict[str, str]:
    """Return how the base heard those users that it heard; UsageError where there are any and `mark_heard` is not set.

    A base tells voices it learnt from apart better than anybody's, so what teaching adds cannot be seen in them.
    """
    if not mark_heard:
        check_unheard(base.manifest.heard, [clip for user in users for clip in user.teach])
    return {user.name: how_heard(base.manifest, user.name) for user in users if user.name in base.manifest.heard}


def hear_all(base: Base, users: Sequence[User], tell: Told) -> dict[Path, Recording]:
    """Return what the trunk hears of every clip, each heard once; AudioError where one cannot be heard."""
    predictor = Predictor(base)
    clips = [clip for user in users for clip in (*user.teach, *user.held_out)]
    found = {}
    for done, clip in enumerate(clips, 1):
        kept = hear(clip.path, predictor).heard
        found[clip.path] = Recording(kept.activations, clip.polarity, kept.statistics)
        tell("clips heard", done, len(clips))
    return found


def run_trials(
    base: Base, users: Sequence[User], heard: Mapping[Path, Recording], plan: Plan, tell: Told
) -> Iterator[Trial]:
    """Yield every trial of `plan` as it is done.

    UsageError where a person has fewer clips than are to be taught, or fewer than three of a polarity among them.
    """
    planned = [
        (user, way_round, count, index, places)
        for person in users
        for way_round, user in enumerate(both_ways(person))
        for count in plan.clips
        for index, places in enumerate(draw_clips(user, count, plan.draws))
    ]
    for done, (user, way_round, count, index, places) in enumerate(planned, 1):
        lessons = _of(heard, [user.teach[place] for place in places])
        with one_thread():
            taught = teach_and_judge(base, lessons, _of(heard, user.held_out), plan.training, index)
        yield Trial(user.name, count, way_round, index, taught.kept, taught.scores)
        tell("trials", done, len(planned))


def _of(heard: Mapping[Path, Recording], clips: Sequence[Clip]) -> list[Recording]:
    return [heard[clip.path] for clip in clips]
