"""A stock SuperLink that ends with the process that started it.

Run as `python -m vsr_server.superlink_process [flower-superlink's own options]`.

Stock, a SuperLink outlives a killed parent and keeps the port, so that the server could not start again. Here
the parent holds the other end of standard input: when it is gone, however it went, the SuperLink ends.
"""

import os
import signal
import sys
import threading
import time
from typing import Final

LONGEST_END_SECONDS: Final = 4.0


def main() -> None:
    """Run Flower's SuperLink with the options in `sys.argv`."""
    threading.Thread(target=_end_with_parent, daemon=True).start()

    from flwr.superlink.cli.flower_superlink import flower_superlink

    flower_superlink()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)
    # Open connections can hold up the orderly end, and with it the port or the place of the next one.
    time.sleep(LONGEST_END_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()
