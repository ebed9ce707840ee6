"""A machine of the least-squares federation that may lie, as a process of its own.

python -m tests.federation.poisoning_machine SERVER CA KEY DATA_DIR SEED --trust ... [--lies ROUND:FACTOR,...]

In a round that `--lies` names it sends FACTOR times its update, and its software does not shorten that to the bound. In
every round it says how the offered model does on its own clips, as a person's machine does, and which model it keeps.
"""

import argparse
import json
import sys

import numpy as np

from tests.federation import least_squares
from vsr_shared.federation import secure_update
from vsr_shared.federation.chain import LocalUpdate
from vsr_shared.federation.messages import CommonModel, RoundOffer

LIES: dict[int, float] = {}


class MaybeLiar(least_squares.LeastSquares):
    """A machine that lies in the rounds in `LIES`."""

    def keep(self, model: CommonModel) -> None:
        """Keep the model and print its digest."""
        super().keep(model)
        print(json.dumps({"event": "kept", "digest": model.model_digest}), flush=True)

    def train(self, offer: RoundOffer) -> LocalUpdate:
        """Train, and lie about what came of it."""
        update = super().train(offer)
        factor = np.float32(LIES.get(offer.round, 1.0))
        delta = {name: factor * array for name, array in update.delta.items()}
        return LocalUpdate(delta, update.clips, {"nll_before": update.metrics["loss"]})


def main() -> None:
    """Join until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lies", default="")
    given, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    for lie in filter(None, given.lies.split(",")):
        number, factor = lie.split(":")
        LIES[int(number)] = float(factor)
    if LIES:
        secure_update.clipped = lambda delta, _: delta  # type: ignore[attr-defined]
    least_squares.LeastSquares = MaybeLiar  # type: ignore[misc]
    least_squares.main()


if __name__ == "__main__":
    main()
