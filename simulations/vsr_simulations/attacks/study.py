"""All attacks on all views, as rows; what is done lies in files, so that a stopped run goes on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np

from vsr_client.one_thread import one_thread
from vsr_shared.emotions import Emotion
from vsr_shared.learning.local_training import LocalTraining
from vsr_simulations.attacks.attribute import Names, guess
from vsr_simulations.attacks.audit import Audit, audit
from vsr_simulations.attacks.by_person import Found, judge
from vsr_simulations.attacks.cast import Cast
from vsr_simulations.attacks.drawn_updates import MOOD, ORDINARY, SINGLE, Amounts, Updates, drawn_updates, plan
from vsr_simulations.attacks.inversion import Recovered, judge_recovered, pooled, recover
from vsr_simulations.attacks.linking import link
from vsr_simulations.attacks.one_clip import ByFormula, by_formula
from vsr_simulations.attacks.traits import Traits, traits_of
from vsr_simulations.attacks.views import View, no_attacker_above, seen, views
from vsr_simulations.engine.time_left import Progress

TASKS: Final = ("gender", "speaker", "emotion", "polarity of one clip")
Tell = Callable[[Progress], None]


@dataclass(frozen=True)
class Plan:
    """What is run."""

    amounts: Amounts = field(default_factory=Amounts)
    local: LocalTraining = field(default_factory=LocalTraining)
    clip_norm: float = 0.2
    """Half of an update's usual length, so that nearly everybody is shortened."""
    views: tuple[View, ...] = field(default_factory=views)
    noises: tuple[tuple[float, int], ...] = ((0.0, 1), (0.7, 1), (1.0, 1), (3.0, 1), (2.2, 10))
    """Audited: noise multiplier and rounds."""
    games: int = 1000
    seed: int = 1


@dataclass(frozen=True)
class Told:
    """One attribute guessed from one view."""

    task: str
    view: str
    found: Found
    bound: float
    """No attacker is right more often, 1 where nothing is known; for tasks of two classes alone."""
    how: str


@dataclass(frozen=True)
class Inverted:
    """Activations recovered from one view."""

    what: str
    view: str
    found: Recovered


@dataclass(frozen=True)
class Outcome:
    """All rows."""

    told: tuple[Told, ...]
    inverted: tuple[Inverted, ...]
    formula: tuple[ByFormula, ...]
    audits: tuple[Audit, ...]
    about: dict[str, Any]


def run_study(cast: Cast, plan_: Plan, out: Path, tell: Tell = lambda progress: None) -> Outcome:
    """Run the attacks of `plan_` on `cast`; what `out` has of the same run is not run again."""
    folder = out / _key(cast, plan_)
    with one_thread():
        draws = plan(cast, plan_.amounts)
        about = (plan_.amounts.clips, plan_.local, plan_.seed, folder / "updates.f32", tell)
        updates = drawn_updates(cast, draws, *about)
        told: list[Told] = []
        inverted: list[Inverted] = []
        for view in plan_.views:
            guessed, recovered = _of_view(view, updates, cast, plan_, folder, tell)
            told += guessed
            inverted += recovered
        formula = by_formula(cast, updates)
    audits = tuple(_audits(plan_, out, tell))
    lengths = np.array([np.linalg.norm(updates.vectors[row]) for row in range(len(draws))])
    ordinary = np.array([draw.kind == ORDINARY for draw in draws])
    said = {
        "base": cast.base.id,
        "attacked": [cast.people[one].name for one in cast.attacked],
        "shadow": [person.name for person in cast.people if not person.attacked],
        "updates": len(draws),
        "median_length": float(np.median(lengths[ordinary])),
        "shortened": float((lengths[ordinary] > plan_.clip_norm).mean()),
    }
    return Outcome(tuple(told), tuple(inverted), formula, audits, said)


def _key(cast: Cast, plan_: Plan) -> str:
    import hashlib

    what = [cast.name, asdict(plan_.amounts), asdict(plan_.local), plan_.seed]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:12]


