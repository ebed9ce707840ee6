"""A machine's learning problem with a known answer: gradient steps on a least-squares problem of its own.

Run as a script it joins a federation as one person's machine and prints its events as lines of JSON:

    python -m tests.federation.least_squares SERVER CA KEY DATA_DIR SEED [--base NAME] [--trust HEX HEX]
"""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.messages import CommonModel, RoundOffer
from vsr_shared.learning.local_training import LocalTraining

BASE = "least-squares"
FEATURES = 6
OUTPUTS = 2


def initial_weights(padding: int = 0) -> dict[str, np.ndarray]:
    """Weights and bias of a linear model, and `padding` numbers that make a message as heavy as a real one."""
    weights = {"weight": np.zeros((FEATURES, OUTPUTS), np.float32), "bias": np.zeros(OUTPUTS, np.float32)}
    return weights | ({"padding": np.zeros(padding, np.float32)} if padding else {})


class LeastSquares:
    """The person with number `seed`, who has `5 + seed` clips."""

    base = BASE

    def __init__(self, seed: int, hold: Path | None = None) -> None:
        """For as long as the file `hold` is there, a training does not come to its end."""
        rng = np.random.default_rng(seed)
        self.clips = 5 + seed
        self.x = rng.normal(size=(self.clips, FEATURES)).astype(np.float32)
        truth = np.arange(FEATURES * OUTPUTS, dtype=np.float32).reshape(FEATURES, OUTPUTS) / 10
        noise = 0.1 * rng.normal(size=(self.clips, OUTPUTS)).astype(np.float32)
        self.y = self.x @ truth + 1.0 + noise
        self.hold = hold

    def keep(self, model: CommonModel) -> None:
        """Remember the digest of the newest common model."""
        self.kept = model.model_digest

    def train(self, offer: RoundOffer) -> LocalUpdate:
        """Take the offered number of gradient steps."""
        while self.hold and self.hold.exists():
            time.sleep(0.05)
        return self.steps(offer.weights, offer.local)

    def steps(self, weights: Mapping[str, np.ndarray], local: LocalTraining) -> LocalUpdate:
        """The training itself, without a federation around it."""
        weight, bias = weights["weight"].copy(), weights["bias"].copy()
        loss = float(np.mean((self.x @ weight + bias - self.y) ** 2))
        for _ in range(local.epochs):
            error = self.x @ weight + bias - self.y
            weight -= local.learning_rate * self.x.T @ error / self.clips
            bias -= local.learning_rate * error.mean(axis=0)
        trained = {**weights, "weight": weight, "bias": bias}
        delta = {name: np.asarray(trained[name] - weights[name], np.float32) for name in weights}
        return LocalUpdate(delta, self.clips, {"loss": loss, "secret_of_this_person": 42.0})


def main() -> None:
    """Join as one machine until SIGTERM."""
    from vsr_client.join import join
    from vsr_client.node_key import make_node_key
    from vsr_shared.errors import VsrError
    from vsr_shared.federation.events import to_json_line
    from vsr_shared.federation.trust import FederationTrust

    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("ca", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("--base", default=BASE)
    parser.add_argument("--trust", nargs=2, type=bytes.fromhex)
    given = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    participant = LeastSquares(given.seed, given.data_dir / "hold")
    participant.base = given.base
    make_node_key(given.key)
    try:
        join(
            given.server,
            given.ca,
            given.key,
            participant,
            data_dir=given.data_dir,
            on_event=lambda event: print(to_json_line(event, ""), flush=True),
            trust=FederationTrust(*given.trust) if given.trust else None,
            stop=stop,
            poll_seconds=0.3,
        )
    except VsrError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error


if __name__ == "__main__":
    main()
