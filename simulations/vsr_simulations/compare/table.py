"""The comparison in figures: by method and person, gains with intervals, who is worse off, the way over the rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vsr_simulations.compare.costs import NOTHING, Traffic
from vsr_simulations.compare.study import Judgement, Piece
from vsr_simulations.engine.evaluation import FIGURES
from vsr_simulations.methods.alone import LOCAL_ONLY
from vsr_simulations.methods.fed_avg import FED_AVG
from vsr_simulations.reports.intervals import Gain, gain, interval, worst_tenth


@dataclass(frozen=True)
class Row:
    """A method with so many clips a person, after the last round."""

    method: str
    clips: int
    people: int
    trials: int
    """A person: seeds and halves of the sentences."""
    uar: float
    low: float
    high: float
    """95 % interval of the mean UAR over people and trials."""
    auroc: float
    nll: float
    ece: float
    worst_tenth: float
    """Mean UAR of the tenth of people served worst, one at least."""
    over_common: Gain | None
    """Against FedAvg's common model."""
    over_local: Gain | None
    """Against training on one's own clips alone."""
    traffic: Traffic
    round_seconds: float
    own_seconds: float
    """Processor time, a person: of a round, and of what is learnt at the end."""


@dataclass(frozen=True)
class Person:
    """One person by one method with so many clips: means over seeds and halves."""

    method: str
    clips: int
    user: str
    uar: float
    auroc: float
    nll: float
    ece: float


@dataclass(frozen=True)
class Stop:
    """Everybody after so many rounds, as if they had been the last."""

    method: str
    clips: int
    rounds: int
    trials: int
    """A person."""
    uar: float
    low: float
    high: float


def rows(pieces: Sequence[Piece], traffic: Mapping[str, Traffic] | None = None) -> tuple[Row, ...]:
    """Return a row for each method and number of clips, in the order in which they came, fewest clips first.

    `traffic` is by method. People judged by one polarity alone have no UAR and are left out.
    """
    keys = sorted(dict.fromkeys((piece.clips, piece.method) for piece in pieces), key=lambda key: key[0])
    return tuple(_row(method, clips, pieces, (traffic or {}).get(method, NOTHING)) for clips, method in keys)


def persons(pieces: Sequence[Piece]) -> tuple[Person, ...]:
    """Return every person by every method and number of clips."""
    found = []
    for clips, method in sorted(dict.fromkeys((piece.clips, piece.method) for piece in pieces)):
        mine = _last(pieces, method, clips)
        for user in _users(mine):
            means = {name: float(np.mean([one.figures[name] for one in mine if one.user == user])) for name in FIGURES}
            found.append(Person(method, clips, user, **means))
    return tuple(found)


def stops(pieces: Sequence[Piece]) -> tuple[Stop, ...]:
    """Return the way over the rounds, by the seed and number of clips that were watched."""
    found = []
    for piece in pieces:
        for rounds in sorted({one.rounds for one in piece.judgements}):
            key = (piece.method, piece.clips, rounds)
            if len({one.rounds for one in piece.judgements}) > 1 and key not in found:
                found.append(key)
    return tuple(_stop(pieces, *key) for key in found)


def _row(method: str, clips: int, pieces: Sequence[Piece], travels: Traffic) -> Row:
    mine = _last(pieces, method, clips)
    by_user = _by_user(mine)
    values = [list(trials.values()) for trials in by_user.values()]
    means = np.array([np.mean(one) for one in values])
    low, high = interval(values)
    auroc, nll, ece = (_mean(mine, name) for name in ("auroc", "nll", "ece"))
    own = [piece for piece in pieces if (piece.method, piece.clips) == (method, clips)]
    over_common, over_local = (
        gain(by_user, _by_user(_last(pieces, other, clips))) if other != method else None
        for other in (FED_AVG.name, LOCAL_ONLY.name)
    )
    return Row(
        method,
        clips,
        len(by_user),
        max(len(one) for one in values),
        float(means.mean()),
        low,
        high,
        auroc,
        nll,
        ece,
        worst_tenth(means),
        over_common,
        over_local,
        travels,
        float(np.mean([piece.round_seconds for piece in own])),
        float(np.mean([piece.own_seconds for piece in own])),
    )


def _stop(pieces: Sequence[Piece], method: str, clips: int, rounds: int) -> Stop:
    # The last round was run by every seed; the others by one, and a curve is of the same trials throughout.
    mine = [
        one
        for piece in pieces
        if (piece.method, piece.clips) == (method, clips) and len({one.rounds for one in piece.judgements}) > 1
        for one in piece.judgements
        if one.rounds == rounds and not np.isnan(one.figures["uar"])
    ]
    values = [list(trials.values()) for trials in _by_user(mine).values()]
    low, high = interval(values)
    mean = float(np.mean([np.mean(one) for one in values]))
    return Stop(method, clips, rounds, max(len(one) for one in values), mean, low, high)


def _last(pieces: Sequence[Piece], method: str, clips: int) -> list[Judgement]:
    """Return a method's judgements after its last round, those that have a UAR."""
    return [
        one
        for piece in pieces
        if (piece.method, piece.clips) == (method, clips)
        for one in piece.judgements
        if one.rounds == max(other.rounds for other in piece.judgements) and not np.isnan(one.figures["uar"])
    ]


def _by_user(judgements: Sequence[Judgement]) -> dict[str, dict[tuple[int, int], float]]:
    return {
        user: {(one.turn, one.seed): one.figures["uar"] for one in judgements if one.user == user}
        for user in _users(judgements)
    }


def _users(judgements: Sequence[Judgement]) -> list[str]:
    return sorted({one.user for one in judgements})


def _mean(judgements: Sequence[Judgement], name: str) -> float:
    """Return the mean over people of their means over trials."""
    return float(
        np.mean([np.mean([one.figures[name] for one in judgements if one.user == user]) for user in _users(judgements)])
    )