def _of_view(
    view: View, updates: Updates, cast: Cast, plan_: Plan, folder: Path, tell: Tell
) -> tuple[list[Told], list[Inverted]]:
    keep = folder / f"{view.kind}-{view.people}-{view.epsilon:g}-{plan_.clip_norm:g}.json"
    if keep.exists():
        known = json.loads(keep.read_text())
        told = [Told(**one | {"found": Found(**one["found"])}) for one in known["told"]]
        return told, [Inverted(**one | {"found": Recovered(**one["found"])}) for one in known["inverted"]]
    traits = _traits(view, updates, cast, plan_, tell)
    told = list(_guessed(view, traits, updates, cast))
    inverted = list(_inverted(view, traits, updates, cast))
    rows = {"told": [asdict(one) for one in told], "inverted": [asdict(one) for one in inverted]}
    keep.write_text(json.dumps(rows, indent=1))
    return told, inverted


def _traits(view: View, updates: Updates, cast: Cast, plan_: Plan, tell: Tell) -> Traits:
    started, each = monotonic(), []
    for vector in seen(view, updates, cast, plan_.clip_norm, plan_.seed):
        each.append(traits_of(vector, updates.layout))
        tell(Progress(f"seen: {view.name}", len(each), len(updates.draws), monotonic() - started))
    return Traits.stack(each)


def _guessed(view: View, traits: Traits, updates: Updates, cast: Cast) -> Iterator[Told]:
    person = np.array([draw.person for draw in updates.draws])
    bound = no_attacker_above(view)
    for task, kind, truth in _questions(updates, cast):
        rows = np.flatnonzero([draw.kind == kind for draw in updates.draws])
        some = Traits(traits.first[rows], traits.others[rows])
        if task == "speaker":
            half = np.array([updates.draws[row].half for row in rows])
            at, said = link(some, person[rows], half, cast.attacked, [one.name for one in cast.people])
            how = "nearest by discriminant axes"
        else:
            guesses = guess(some, truth[rows], person[rows], cast.attacked)
            at, said = guesses.rows, guesses.said
            how = (
                f"{guesses.choice.part}, ridge {guesses.choice.strength:g}, {guesses.choice.shadow_uar:.2f} on shadows"
            )
        found = judge(truth[rows][at], said, person[rows][at])
        yield Told(task, view.name, found, bound if found.chance == 0.5 else 1.0, how)


def _questions(updates: Updates, cast: Cast) -> Iterator[tuple[str, str, Names]]:
    """Yield what is asked: task, kind of draw, and the truth of every row."""
    people = [cast.people[draw.person] for draw in updates.draws]
    yield "gender", ORDINARY, np.array(["female" if person.female else "male" for person in people])
    yield "speaker", ORDINARY, np.array([person.name for person in people])
    moods = [draw.mood or Emotion.NEUTRAL for draw in updates.draws]
    yield "emotion", MOOD, np.array([str(mood) for mood in moods])
    polarity = [person.clips.labels[places[0]] for person, places in zip(people, updates.places, strict=True)]
    yield TASKS[3], SINGLE, np.array(["positive" if one else "negative" for one in polarity])


def _inverted(view: View, traits: Traits, updates: Updates, cast: Cast) -> Iterator[Inverted]:
    for kind, what in ((SINGLE, "one clip"), (ORDINARY, "mean of several clips")):
        rows = np.flatnonzero([draw.kind == kind for draw in updates.draws])
        person = np.array([updates.draws[row].person for row in rows])
        heard = [cast.people[updates.draws[row].person].clips.chosen(updates.places[row]) for row in rows]
        truth = np.stack([pooled(cast.base.trainable, cast.base.frozen, one).mean(axis=0) for one in heard])
        some = Traits(traits.first[rows], traits.others[rows])
        guessed = recover(some, truth, person, cast.attacked)
        yield Inverted(what, view.name, judge_recovered(guessed, truth, person, cast.attacked))


def _audits(plan_: Plan, out: Path, tell: Tell) -> Iterator[Audit]:
    path = out / "audits.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    started = monotonic()
    for done, (multiplier, rounds) in enumerate(plan_.noises, 1):
        key = f"{multiplier} {rounds} {plan_.games} {plan_.seed}"
        if key not in known:
            found = audit(multiplier, plan_.games, rounds=rounds, seed=plan_.seed)
            known[key] = asdict(found)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(known, indent=1))
        tell(Progress("audits", done, len(plan_.noises), monotonic() - started))
        yield Audit(**known[key])
