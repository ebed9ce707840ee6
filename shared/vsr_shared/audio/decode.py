"""A sound file or a browser's recording, as a stream of mono blocks at 22,050 Hz.

Format is told by content, never by the file's name. One block at a time is in memory, so length does not
matter. Resampling is soxr's HQ recipe while streaming, sample for sample what it gives for the whole
recording at once.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soxr

from vsr_shared.audio.containers import check_complete, empty
from vsr_shared.audio.decoders import Sound, open_sound
from vsr_shared.errors import EmptyAudio, UnreadableAudio

SAMPLE_RATE = 22050
"""Samples a second of all that follows."""

SAMPLE_RATES = (1_000, 768_000)
"""Lowest and highest rate, in Hz, that a recording may have."""

MAX_CHANNELS = 32
"""Channels that a recording may have at most."""

MAX_SECONDS = 24 * 3600
"""Longest recording; a small file can otherwise unpack to years of silence."""

MAX_AMPLITUDE = 2.0**31
"""Largest number taken for a sample: some float files hold integers' range, more than that is damage."""

Block = npt.NDArray[np.float32]


def decode_blocks(source: Path | BinaryIO, *, name: str | None = None) -> Iterator[Block]:
    """Yield the recording in `source` as float32 blocks `(samples,)` at 22,050 Hz, about -1..1.

    A block is at most a second long. `source` is a file's path or a seekable file of bytes; channels are
    averaged. `name` is what messages call it (default: the file's name). Reading starts with the first
    block, and errors come then or later:

    - UnreadableAudio: no such file, a folder, no permission; not audio; more than 32 channels, a rate
      outside 1-768 kHz, longer than 24 h; samples that are not numbers.
    - EmptyAudio: no bytes or no samples.
    - TruncatedAudio: the file ends before its header says (see `containers` for what can be known).
    """
    name = name or (source.name if isinstance(source, Path) else "the recording")
    with ExitStack() as stack:
        file = stack.enter_context(_open(source, name)) if isinstance(source, Path) else source
        if not file.seek(0, 2):
            raise EmptyAudio(f"{name} is empty (0 bytes); record it again or choose another file")
        check_complete(file, name)
        yield from _resampled(open_sound(file, name), name)


def _open(path: Path, name: str) -> BinaryIO:
    try:
        mode = path.stat().st_mode
        if S_ISDIR(mode):
            raise UnreadableAudio(f"{name} is a folder; name the recordings in it")
        if not S_ISREG(mode):  # opening a pipe or a device could wait for ever
            raise UnreadableAudio(f"{name} is not a file; save the recording to a file first")
        return path.open("rb")
    except FileNotFoundError as error:
        raise UnreadableAudio(f"{name} is not there; check the path {path}") from error
    except PermissionError as error:
        raise UnreadableAudio(f"{name} may not be read by this user; change the file's permissions") from error
    except (OSError, ValueError) as error:
        raise UnreadableAudio(f"{name} cannot be opened ({error}); check the path and the disk") from error


def _resampled(sound: Sound, name: str) -> Iterator[Block]:
    lowest, highest = SAMPLE_RATES
    if not lowest <= sound.sample_rate <= highest or not 1 <= sound.channels <= MAX_CHANNELS:
        raise UnreadableAudio(
            f"{name} has {sound.channels} channels at {sound.sample_rate:,} Hz; VSR reads 1 to "
            f"{MAX_CHANNELS} channels at {lowest:,} to {highest:,} Hz: convert it to a mono WAV"
        )
    stream = soxr.ResampleStream(sound.sample_rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
    samples = 0
    for mono in _checked_mono(sound, name):
        block = mono if sound.sample_rate == SAMPLE_RATE else stream.resample_chunk(mono)
        samples += len(block)
        yield from _bounded(block)
    if sound.sample_rate != SAMPLE_RATE:
        last = stream.resample_chunk(np.empty(0, np.float32), last=True)
        samples += len(last)
        yield from _bounded(last)
    if not samples:
        raise empty(name)


def _checked_mono(sound: Sound, name: str) -> Iterator[Block]:
    frames = 0
    for block in sound.blocks:
        mono: Block = block[:, 0] if sound.channels == 1 else block.mean(axis=1, dtype=np.float32)
        frames += len(mono)
        if frames > MAX_SECONDS * sound.sample_rate:
            raise UnreadableAudio(f"{name} is longer than {MAX_SECONDS // 3600} hours; cut it into parts")
        if not np.abs(mono).max(initial=0) <= MAX_AMPLITUDE:  # false for NaN too
            raise UnreadableAudio(f"{name} holds samples that are not sound (NaN, infinite or huge); export it again")
        yield mono


def _bounded(block: Block) -> Iterator[Block]:
    for start in range(0, len(block), SAMPLE_RATE):
        yield block[start : start + SAMPLE_RATE]
