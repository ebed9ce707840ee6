"""The most memory that this process has held at once."""

import resource
import sys
from pathlib import Path


def peak_megabytes() -> float:
    """Return the peak of resident memory in MB (2**20 bytes).

    On Linux of the program that runs now: `ru_maxrss` outlives `exec` there, and a process that was just started would
    tell the peak of the one that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
