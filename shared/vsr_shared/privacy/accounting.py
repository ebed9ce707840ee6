"""What noise comes to over many rounds: epsilon, by Google's `dp-accounting`.

Rényi accounting (Mironov, *Rényi Differential Privacy of the Gaussian Mechanism*, 2017), not the tighter privacy loss
distributions: for numbers drawn from the discrete Gaussian in many dimensions only the former is proven to be that of
the Gaussian (Canonne, Kamath and Steinke 2020, proposition 5).

No round is counted for less because few take part in it: the server chooses who does, and sees it.

`dp_accounting` loads SciPy, a second and 80 MB: it is imported where it is needed and nowhere else.
"""

import math
from collections.abc import Mapping

from vsr_shared.errors import UsageError


def epsilon(noise_multiplier: float, rounds: int, delta: float) -> float:
    """Return the epsilon of `rounds` rounds with one multiplier at `delta`; 0 for no round, infinite without noise.

    UsageError where a value cannot be.
    """
    return epsilon_of({noise_multiplier: rounds}, delta)


def epsilon_of(rounds: Mapping[float, int], delta: float) -> float:
    """Return the epsilon at `delta` of all `rounds` together: how many there were of each noise multiplier.

    Whoever knows all of a person's rounds can tell whether they took part hardly better than by guessing: no event is
    more than exp(epsilon) times as likely with them as without, but for a chance of `delta`.
    UsageError where a value cannot be.
    """
    taken = {multiplier: count for multiplier, count in rounds.items() if count}
    if not 0 < delta < 1 or any(multiplier < 0 or count < 0 for multiplier, count in taken.items()):
        raise UsageError(f"epsilon needs a delta between 0 and 1 and no negative noise or rounds, got {delta:g}")
    if not taken:
        return 0.0
    # Several Gaussians are one: rounds give away as much as one whose 1 / multiplier**2 is the sum of theirs.
    spent = sum(count / multiplier**2 if multiplier else math.inf for multiplier, count in taken.items())
    if spent > _HOPELESS:
        return math.inf
    from dp_accounting import dp_event
    from dp_accounting.rdp import RdpAccountant

    accountant = RdpAccountant(orders=_orders(spent, delta))
    for multiplier, count in taken.items():
        accountant.compose(dp_event.GaussianDpEvent(multiplier), count)
    return float(accountant.get_epsilon(delta))


_HOPELESS = 1e9


def _orders(spent: float, delta: float) -> list[float]:
    """Return Rényi orders around the best for a Gaussian that gives away `spent`, so that none is far from it."""
    best = 1 + math.sqrt(2 * math.log(1 / delta) / spent)
    return [1 + (best - 1) * 1.02**step for step in range(-80, 81)]
