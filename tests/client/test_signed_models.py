"""Which models a machine takes: signed by the key it pinned, whole, for it, and never older than before."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.offer_checks import OwnTerms
from vsr_client.round_answers import RoundAnswers
from vsr_client.round_events import OfferRefused
from vsr_client.signed_models import Seen, SignedModels
from vsr_shared.errors import RefusedRound, StoreError
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.events import Event
from vsr_shared.federation.manifest import Manifest, SignedManifest, sign
from vsr_shared.federation.messages import CommonModel, RoundOffer
from vsr_shared.federation.records import (
    MANIFEST,
    model_from_records,
    model_to_records,
    offer_from_records,
    offer_to_records,
    reply_from_records,
)
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.weights import digest

WEIGHTS = {"w": np.ones(4, np.float32)}
OTHER = {"w": np.full(4, 2, np.float32)}
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()


def manifest(**changes: object) -> Manifest:
    values = {"federation": "f", "version": 3, "base": "base-1", "round": 4, "sha256": digest(WEIGHTS)}
    values |= {"created": 1_790_000_000, "parent": 0}
    return Manifest(**(values | changes))  # type: ignore[arg-type]


def offer(signed: SignedManifest | None, weights: dict[str, np.ndarray] = WEIGHTS, **changes: object) -> RoundOffer:
    whole = RoundOffer("f", 5, "base-1", digest(weights), weights, LocalTraining(), 3, manifest=signed)
    return replace(whole, **changes)


def model(signed: SignedManifest | None, weights: dict[str, np.ndarray] = WEIGHTS) -> CommonModel:
    return CommonModel("f", 5, "base-1", digest(weights), weights, manifest=signed)


class Person:
    """Adds one to every weight."""

    base = "base-1"

    def __init__(self) -> None:
        self.kept: list[str] = []

    def keep(self, model: CommonModel) -> None:
        self.kept.append(model.model_digest)

    def train(self, offer: RoundOffer) -> LocalUpdate:
        return LocalUpdate({"w": np.ones(4, np.float32)}, 7, {})


class Machine:
    """A machine that pinned the release key, with its memory in a folder."""

    def __init__(self, folder: Path) -> None:
        self.person = Person()
        self.events: list[Event] = []
        self.models = SignedModels(folder / "versions.json", PUBLIC)
        answered = AnsweredRounds(folder / "answered.json")
        self.answers = RoundAnswers(
            self.person, answered, OwnTerms(minimum_cohort=3), self.events.append, models=self.models
        )

    def refuses(self, content: object) -> str:
        with pytest.raises(RefusedRound) as found:
            self.answers(content)  # type: ignore[arg-type]
        assert isinstance(self.events[-1], OfferRefused) and self.events[-1].reason == str(found.value)
        assert self.person.kept == []
        return str(found.value)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_manifest_travels_beside_the_offer_and_the_model() -> None:
    signed = sign(manifest(), KEY)
    assert offer_from_records(offer_to_records(offer(signed))).manifest == signed
    assert model_from_records(model_to_records(model(signed))).manifest == signed
    assert offer_from_records(offer_to_records(offer(None))).manifest is None


def test_a_signed_model_is_taken(machine: Machine) -> None:
    reply = machine.answers(offer_to_records(offer(sign(manifest(), KEY))))
    assert reply_from_records(reply, 5).round == 5
    assert machine.person.kept == [digest(WEIGHTS)]
    assert machine.models.newest == Seen("f", 3, digest(WEIGHTS))


STRANGER = Ed25519PrivateKey.generate()
GOOD = sign(manifest(), KEY)
REFUSED = {
    "nobody signed": (None, "nobody signed"),
    "another key": (sign(manifest(), STRANGER), "not signed by the release key that this machine trusts"),
    "a changed byte": (
        SignedManifest(GOOD.text.replace(b'"version":3', b'"version":4'), GOOD.signature),
        "not signed by the release key that this machine trusts",
    ),
    "other weights": (sign(manifest(sha256=digest(OTHER)), KEY), "not those that the signed manifest names"),
    "another federation": (sign(manifest(federation="g"), KEY), "signed for federation g, not for f"),
    "another base": (sign(manifest(base="base-2"), KEY), "signed for base base-2, not for base-1"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("asked", ["offer", "model"])
def test_any_other_model_is_refused_with_its_reason(machine: Machine, case: str, asked: str) -> None:
    signed, words = REFUSED[case]
    content = offer_to_records(offer(signed)) if asked == "offer" else model_to_records(model(signed))
    assert words in machine.refuses(content)
    assert machine.models.newest is None


def test_exchanged_weights_are_refused_whatever_the_offer_says(machine: Machine) -> None:
    said = machine.refuses(offer_to_records(offer(GOOD, OTHER)))
    assert "not those that the signed manifest names" in said
    said = machine.refuses(offer_to_records(offer(GOOD, OTHER, model_digest=digest(WEIGHTS))))
    assert "not those that the offer's digest names" in said


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (manifest(version=2), "version 2 of the model is older than version 3, seen before"),
        (manifest(sha256=digest(OTHER)), "version 3 had other weights before"),
    ],
)
def test_an_older_version_is_refused_by_a_machine_that_was_started_anew(
    tmp_path: Path, then: Manifest, words: str
) -> None:
    Machine(tmp_path).answers(offer_to_records(offer(GOOD)))
    weights = OTHER if then.sha256 == digest(OTHER) else WEIGHTS
    again = Machine(tmp_path)
    assert words in again.refuses(offer_to_records(offer(sign(then, KEY), weights, round=6)))
    assert words in again.refuses(model_to_records(model(sign(then, KEY), weights)))


def test_a_federation_that_renames_itself_is_refused(tmp_path: Path) -> None:
    Machine(tmp_path).answers(offer_to_records(offer(GOOD)))
    renamed = offer(sign(manifest(federation="g"), KEY), federation="g", round=1)
    assert "signed for federation f before, now for g" in Machine(tmp_path).refuses(offer_to_records(renamed))


def test_the_same_and_newer_versions_and_a_roll_back_are_taken(tmp_path: Path) -> None:
    for number, version in enumerate([3, 3, 7]):
        machine = Machine(tmp_path)
        machine.answers(offer_to_records(offer(sign(manifest(version=version), KEY), round=5 + number)))
    assert machine.models.newest == Seen("f", 7, digest(WEIGHTS))


def test_a_version_is_remembered_although_the_training_fails(tmp_path: Path) -> None:
    class Fails(Person):
        def train(self, offer: RoundOffer) -> LocalUpdate:
            raise StoreError("no")

    machine = Machine(tmp_path)
    machine.answers._participant = Fails()
    with pytest.raises(StoreError):
        machine.answers(offer_to_records(offer(GOOD)))
    assert SignedModels(tmp_path / "versions.json", PUBLIC).newest == Seen("f", 3, digest(WEIGHTS))


def test_another_release_key_has_a_memory_of_its_own(tmp_path: Path) -> None:
    Machine(tmp_path).answers(offer_to_records(offer(GOOD)))
    other = SignedModels(tmp_path / "versions.json", STRANGER.public_key().public_bytes_raw())
    assert other.newest is None
    other.record(other.check(offer(sign(manifest(version=1), STRANGER))))
    assert SignedModels(tmp_path / "versions.json", PUBLIC).newest == Seen("f", 3, digest(WEIGHTS))


@pytest.mark.parametrize("damage", ["no json", "[]", '{"a": 1}', '{"a": {"version": 1}}', '{"a": {}}'])
def test_a_damaged_memory_is_an_error_and_not_forgotten(tmp_path: Path, damage: str) -> None:
    (tmp_path / "versions.json").write_text(damage)
    with pytest.raises(StoreError, match="an older model could be taken"):
        SignedModels(tmp_path / "versions.json", PUBLIC)


def test_a_version_that_cannot_be_remembered_is_not_answered(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.models._path = tmp_path / "gone" / "versions.json"
    with pytest.raises(StoreError):
        machine.answers(offer_to_records(offer(GOOD)))
    assert machine.person.kept == []


@pytest.mark.parametrize(
    "odd", [{}, {"text": "x", "signature": b"y"}, {"text": b"x"}, {"text": b"x", "signature": b"y"}]
)
def test_a_malformed_manifest_is_refused(machine: Machine, odd: dict[str, str | bytes]) -> None:
    from flwr.app import ConfigRecord

    content = offer_to_records(offer(GOOD))
    content[MANIFEST] = ConfigRecord(odd)  # type: ignore[arg-type]
    machine.refuses(content)
