"""Seeds back from shares, and certainty that they are the right ones."""

from collections.abc import Mapping, Sequence

import numpy as np

from vsr_shared.secure_sum.field import Words
from vsr_shared.secure_sum.seeds import seed_check
from vsr_shared.secure_sum.shamir import recover


def recover_seeds(held: Mapping[int, Words], checks: Sequence[bytes], threshold: int, context: bytes) -> Words | None:
    """Return one member's seeds `(s, 4)` from the shares `(s, 4)` that each holder gave.

    `checks` are what the member said of its seeds. Where one holder lied, and more than `threshold` answered, the
    lie is left out. None where the seeds cannot be had.
    """
    holders = sorted(held)
    for suspect in (None, *holders):
        trusted = [holder for holder in holders if holder != suspect][:threshold]
        if len(trusted) == threshold:
            seeds = recover(np.stack([held[holder] for holder in trusted]), trusted)
            if [seed_check(context, seed) for seed in seeds] == list(checks):
                return seeds
    return None
