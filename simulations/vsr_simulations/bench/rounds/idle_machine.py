"""A machine of the measured deployment: it takes part as anybody's does, and trains nothing.

python -m vsr_simulations.bench.rounds.idle_machine ADDRESS AUTHORITY KEY DATA_DIR [RELEASE_KEY ENROLMENT_KEY]
"""

import signal
import sys
import threading
from pathlib import Path
from typing import Final

import numpy as np

from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.messages import CommonModel, RoundOffer
from vsr_shared.federation.trust import FederationTrust

BASE: Final = "measured"


class Idle:
    """Answers at once, with a change that nobody trained for."""

    base = BASE

    def keep(self, model: CommonModel) -> None:
        """Keep nothing."""

    def train(self, offer: RoundOffer) -> LocalUpdate:
        """Return a small change of every number."""
        delta = {name: np.full(array.shape, 1e-3, np.float32) for name, array in offer.weights.items()}
        return LocalUpdate(delta, 1, {})


def main() -> None:
    """Take part until SIGTERM."""
    from vsr_client.join import join

    server, authority, key, folder, *trust = sys.argv[1:]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    join(
        server,
        Path(authority),
        Path(key),
        Idle(),
        data_dir=Path(folder),
        on_event=lambda _: None,
        trust=FederationTrust(*map(bytes.fromhex, trust)) if trust else None,
        stop=stop,
    )


if __name__ == "__main__":
    main()
