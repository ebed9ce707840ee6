"""Random bytes that come out alike in every run, so that a test of a distribution holds always or never."""

from hashlib import shake_256

from vsr_shared.secure_sum.field import RandomBytes


def seeded_bytes(seed: int) -> RandomBytes:
    """Return a source of bytes fixed by `seed`."""
    turn = 0

    def random_bytes(count: int) -> bytes:
        nonlocal turn
        turn += 1
        return shake_256(f"{seed} {turn}".encode()).digest(count)

    return random_bytes
