"""Captures that run in this app: their pieces in order, each once, and an end for those that a closed page left."""

import time
from dataclasses import dataclass
from threading import Lock
from typing import Final

from vsr_client.store.captures import CaptureStart, CaptureWriter
from vsr_client.store.recordings import RecordingStore
from vsr_shared.errors import UsageError

IDLE_SECONDS: Final = 120.0
"""How long a capture may send nothing before it counts as left unfinished."""


@dataclass
class _Running:
    writer: CaptureWriter
    expected: int = 0
    touched: float = 0.0


class CaptureDesk:
    """Takes the pieces of running captures. Thread-safe."""

    def __init__(self, store: RecordingStore) -> None:
        """Write captures into `store`."""
        self._store = store
        self._lock = Lock()
        self._running: dict[str, _Running] = {}

    def begin(self, start: CaptureStart) -> None:
        """Begin a capture."""
        self.close_idle()
        writer = self._store.begin_capture(start)
        with self._lock:
            self._running[start.id] = _Running(writer, touched=time.monotonic())

    def write(self, capture: str, number: int, samples: bytes) -> float:
        """Take piece `number` (from 0) of PCM s16le samples and return the seconds so far.

        A piece that came before is passed over, for a page may not know that it arrived. UsageError where one is
        missing before it or it holds half a sample; UnknownRecording where the capture does not run.
        """
        if len(samples) % 2:
            raise UsageError("this piece holds half a sample; send whole 16-bit samples")
        with self._lock:
            running = self._running.get(capture) or _Running(self._store.running(capture))
            if number > running.expected:
                raise UsageError(f"piece {running.expected} is missing before piece {number}; send it first")
            running.touched = time.monotonic()
            if number == running.expected:
                running.writer.write(samples)
                running.expected += 1
            return running.writer.seconds

    def close(self, capture: str) -> CaptureStart | None:
        """End a capture and return how it began; None where it does not run here."""
        with self._lock:
            running = self._running.pop(capture, None)
        if running is None:
            return None
        running.writer.close()
        return running.writer.start

    def close_idle(self) -> None:
        """End the captures that sent nothing for long: they are left unfinished, for the person to decide."""
        before = time.monotonic() - IDLE_SECONDS
        with self._lock:
            idle = [name for name, running in self._running.items() if running.touched < before]
        for name in idle:
            self.close(name)
