"""The secret behind one mask: four field elements, 128 bits, so that it can be shared without growing."""

import hashlib

import numpy as np

from vsr_shared.secure_sum.field import PRIME, RandomBytes, Words, uniform
from vsr_shared.secure_sum.shamir import PARTS

SEED_MATERIAL = 20 * PARTS
"""Bytes that a derived seed is made of."""
CHECK_BYTES = 16

Seed = Words
"""Shape `(4,)`."""


def draw_seed(random_bytes: RandomBytes) -> Seed:
    """Return a fresh seed."""
    return uniform(PARTS, random_bytes)


def derived_seed(material: bytes) -> Seed:
    """Return the seed that 80 uniform bytes stand for: 20 bytes an element.

    128 bits more than the element needs leave no bias that anyone could see (RFC 9380, section 5.2).
    """
    parts = [int.from_bytes(material[start : start + 20], "little") % PRIME for start in range(0, len(material), 20)]
    return np.array(parts, np.uint32)


def stream_key(seed: Seed) -> bytes:
    """Return the 16-byte key of the seed's mask."""
    return _hash(b"vsr secure sum, mask", seed)[:16]


def seed_check(context: bytes, seed: Seed) -> bytes:
    """Return 16 bytes by which a recovered seed is known to be right; they tell nothing about a seed of 128 bits."""
    return _hash(b"vsr secure sum, check" + context, seed)[:CHECK_BYTES]


def _hash(label: bytes, seed: Seed) -> bytes:
    return hashlib.sha256(label + seed.astype("<u4").tobytes()).digest()
