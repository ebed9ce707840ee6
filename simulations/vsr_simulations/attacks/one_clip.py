"""One clip's gradient, and one clip's update by the training that ships: what comes out of either by formula alone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vsr_shared.learning.personalise import lessons_of
from vsr_shared.network.parts import TRUNK_CHANNELS
from vsr_shared.network.tail_head import loss_and_gradient
from vsr_shared.weights import Array
from vsr_simulations.attacks.cast import Cast
from vsr_simulations.attacks.drawn_updates import SINGLE, Updates
from vsr_simulations.attacks.inversion import center_cosine, input_of_dense, label_of, pooled


@dataclass(frozen=True)
class ByFormula:
    """Over the attacked people's single clips; people count alike."""

    setting: str
    activation: float
    """Mean cosine between the recovered activation and the true one, both without the shadow people's mean."""
    labels: float
    """How often the label is told."""
    clips: int
    people: int


def by_formula(cast: Cast, updates: Updates) -> tuple[ByFormula, ByFormula]:
    """Return what one gradient step gives away, and what the update gives that a machine really sends."""
    singles = [(row, draw.person) for row, draw in enumerate(updates.draws) if draw.kind == SINGLE]
    truth = {row: _truth(cast, updates, row) for row, _ in singles}
    middle = np.mean([truth[row] for row, person in singles if not cast.people[person].attacked], axis=0)
    found: list[tuple[int, npt.NDArray[np.float64]]] = []
    for row, person in singles:
        if cast.people[person].attacked:
            label = int(cast.people[person].clips.labels[updates.places[row][0]])
            sent = updates.layout.unflatten(np.asarray(updates.vectors[row]))
            # An update goes down the slope.
            down = {name: -array for name, array in _gradient(cast, updates, row).items()}
            figures = []
            for change in (down, sent):
                heard = input_of_dense(change["hidden/kernel"], change["hidden/bias"])[:TRUNK_CHANNELS]
                figures += [center_cosine(heard, truth[row], middle), float(label_of(change["polarity/bias"]) == label)]
            found.append((person, np.array(figures)))
    people = sorted({person for person, _ in found})
    means = np.mean([np.mean([one for person, one in found if person == who], axis=0) for who in people], axis=0)
    about = (len(found), len(people))
    return (
        ByFormula("one gradient of one clip", float(means[0]), float(means[1]), *about),
        ByFormula("one clip, as machines train", float(means[2]), float(means[3]), *about),
    )


def _gradient(cast: Cast, updates: Updates, row: int) -> dict[str, Array]:
    person = cast.people[updates.draws[row].person]
    lessons = lessons_of(person.clips.chosen(updates.places[row]).recordings(), cast.base.frozen)
    start = {name: array[None] for name, array in cast.base.trainable.items()}
    targets = np.eye(2, dtype=np.float32)[lessons.labels]
    _, gradient = loss_and_gradient(start, cast.base.frozen, lessons.clips, targets, lessons.weights)
    return {name: array[0] for name, array in gradient.items()}


def _truth(cast: Cast, updates: Updates, row: int) -> Array:
    person = cast.people[updates.draws[row].person]
    heard = pooled(cast.base.trainable, cast.base.frozen, person.clips.chosen(updates.places[row]))
    mean: Array = heard.mean(axis=0)
    return mean
