"""Messages of a secure sum as Flower's records, and back with every byte distrusted.

The terms travel beside the offer of the round, in the same message. Whatever cannot be read is a FederationError;
what can be read is checked against the round by `secure_sum`'s own rules.
"""

import io
from collections.abc import Mapping
from typing import Any, Final, TypeVar

import numpy as np
from flwr.app import Array as FlowerArray
from flwr.app import ArrayRecord, ConfigRecord, RecordDict

from vsr_shared.errors import FederationError
from vsr_shared.federation.records import UPDATE, VECTOR
from vsr_shared.secure_sum.enrolment import KEY_BYTES, SIGNATURE_BYTES, Identity
from vsr_shared.secure_sum.exchanges import MaskedVector, Uncovered, UnmaskRequest
from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.prekeys import Prekey
from vsr_shared.secure_sum.quantise import Quantisation
from vsr_shared.secure_sum.round_terms import Member, RoundTerms
from vsr_shared.secure_sum.seeds import CHECK_BYTES
from vsr_shared.secure_sum.shamir import PARTS
from vsr_shared.secure_sum.tolerance import LARGEST_COHORT, Tolerance

TERMS: Final = "vsr.terms.1"
MASKED: Final = "vsr.masked.1"
UNMASK: Final = "vsr.unmask.1"
UNCOVERED: Final = "vsr.uncovered.1"

Scalar = TypeVar("Scalar", str, int, float, bytes)
Item = TypeVar("Item", int, bytes)

_MEMBER_BYTES: Final = {
    "identities": KEY_BYTES,
    "certificates": SIGNATURE_BYTES,
    "prekeys": KEY_BYTES,
    "signatures": SIGNATURE_BYTES,
}


def terms_to_record(terms: RoundTerms) -> ConfigRecord:
    """Return `terms` as a record to stand beside an offer, under `TERMS`."""
    members = terms.members
    return ConfigRecord(
        {
            "federation": terms.federation,
            "round": terms.round,
            "model_digest": terms.model_digest,
            "settings_digest": terms.settings_digest,
            "size": terms.size,
            "update_range": terms.ranges.update_range,
            "most_clips": terms.ranges.most_clips,
            "metric_range": terms.ranges.metric_range,
            "dropouts": terms.tolerance.dropouts,
            "colluders": terms.tolerance.colluders,
            "identities": [member.identity.key for member in members],
            "certificates": [member.identity.certificate for member in members],
            "prekeys": [member.prekey.key for member in members],
            "signatures": [member.prekey.signature for member in members],
            "numbers": [member.prekey.number for member in members],
        }
    )


def terms_from_records(content: RecordDict) -> RoundTerms:
    """Return the terms in `content`; FederationError where there are none, or malformed or impossible ones."""
    found = record(content, TERMS)
    numbers = several(found, "numbers", int, LARGEST_COHORT)
    columns = {name: of_size(found, name, len(numbers), size) for name, size in _MEMBER_BYTES.items()}
    members = tuple(
        Member(Identity(columns["identities"][i], columns["certificates"][i]), _prekey(columns, i, number))
        for i, number in enumerate(numbers)
    )
    return RoundTerms(
        federation=one(found, "federation", str),
        round=one(found, "round", int),
        model_digest=one(found, "model_digest", str),
        settings_digest=one(found, "settings_digest", str),
        size=one(found, "size", int),
        ranges=Quantisation(
            one(found, "update_range", float), one(found, "most_clips", int), one(found, "metric_range", float)
        ),
        tolerance=Tolerance(len(members), one(found, "dropouts", int), one(found, "colluders", int)),
        members=members,
    )


def masked_to_records(message: MaskedVector) -> RecordDict:
    """Return a masked vector as the content of a Flower message."""
    about = ConfigRecord({"sealed": list(message.sealed), "checks": b"".join(message.checks)})
    vector = FlowerArray(np.asarray(message.words, "<u4"))
    return RecordDict({MASKED: about, UPDATE: ArrayRecord({VECTOR: vector})})


def masked_from_records(content: RecordDict, terms: RoundTerms) -> MaskedVector:
    """Return the masked vector in `content`, of the size that `terms` say; FederationError otherwise."""
    found = record(content, MASKED)
    if set(content.array_records) != {UPDATE} or list(content.array_records[UPDATE]) != [VECTOR]:
        raise FederationError("the reply does not hold exactly one vector")
    words = _words(content.array_records[UPDATE][VECTOR], terms.size)
    sealed = several(found, "sealed", bytes, LARGEST_COHORT)
    checks = one(found, "checks", bytes)
    cut = [checks[start : start + CHECK_BYTES] for start in range(0, len(checks), CHECK_BYTES)]
    return MaskedVector(words, tuple(sealed), tuple(cut))


