"""How a server asks a machine for one-time keys, outside the rounds, and what the machine answers."""

from dataclasses import dataclass
from typing import Final

from flwr.app import ConfigRecord, RecordDict

from vsr_shared.errors import FederationError
from vsr_shared.federation.secure_records import of_size, one, record, several
from vsr_shared.secure_sum.enrolment import KEY_BYTES, SIGNATURE_BYTES
from vsr_shared.secure_sum.prekeys import Prekey

WANTED: Final = "vsr.keys-wanted.1"
KEYS: Final = "vsr.keys.1"
MOST_KEYS: Final = 100


@dataclass(frozen=True)
class PublishedKeys:
    """What a machine is known by, and its next one-time keys."""

    identity: bytes
    prekeys: tuple[Prekey, ...]


def wanted_to_records(federation: str, count: int) -> RecordDict:
    """Return the wish for `count` one-time keys, at most 100, as the content of a Flower message."""
    return RecordDict({WANTED: ConfigRecord({"federation": federation, "count": count})})


def wanted_from_records(content: RecordDict) -> tuple[str, int]:
    """Return for which federation how many keys are wanted; FederationError where that cannot be."""
    found = record(content, WANTED)
    count = one(found, "count", int)
    if not 1 <= count <= MOST_KEYS:
        raise FederationError(f"the server asks for {count} one-time keys; 1 to {MOST_KEYS} can be had")
    return one(found, "federation", str), count


def keys_to_records(keys: PublishedKeys) -> RecordDict:
    """Return `keys` as the content of a Flower message."""
    return RecordDict(
        {
            KEYS: ConfigRecord(
                {
                    "identity": keys.identity,
                    "numbers": [key.number for key in keys.prekeys],
                    "prekeys": [key.key for key in keys.prekeys],
                    "signatures": [key.signature for key in keys.prekeys],
                }
            )
        }
    )


def keys_from_records(content: RecordDict) -> PublishedKeys:
    """Return the keys in `content`; FederationError where there are none, or malformed ones."""
    found = record(content, KEYS)
    numbers = several(found, "numbers", int, MOST_KEYS)
    keys = of_size(found, "prekeys", len(numbers), KEY_BYTES)
    signatures = of_size(found, "signatures", len(numbers), SIGNATURE_BYTES)
    prekeys = tuple(Prekey(*row) for row in zip(numbers, keys, signatures, strict=True))
    return PublishedKeys(one(found, "identity", bytes), prekeys)
