"""A stock SuperLink that ends with the process that started it.

Run as `python -m vsr_server.flower.superlink_process [flower-superlink's own options]`.

Stock, a SuperLink outlives a killed parent and keeps the port, so that the server could not start again.
"""

import signal
from typing import Final

from vsr_server.end_with_parent import end_with_parent

LONGEST_END_SECONDS: Final = 4.0


def main() -> None:
    """Run Flower's SuperLink with the options in `sys.argv`."""
    end_with_parent(signal.SIGINT, LONGEST_END_SECONDS)

    from vsr_server.flower.flower_internals import run_superlink

    run_superlink()


if __name__ == "__main__":
    main()
