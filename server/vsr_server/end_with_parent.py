"""A child process that ends with the process that started it, however that one went.

The parent holds the other end of standard input; when it is gone, a signal ends this process.
"""

import os
import signal
import threading
import time


def end_with_parent(by: signal.Signals, longest: float) -> None:
    """From now on, send this process `by` when its parent is gone, and end it for good `longest` seconds later."""
    threading.Thread(target=_watch, args=(by, longest), name="parent", daemon=True).start()


def _watch(by: signal.Signals, longest: float) -> None:
    # By its number: a thread that holds the buffered file would break the interpreter's orderly end.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), by)
    # Open connections can hold up the orderly end, and with it the port or the place of the next one.
    time.sleep(longest)
    os._exit(1)
