"""Rounds as Flower's messages: the common model and who is asked one way, one person's update the other."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from flwr.app import Array as FlowerArray
from flwr.app import ArrayRecord, ConfigRecord, RecordDict

from vsr_shared.errors import VsrError
from vsr_shared.weights import Array, Weights
from vsr_simulations.engine.heard import Population
from vsr_simulations.engine.people_training import Asked, Machines, shared_part
from vsr_simulations.engine.round_updates import RoundUpdates

MODEL: Final = "model"
DELTA: Final = "delta"
TERMS: Final = "terms"


def question(asked: Asked, member: int, model: ArrayRecord) -> RecordDict:
    """Return what asks one person: the round, who it is, and the arrays that travel."""
    return RecordDict({MODEL: model, TERMS: ConfigRecord({"round": asked.round, "member": member})})


def answer(content: RecordDict, machines: Machines, population: Population, base: Weights) -> RecordDict:
    """Train the person whom `content` asks and return their update; `base` holds the arrays that never travel."""
    number, member = (_number(content, name) for name in ("round", "member"))
    asked = Asked(number, np.array([member], np.intp), {**base, **from_record(content.array_records[MODEL])})
    clips = machines.clips(machines.people(population, number), member)
    deltas = machines.train(asked, [clips])
    terms = ConfigRecord({"round": number, "member": member, "clips": len(clips)})
    return RecordDict({DELTA: to_record({name: array[0] for name, array in deltas.items()}), TERMS: terms})


def updates_of(asked: Asked, machines: Machines, answers: Sequence[RecordDict]) -> RoundUpdates:
    """Return everybody's answers as the round's updates; VsrError where somebody's is missing or is another round's."""
    of = {_number(one, "member"): one for one in answers if _number(one, "round") == asked.round}
    if absent := [int(member) for member in asked.members if int(member) not in of]:
        raise VsrError(f"round {asked.round}: no answer of {len(absent)} people, {absent[0]} the first")
    ordered = [of[int(member)] for member in asked.members]
    shared = shared_part(asked.common, machines.method)
    deltas = {name: np.zeros((len(ordered), *array.shape), np.float32) for name, array in shared.items()}
    for row, one in enumerate(ordered):
        for name, array in from_record(one.array_records[DELTA]).items():
            deltas[name][row] = array
    counts = np.array([_number(one, "clips") for one in ordered], np.int64)
    return RoundUpdates(asked.round, asked.members, shared, deltas, counts)


def to_record(weights: Weights) -> ArrayRecord:
    """Return named arrays as Flower sends them."""
    return ArrayRecord({name: FlowerArray(np.ascontiguousarray(array)) for name, array in weights.items()})


def from_record(record: ArrayRecord) -> dict[str, Array]:
    """Return what `to_record` was given."""
    return {name: array.numpy() for name, array in record.items()}


def _number(content: RecordDict, name: str) -> int:
    value = content.config_records[TERMS][name]
    if not isinstance(value, int):
        raise VsrError(f"a message's {name} is {value!r} and no number")
    return value