def request_to_records(terms: RoundTerms, request: UnmaskRequest) -> RecordDict:
    """Return a request to unmask as the content of a Flower message."""
    included = sorted(request.included)
    sealed = [request.sealed[number] for number in included]
    return RecordDict({UNMASK: ConfigRecord({"context": terms.context, "included": included, "sealed": sealed})})


def request_from_records(content: RecordDict) -> tuple[bytes, UnmaskRequest]:
    """Return which round's terms the request in `content` is about, by their SHA-256, and the request."""
    found = record(content, UNMASK)
    included = several(found, "included", int, LARGEST_COHORT)
    sealed = several(found, "sealed", bytes, LARGEST_COHORT)
    if len(set(included)) != len(included) or len(sealed) != len(included):
        raise FederationError("the request to unmask names somebody twice, or not one seal for each")
    request = UnmaskRequest(frozenset(included), dict(zip(included, sealed, strict=True)))
    return one(found, "context", bytes), request


def uncovered_to_records(said: Uncovered) -> RecordDict:
    """Return uncovered shares as the content of a Flower message."""
    owners = sorted(said.shares)
    shares = [np.asarray(said.shares[owner], "<u4").tobytes() for owner in owners]
    return RecordDict({UNCOVERED: ConfigRecord({"owners": owners, "shares": shares})})


def uncovered_from_records(content: RecordDict) -> Uncovered:
    """Return the uncovered shares in `content`; FederationError where there are none."""
    found = record(content, UNCOVERED)
    owners = several(found, "owners", int, LARGEST_COHORT)
    shares = several(found, "shares", bytes, LARGEST_COHORT)
    if len(set(owners)) != len(owners) or len(shares) != len(owners):
        raise FederationError("the shares name somebody twice, or not one for each")
    if any(len(part) % (4 * PARTS) or len(part) > 4 * PARTS * LARGEST_COHORT for part in shares):
        raise FederationError("the shares are not whole")
    rows = [np.frombuffer(part, "<u4").astype(np.uint32).reshape(-1, PARTS) for part in shares]
    return Uncovered(dict(zip(owners, rows, strict=True)))


def _prekey(columns: Mapping[str, list[bytes]], place: int, number: int) -> Prekey:
    return Prekey(number, columns["prekeys"][place], columns["signatures"][place])


def _words(array: FlowerArray, size: int) -> Words:
    """The `size` words of NumPy's plain format, told by the exact header that this size has."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<u4", "fortran_order": False, "shape": (size,)})
    start = len(header.getvalue())
    if len(array.data) != start + 4 * size or array.data[:start] != header.getvalue():
        raise FederationError(f"the masked vector is not {size} words of 32 bits in NumPy's plain format")
    return np.frombuffer(array.data, "<u4", offset=start).astype(np.uint32)


def record(content: RecordDict, name: str) -> Mapping[str, Any]:
    """Return the record `name` of `content`; FederationError where there is none."""
    if name not in content.config_records:
        raise FederationError(f"the message is no {name}; the other side runs something else")
    return content.config_records[name]


def one(found: Mapping[str, Any], name: str, kind: type[Scalar]) -> Scalar:
    """Return the value `name`, of `kind`; FederationError otherwise."""
    value = found.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FederationError(f"the message's {name!r} is missing or of the wrong type")
    return value


def several(found: Mapping[str, Any], name: str, kind: type[Item], most: int) -> list[Item]:
    """Return the list `name`, all of `kind`, no more than `most`; FederationError otherwise."""
    values = found.get(name)
    right = isinstance(values, list) and all(
        isinstance(value, kind) and not isinstance(value, bool) for value in values
    )
    if not right or len(found[name]) > most:
        raise FederationError(f"the message's {name!r} are missing, of the wrong type, or more than {most}")
    return list(found[name])


def of_size(found: Mapping[str, Any], name: str, count: int, size: int) -> list[bytes]:
    """Return the list `name` of `count` times `size` bytes; FederationError otherwise."""
    values = several(found, name, bytes, count)
    if [len(value) for value in values] != [size] * count:
        raise FederationError(f"the message's {name!r} are not {count} of {size} bytes each")
    return values
