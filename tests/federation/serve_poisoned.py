"""A server whose gate has nothing but the machines' own losses, as a process of its own.

python -m tests.federation.serve_poisoned DATA_DIR PORT ROUNDS COHORT
"""

import sys
from pathlib import Path

from tests.federation.least_squares import BASE, initial_weights
from tests.federation.serve_least_squares import LOCAL
from vsr_server.coordination.plan import Plan, SecurePlan
from vsr_server.coordination.promotion import Promotion
from vsr_server.coordination.serving import serve
from vsr_shared.federation.events import to_json_line
from vsr_shared.federation.messages import LOSS_BEFORE
from vsr_shared.secure_sum.quantise import Quantisation

CLIP_NORM = 1.0


def main() -> None:
    """Serve until the rounds are done."""
    folder, port, rounds, cohort = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    secure = SecurePlan(ranges=Quantisation(update_range=100.0, most_clips=20, metric_range=50.0))
    limits = rounds, cohort, 120.0, 180.0
    plan = Plan(*limits, local=LOCAL, metrics=(LOSS_BEFORE,), secure=secure, clip_norm=CLIP_NORM)
    told = lambda event: print(to_json_line(event, ""), flush=True)  # noqa: E731
    serve(folder, BASE, initial_weights(), plan, port=port, promotion=Promotion(), on_event=told)


if __name__ == "__main__":
    main()
