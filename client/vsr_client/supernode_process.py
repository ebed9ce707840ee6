"""A stock SuperNode that ends with the process that started it and asks for messages at the pace it was given.

Run as `python -m vsr_client.supernode_process SECONDS [flower-supernode's own options]`.

Stock, a SuperNode outlives a killed parent, and the server counts its machine as present. Here the parent
holds the other end of standard input: when it is gone, however it went, the SuperNode signs off and ends.
"""

import os
import signal
import sys
import threading
import time
from types import SimpleNamespace
from typing import Final

from vsr_client.pace import Pace

LONGEST_RETRY_SECONDS: Final = 5.0
LONGEST_END_SECONDS: Final = 6.0


def main() -> None:
    """Run Flower's SuperNode with the options in `sys.argv`."""
    poll_seconds = float(sys.argv.pop(1))
    threading.Thread(target=_end_with_parent, daemon=True).start()

    from flwr.supercore.retry import http_retry
    from flwr.supernode import start_client_internal
    from flwr.supernode.cli.flower_supernode import flower_supernode

    # The loop sleeps a fixed 3 s between two questions to the server, and up to 20 s after a failure.
    vars(start_client_internal)["time"] = SimpleNamespace(sleep=Pace(poll_seconds, time.sleep))
    vars(http_retry)["MAX_RETRY_DELAY"] = LONGEST_RETRY_SECONDS
    flower_supernode()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)
    # Open connections can hold up the orderly end, and with it the port or the place of the next one.
    time.sleep(LONGEST_END_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
