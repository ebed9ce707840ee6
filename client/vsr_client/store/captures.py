"""Recordings while they are made: sealed as they come, so that a killed VSR loses at most their last half second.

Each piece is written through to the disk. What nobody finished is found at the next start and can be kept or discarded.
"""

import json
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Lock
from typing import BinaryIO, Final

from vsr_client.store.kept_recording import Capture
from vsr_client.store.sealed_audio import SealedWriter
from vsr_shared.errors import StoreError, UsageError

PIECES_A_SECOND: Final = 2
_SAMPLE_BYTES: Final = 2
_WAV: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_MOST: Final = 2**32 - 1 - _WAV.size


@dataclass(frozen=True)
class CaptureStart:
    """What is known when a recording begins."""

    id: str
    """32 hexadecimal digits (uuid4); the recording will have it too."""
    recorded: datetime
    """Aware, with the person's offset."""
    capture: Capture
    text: str = ""
    """Id of the sample text that is read, "" for none."""
    name: str = ""


@dataclass(frozen=True)
class UnfinishedCapture:
    """A recording that nobody finished."""

    start: CaptureStart
    seconds: float
    """What is left of it."""

    @property
    def id(self) -> str:
        """Id of the capture."""
        return self.start.id


class CaptureWriter:
    """A running recording: PCM samples in, sealed pieces out. Safe for several threads."""

    def __init__(self, start: CaptureStart, file: BinaryIO, key: bytes, done: Callable[[], None]) -> None:
        """Begin in `file`; `done` is called once, when nothing more will be written."""
        self.start = start
        piece = max(start.capture.sample_rate // PIECES_A_SECOND, 1) * _SAMPLE_BYTES
        self._written, self._done, self._lock = 0, done, Lock()
        self._file = file
        self._sealed = SealedWriter(file, key, capture_purpose(start.id), piece)

    @property
    def id(self) -> str:
        """Id of the capture."""
        return self.start.id

    @property
    def seconds(self) -> float:
        """How long it is by now."""
        return seconds_of(self.start, self._written)

    def write(self, samples: bytes) -> None:
        """Take mono PCM s16le samples.

        StoreError where the disk is full: what was recorded until then stays, as after `close`. UsageError after
        `close` and beyond the 4 GiB that a WAV may have (12 hours at 48 kHz).
        """
        with self._lock:
            if self._file.closed:
                raise UsageError("this recording has ended; start another")
            if self._written + len(samples) > _MOST:
                raise UsageError("this recording is as long as one may be; finish it and start another")
            try:
                before = self._sealed.chunks
                self._sealed.write(samples)
                self._sealed.spill()
                if self._sealed.chunks > before:
                    os.fsync(self._file.fileno())
            except OSError as error:
                self._end()
                raise StoreError(
                    f"the recording cannot go on ({error.strerror or error}); free space. What was recorded until now "
                    "is kept as unfinished"
                ) from error
            self._written += len(samples)

    def close(self) -> None:
        """Seal the last piece; the capture stays, to be kept or discarded. A second time does nothing."""
        with self._lock:
            if not self._file.closed:
                try:
                    self._sealed.finish()
                    os.fsync(self._file.fileno())
                except OSError as error:
                    raise StoreError(
                        f"the end of the recording cannot be written ({error.strerror or error}); free space. What "
                        "was recorded until then is kept as unfinished"
                    ) from error
                finally:
                    self._end()

    def _end(self) -> None:
        with suppress(OSError):
            self._file.close()
        self._done()


def capture_purpose(capture: str) -> str:
    """Return what the file of a capture is bound to."""
    return f"the capture {capture}"


def wav_header(capture: Capture, length: int) -> bytes:
    """Return what stands in a WAV before `length` bytes of mono PCM s16le (Multimedia Programming Interface, 1991)."""
    rate, frame = capture.sample_rate, _SAMPLE_BYTES
    return _WAV.pack(b"RIFF", 36 + length, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * frame, frame, 16, b"data", length)


def seconds_of(start: CaptureStart, length: int) -> float:
    """Return how long `length` bytes of samples last."""
    return length / (start.capture.sample_rate * _SAMPLE_BYTES)


def to_bytes(start: CaptureStart) -> bytes:
    """Return `start` as JSON."""
    return json.dumps(asdict(start), default=datetime.isoformat).encode()


def from_bytes(data: bytes) -> CaptureStart:
    """Return what `to_bytes` was given."""
    fields = json.loads(data)
    fields["recorded"] = datetime.fromisoformat(fields["recorded"])
    fields["capture"] = Capture(**fields["capture"])
    return CaptureStart(**fields)
