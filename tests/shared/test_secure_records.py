"""A secure sum's messages survive the way through Flower's records; anything else is refused before it is used."""

import os
import pickle

import numpy as np
import pytest
from flwr.app import Array, ArrayRecord, ConfigRecord, RecordDict

from tests.shared.secure_cohort import Cohort, cohort, plain_sum
from vsr_shared.errors import FederationError
from vsr_shared.federation import secure_records as records
from vsr_shared.federation.chain import LocalUpdate, Mean
from vsr_shared.federation.messages import RoundOffer
from vsr_shared.federation.secure_update import assignment, from_sum, mean_of_means, settings_digest, to_words
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.secure_sum import server_round as server
from vsr_shared.secure_sum.client_round import uncover
from vsr_shared.secure_sum.exchanges import UnmaskRequest
from vsr_shared.weights import digest

GROUP = cohort(5, 1, 1)
WEIGHTS = {"a": np.zeros((2, 2), np.float32), "b": np.ones(3, np.float32)}


def over_the_wire(content: RecordDict) -> RecordDict:
    return RecordDict.inflate(content.deflate(), children=content.children)


def test_a_round_through_records_gives_the_exact_sum() -> None:
    vectors = list(np.random.default_rng(1).integers(0, 2**32, (5, 50), dtype=np.uint32))
    terms = records.terms_from_records(over_the_wire(RecordDict({records.TERMS: records.terms_to_record(GROUP.terms)})))
    assert terms == GROUP.terms
    assert terms.context == GROUP.terms.context
    collecting, kept = server.open_round(terms), {}
    for number in range(4):
        message, kept[number] = Cohort(terms).mask(number, vectors[number])
        arrived = records.masked_from_records(over_the_wire(records.masked_to_records(message)), terms)
        collecting = server.collect(collecting, number, arrived)
    unmasking, requests = server.close(collecting)
    for number, request in requests.items():
        context, asked = records.request_from_records(over_the_wire(records.request_to_records(terms, request)))
        assert (context, asked) == (terms.context, request)
        said = uncover(kept[number], asked)[0]
        unmasking = server.take(
            unmasking, number, records.uncovered_from_records(over_the_wire(records.uncovered_to_records(said)))
        )
    np.testing.assert_array_equal(server.finish(unmasking), plain_sum(vectors[:4]))


def terms_with(**changes: object) -> RecordDict:
    record = records.terms_to_record(GROUP.terms)
    record.update(changes)  # type: ignore[arg-type]
    return RecordDict({records.TERMS: record})


@pytest.mark.parametrize(
    "changes",
    [
        {"identities": [bytes(32)] * 4},
        {"identities": [bytes(31)] * 5},
        {"certificates": [bytes(63)] * 5},
        {"prekeys": ["x"] * 5},
        {"signatures": b""},
        {"numbers": [1.5] * 5},
        {"numbers": [True] * 5},
        {"numbers": list(range(129))},
        {"dropouts": 3},
        {"colluders": -1},
        {"update_range": float("nan")},
        {"update_range": 1},
        {"most_clips": 0},
        {"size": "50"},
        {"round": True},
        {"model_digest": 3},
    ],
    ids=str,
)
def test_terms_that_cannot_be_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(FederationError):
        records.terms_from_records(terms_with(**changes))


def masked_with(array: Array, **changes: object) -> RecordDict:
    record = {"sealed": [b""] * 5, "checks": bytes(16)} | changes
    about = ConfigRecord(record)  # type: ignore[arg-type]
    return RecordDict({records.MASKED: about, records.UPDATE: ArrayRecord({records.VECTOR: array})})


@pytest.mark.parametrize(
    "array",
    [
        Array(np.zeros(49, np.uint32)),
        Array(np.zeros(50, np.float32)),
        Array(np.zeros((50, 1), np.uint32)),
        Array("uint32", (50,), "numpy.ndarray", pickle.dumps([0] * 50)),
        Array("uint32", (50,), "numpy.ndarray", Array(np.zeros(50, np.uint32)).data + b"x"),
        Array("uint32", (10**15,), "numpy.ndarray", b""),
    ],
    ids=["short", "floats", "matrix", "pickle", "padded", "petabyte"],
)
def test_a_malformed_vector_is_refused(array: Array) -> None:
    with pytest.raises(FederationError, match="50 words"):
        records.masked_from_records(masked_with(array), GROUP.terms)


