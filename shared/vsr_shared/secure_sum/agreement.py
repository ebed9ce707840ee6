"""What two members of a cohort share in one round, and how one seals shares for the other.

X25519 between their one-time keys, then HKDF-SHA256 (RFC 5869) bound to the round's context and to the two: a seed
for the mask between them, and a key for each direction. The seed can be uncovered in the round; what the keys seal
stays sealed, because HKDF's outputs tell nothing about each other.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vsr_shared.secure_sum.field import RandomBytes
from vsr_shared.secure_sum.refusals import UnsignedKey
from vsr_shared.secure_sum.seeds import SEED_MATERIAL, Seed, derived_seed

NONCE_BYTES = 12
SEAL_BYTES = NONCE_BYTES + 16
"""By which what is sealed is longer than its content."""


@dataclass(frozen=True)
class PairKeys:
    """What a member shares with one other member in one round."""

    mask: Seed
    to_them: bytes
    """Seals what goes to the other; 32 bytes."""
    from_them: bytes
    """Opens what came from the other; 32 bytes."""


def agree(own: X25519PrivateKey, own_number: int, their_key: bytes, their_number: int, context: bytes) -> PairKeys:
    """Return what the members of these numbers in the cohort share; both get the same.

    `context` names the round and everybody in it, so that members who were told different things share nothing.
    Raises UnsignedKey where `their_key` (32 bytes) is no key.
    """
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(their_key))
    except ValueError as error:
        raise UnsignedKey(f"the one-time key of member {their_number} is no key; the round is refused") from error
    low, high = sorted((own_number, their_number))
    info = b"vsr secure sum, pair" + low.to_bytes(4, "big") + high.to_bytes(4, "big")
    material = HKDF(SHA256(), SEED_MATERIAL + 64, context, info).derive(shared)
    upward, downward = material[SEED_MATERIAL : SEED_MATERIAL + 32], material[SEED_MATERIAL + 32 :]
    to_them, from_them = (upward, downward) if own_number == low else (downward, upward)
    return PairKeys(derived_seed(material[:SEED_MATERIAL]), to_them, from_them)


def is_key(key: bytes) -> bool:
    """Whether X25519 can agree on anything with `key`: points of small order and other lengths are none (RFC 7748)."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(key))
    except ValueError:
        return False
    return True


def seal(key: bytes, content: bytes, random_bytes: RandomBytes) -> bytes:
    """Return `content` sealed with AES-256-GCM under a nonce of its own, which stands before it."""
    nonce = random_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, None)


def unseal(key: bytes, sealed: bytes) -> bytes | None:
    """Return what was sealed under `key`, None where it was not, or was changed."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, ValueError):
        return None
