"""A server of the least-squares federation as a process of its own, printing its events as lines of JSON.

python -m tests.federation.serve_least_squares DATA_DIR PORT ROUNDS COHORT [options]
"""

import argparse
import signal
import sys
from pathlib import Path

from tests.federation.least_squares import BASE, initial_weights
from vsr_server.coordination.plan import Plan, SecurePlan
from vsr_server.coordination.serving import serve
from vsr_shared.errors import VsrError
from vsr_shared.federation.events import to_json_line
from vsr_shared.learning.local_training import LocalTraining
from vsr_shared.secure_sum.quantise import Quantisation

LOCAL = LocalTraining(epochs=3, learning_rate=0.1, batch_size=16)


def main() -> None:
    """Serve until the rounds are done or SIGTERM comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("rounds", type=int)
    parser.add_argument("cohort", type=int)
    parser.add_argument("--padding", type=int, default=0)
    parser.add_argument("--round-timeout", type=float, default=60.0)
    parser.add_argument("--cohort-timeout", type=float, default=180.0)
    parser.add_argument("--secure", action="store_true")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    limits = given.rounds, given.cohort, given.round_timeout, given.cohort_timeout
    secure = SecurePlan(ranges=Quantisation(update_range=4.0, most_clips=20)) if given.secure else None
    plan = Plan(*limits, local=LOCAL, metrics=("loss",), secure=secure)
    try:
        serve(
            given.data_dir,
            BASE,
            initial_weights(given.padding),
            plan,
            port=given.port,
            on_event=lambda event: print(to_json_line(event, ""), flush=True),
        )
    except VsrError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error


if __name__ == "__main__":
    main()