def test_messages_of_the_wrong_form_are_refused() -> None:
    good = Array(np.zeros(50, np.uint32))
    request = ConfigRecord({"context": b"c", "included": [0, 0], "sealed": [b"", b""]})
    shares = [bytes(15), bytes(16 * 129)]
    wrong = [
        lambda: records.masked_from_records(masked_with(good, sealed=b""), GROUP.terms),
        lambda: records.masked_from_records(masked_with(good, checks=[b""]), GROUP.terms),
        lambda: records.masked_from_records(RecordDict({records.MASKED: ConfigRecord({})}), GROUP.terms),
        lambda: records.masked_from_records(terms_with(), GROUP.terms),
        lambda: records.terms_from_records(RecordDict()),
        lambda: records.request_from_records(RecordDict({records.UNMASK: request})),
        lambda: records.request_from_records(terms_with()),
        lambda: records.uncovered_from_records(terms_with()),
        lambda: records.uncovered_from_records(
            RecordDict({records.UNCOVERED: ConfigRecord({"owners": [1], "shares": []})})
        ),
    ]
    for part in shares:
        content = RecordDict({records.UNCOVERED: ConfigRecord({"owners": [1], "shares": [part]})})
        wrong.append(lambda content=content: records.uncovered_from_records(content))
    for read in wrong:
        with pytest.raises(FederationError):
            read()


def offer(**changes: object) -> RoundOffer:
    values = {"local": LocalTraining(), "minimum_cohort": 3, "metrics": ("loss",), "clip_norm": 9.0} | changes
    return RoundOffer("f00", 1, "base", digest(WEIGHTS), WEIGHTS, **values)  # type: ignore[arg-type]


def test_what_is_asked_besides_the_weights_is_in_the_digest() -> None:
    others = [
        offer(local=LocalTraining(epochs=3)),
        offer(minimum_cohort=4),
        offer(metrics=("loss", "more")),
        RoundOffer("f00", 1, "other", digest(WEIGHTS), WEIGHTS, LocalTraining(), 3, ("loss",), clip_norm=9.0),
    ]
    digests = {settings_digest(asked) for asked in (offer(), *others)}
    assert len(digests) == 5
    assert assignment(offer()).size == 4 + 3 + 1 + 1


def test_the_mean_through_words_is_that_of_the_updates() -> None:
    updates = [
        LocalUpdate({"a": np.full((2, 2), 0.1 * i, np.float32), "b": np.full(3, -0.2, np.float32)}, i, {"loss": i})
        for i in range(1, 6)
    ]
    words = [to_words(update, offer(), GROUP.terms) for update in updates]
    mean = from_sum(plain_sum(words), offer(), GROUP.terms)
    assert mean.clips == pytest.approx(15, rel=1e-6)
    assert mean.metrics == {"loss": pytest.approx(55 / 15, rel=1e-6)}
    np.testing.assert_allclose(mean.delta["a"], 0.1 * 55 / 15, rtol=1e-5)
    np.testing.assert_allclose(mean.delta["b"], -0.2, rtol=1e-5)
    with pytest.raises(FederationError, match="does not measure"):
        to_words(LocalUpdate(updates[0].delta, 1, {}), offer(), GROUP.terms)


def test_a_request_keeps_who_is_asked_about() -> None:
    request = UnmaskRequest(frozenset({3, 1}), {1: os.urandom(4), 3: os.urandom(5)})
    assert records.request_from_records(records.request_to_records(GROUP.terms, request))[1] == request


def test_several_sums_have_the_mean_of_all_their_people() -> None:
    parts = [Mean({"a": np.full(2, v, np.float32)}, c, {"loss": v}) for v, c in ((1.0, 10.0), (4.0, 30.0))]
    mean = mean_of_means(parts)
    assert mean.clips == 40
    np.testing.assert_allclose(mean.delta["a"], 3.25)
    assert mean.metrics == {"loss": pytest.approx(3.25)}
    assert mean_of_means(parts[:1]).clips == 10
