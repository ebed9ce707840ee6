"""A machine that takes part and learns nothing: the mean then shows what the other machine sent.

python -m tests.federation.still_machine SERVER CA KEY DATA_DIR BASE [RELEASE_KEY ENROLMENT_KEY]
"""

import signal
import sys
import threading
from pathlib import Path

import numpy as np

from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.events import to_json_line
from vsr_shared.federation.messages import CommonModel, RoundOffer
from vsr_shared.federation.trust import FederationTrust


class Still:
    """Answers every offer with no change, learnt from one clip."""

    def __init__(self, base: str) -> None:
        self.base = base

    def keep(self, model: CommonModel) -> None:
        """Keep nothing."""

    def train(self, offer: RoundOffer) -> LocalUpdate:
        """Return no change."""
        none = {name: np.zeros_like(array) for name, array in offer.weights.items()}
        return LocalUpdate(none, 1, dict.fromkeys(offer.metrics, 0.5))


def main() -> None:
    """Join until SIGTERM."""
    from vsr_client.join import join

    server, ca, key, folder, base, *trust = sys.argv[1:]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    join(
        server,
        Path(ca),
        Path(key),
        Still(base),
        data_dir=Path(folder),
        on_event=lambda event: print(to_json_line(event, ""), flush=True),
        trust=FederationTrust(*map(bytes.fromhex, trust)) if trust else None,
        stop=stop,
        poll_seconds=0.3,
    )


if __name__ == "__main__":
    main()
