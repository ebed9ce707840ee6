"""A mask: a stream of words that nobody without its seed can tell from noise.

AES-128 in counter mode under a key of its own for each mask. Measured with the addition on a processor with AES
instructions: 6.9 GB/s, against 6.0 with AES-256 and 4.2 with ChaCha20; 0.45 ms for 774,914 numbers.
"""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.seeds import Seed, stream_key

_PIECE: Final = 1 << 17
"""Bytes worked on at a time: words, zeros and stream together stay in a processor's second cache."""
_ZEROS: Final = bytes(_PIECE)
_START: Final = bytes(16)

Sign = Literal[1, -1]


def add_masks(words: Words, masks: Sequence[tuple[Seed, Sign]]) -> None:
    """Add the mask of each seed to `words` in place, modulo 2**32, or take it off where its sign is -1."""
    # The counter starts at zero every time: a key makes one stream and is never used for another.
    streams = [
        (Cipher(AES(stream_key(seed)), CTR(_START)).encryptor(), np.add if sign > 0 else np.subtract)
        for seed, sign in masks
    ]
    buffer = bytearray(_PIECE + 15)
    noise = np.frombuffer(buffer, "<u4", _PIECE // 4)
    for start in range(0, words.size, noise.size):
        piece = words[start : start + noise.size]
        for encryptor, step in streams:
            encryptor.update_into(_ZEROS, buffer)
            step(piece, noise[: piece.size], out=piece)
