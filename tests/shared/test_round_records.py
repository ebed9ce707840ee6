"""Offers and replies survive the way through Flower's records; anything else is refused before it is read."""

import io
import pickle

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, RecordDict
from hypothesis import given, settings
from hypothesis import strategies as st

from vsr_shared.errors import FederationError
from vsr_shared.federation import records
from vsr_shared.federation.messages import RoundOffer, RoundReply
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import digest

WEIGHTS = {"head/kernel": np.arange(12, dtype=np.float32).reshape(3, 4), "head/bias": np.ones(4, np.float32)}


def offer(**changes: object) -> RoundOffer:
    values: dict[str, object] = {
        "federation": "f00",
        "round": 3,
        "base": "seed-7",
        "model_digest": digest(WEIGHTS),
        "weights": WEIGHTS,
        "local": LocalTraining(2, 0.05, 8),
        "minimum_cohort": 2,
        "metrics": ("loss", "accuracy"),
    }
    return RoundOffer(**(values | changes))  # type: ignore[arg-type]


def reply_with(array: Array) -> RecordDict:
    answers = ConfigRecord({"round": 3, "model_digest": digest(WEIGHTS)})
    return RecordDict({records.REPLY: answers, records.UPDATE: ArrayRecord({records.VECTOR: array})})


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_an_offer_comes_out_as_it_went_in() -> None:
    sent = offer()
    found = records.offer_from_records(records.offer_to_records(sent))
    assert digest(found.weights) == sent.model_digest
    assert (found.federation, found.round, found.base) == ("f00", 3, "seed-7")
    assert (found.local, found.minimum_cohort, found.metrics) == (sent.local, 2, ("loss", "accuracy"))
    assert found.vector_size == 12 + 4 + 1 + 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=200))
def test_a_reply_comes_out_bit_for_bit(numbers: list[float]) -> None:
    vector = np.array(numbers, np.float32)
    content = records.reply_to_records(RoundReply(3, digest(WEIGHTS), vector))
    found = records.reply_from_records(content, vector.size)
    assert found.vector.tobytes() == vector.tobytes()
    assert records.payload_bytes(content) == vector.nbytes + 128


def test_weights_in_another_memory_order_arrive_in_theirs() -> None:
    turned = {"kernel": np.asfortranarray(WEIGHTS["head/kernel"])}
    sent = offer(weights=turned, model_digest=digest(turned))
    assert digest(records.offer_from_records(records.offer_to_records(sent)).weights) == sent.model_digest


class Bomb:
    """Says so when it is unpickled."""

    went_off = False

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return setattr, (Bomb, "went_off", True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pickle.dumps(Bomb()), "not in NumPy's plain format"),
        (npy(np.array([Bomb()], dtype=object)), "only 32-bit numbers"),
    ],
    ids=["pickle", "object array"],
)
def test_pickles_are_refused_unopened(data: bytes, words: str) -> None:
    for stype in ("numpy.ndarray", "pickle"):
        with pytest.raises(FederationError):
            records.reply_from_records(reply_with(Array("float32", (5,), stype, data)), 5)
    with pytest.raises(FederationError, match=words):
        records.reply_from_records(reply_with(Array("float32", (5,), "numpy.ndarray", data)), 5)
    assert not Bomb.went_off


def header_announcing(count: int) -> bytes:
    buffer = io.BytesIO()
    described = {"descr": "<f4", "fortran_order": False, "shape": (count,)}
    np.lib.format.write_array_header_1_0(buffer, described)
    return buffer.getvalue() + bytes(20)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (Array("float32", (6,), "numpy.ndarray", npy(np.zeros(6, np.float32))), "has shape"),
        (Array("float32", (5,), "numpy.ndarray", npy(np.zeros(5))), "float64"),
        (Array("float32", (5,), "numpy.ndarray", npy(np.zeros((5, 1), np.float32))), "has shape"),
        (Array("float32", (5,), "numpy.ndarray", npy(np.zeros(5, np.float32))[:-1]), "announces"),
        (Array("float32", (5,), "numpy.ndarray", npy(np.zeros(5, np.float32)) + b"x"), "announces"),
        (Array("float32", (10**15,), "numpy.ndarray", header_announcing(10**15)), "has shape"),
        (Array("float32", (5,), "torch.tensor", npy(np.zeros(5, np.float32))), "serialised as"),
        (
            Array("float32", (5,), "numpy.ndarray", npy(np.array([0, 0, 0, 0, np.nan], np.float32))),
            "not finite",
        ),
        (Array("float32", (5,), "numpy.ndarray", b""), "plain format"),
    ],
    ids=["long", "float64", "matrix", "cut", "padded", "petabyte", "torch", "nan", "empty"],
)
def test_a_malformed_vector_is_refused_with_its_fault(array: Array, words: str) -> None:
    with pytest.raises(FederationError, match=words):
        records.reply_from_records(reply_with(array), 5)


def test_an_array_that_announces_a_petabyte_takes_no_memory_even_where_any_shape_is_taken() -> None:
    content = records.offer_to_records(offer())
    content.array_records[records.WEIGHTS]["huge"] = Array(
        "float32", (10**15,), "numpy.ndarray", header_announcing(10**15)
    )
    with pytest.raises(FederationError, match="announces"):
        records.offer_from_records(content)


@pytest.mark.parametrize(
    "setting",
    [
        {"round": 0},
        {"round": "3"},
        {"round": True},
        {"base": "x" * 201},
        {"base": "two\nlines"},
        {"federation": ""},
        {"model_digest": "abc"},
        {"minimum_cohort": 0},
        {"local.epochs": 0},
        {"local.epochs": 201},
        {"local.learning_rate": float("nan")},
        {"local.learning_rate": -1.0},
        {"local.batch_size": 10**9},
        {"metrics": ["loss", "loss"]},
        {"metrics": [str(i) for i in range(17)]},
        {"metrics": [1, 2]},
    ],
    ids=str,
)
def test_an_offer_out_of_bounds_is_refused(setting: dict[str, object]) -> None:
    content = records.offer_to_records(offer())
    content.config_records[records.OFFER].update(setting)  # type: ignore[arg-type]
    with pytest.raises(FederationError):
        records.offer_from_records(content)


def test_a_message_of_another_kind_is_refused() -> None:
    for content in (RecordDict(), records.reply_to_records(RoundReply(1, "0" * 64, np.ones(3, np.float32)))):
        with pytest.raises(FederationError, match="runs something else"):
            records.offer_from_records(content)
    with pytest.raises(FederationError, match="runs something else"):
        records.reply_from_records(records.offer_to_records(offer()), 5)


def test_a_missing_setting_is_refused() -> None:
    for name in (
        "federation",
        "round",
        "base",
        "model_digest",
        "local.epochs",
        "local.learning_rate",
        "metrics",
    ):
        content = records.offer_to_records(offer())
        del content.config_records[records.OFFER][name]
        with pytest.raises(FederationError):
            records.offer_from_records(content)
