"""The two decoders: libsndfile for WAV, FLAC and AIFF; FFmpeg (PyAV) for OGG, MP3 and what browsers send.

Lossy formats are not read by libsndfile: `soundfile` seeks after each block, which in MP3 and Opus lands
elsewhere and gives other samples than reading at once, and an MP3 without a Xing frame is shortened to a
guess.

A recording from outside is an attack surface (FFmpeg's playlists open other files and addresses), so FFmpeg
is given the bytes of the one file, no protocol, and only the containers and codecs that are named here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import soundfile

from vsr_shared.audio.containers import empty, is_mpeg_audio, truncated
from vsr_shared.errors import UnreadableAudio

if TYPE_CHECKING:
    import av

Samples = npt.NDArray[np.float32]

BLOCK_FRAMES = 65_536
"""The most frames decoded at once."""

_SOUNDFILE_FORMATS: Final = frozenset({"WAV", "WAVEX", "RF64", "FLAC", "AIFF"})
_LENGTH_MAY_BE_UNSET: Final = frozenset({"WAV", "WAVEX"})
_UNKNOWN_LENGTH: Final = 2**62
_AV_OPTIONS: Final = {
    "protocol_whitelist": "none",
    "format_whitelist": "matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,aac,ogg,mp3,flac,wav",
    "codec_whitelist": "opus,vorbis,aac,alac,flac,mp3,mp3float,"
    "pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_alaw,pcm_mulaw",
}


@dataclass(frozen=True)
class Sound:
    """A recording being decoded: its own rate, channel count, and blocks of float32 `(frames, channels)`."""

    sample_rate: int
    channels: int
    blocks: Iterator[Samples]


def open_sound(file: BinaryIO, name: str) -> Sound:
    """Return the recording in the seekable `file`, whatever it is called.

    UnreadableAudio where nobody decodes it. The blocks raise TruncatedAudio where decoding breaks off. Full
    scale is about -1..1.
    """
    sound = None if is_mpeg_audio(file) else _by_soundfile(file, name)
    sound = sound or _by_av(file, name)
    if sound is None:
        raise UnreadableAudio(
            f"{name} is not sound in a format that VSR reads; "
            "choose a WAV, FLAC, OGG, MP3, WebM or M4A file, or convert it to one"
        )
    return sound


class _Seekable:
    """A file for libsndfile, which may seek before the start and must then be told no, not be thrown at."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = 0) -> int:
        try:
            return self._file.seek(offset, whence)
        except (ValueError, OSError):
            return -1


def _by_soundfile(file: BinaryIO, name: str) -> Sound | None:
    file.seek(0)
    try:
        sound = soundfile.SoundFile(_Seekable(file))
    except (soundfile.LibsndfileError, RuntimeError):
        return None
    if sound.frames == 0 and sound.format in _SOUNDFILE_FORMATS - _LENGTH_MAY_BE_UNSET:
        raise empty(name)
    if sound.format not in _SOUNDFILE_FORMATS or not 0 < sound.frames < _UNKNOWN_LENGTH:
        sound.close()
        return None  # FFmpeg also reads a WAV or FLAC whose length was never filled in
    return Sound(sound.samplerate, sound.channels, _soundfile_blocks(sound, name))


def _soundfile_blocks(sound: soundfile.SoundFile, name: str) -> Iterator[Samples]:
    frames, promised = 0, sound.frames
    size = min(BLOCK_FRAMES, sound.samplerate)
    with sound:
        while True:
            try:
                block = sound.read(size, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise truncated(name, f"decoding breaks off after {frames / sound.samplerate:.1f} s") from error
            if not len(block):
                break
            frames += len(block)
            yield block
    if frames < promised:
        seconds, all_seconds = frames / sound.samplerate, promised / sound.samplerate
        raise truncated(name, f"its header speaks of {all_seconds:.1f} s and {seconds:.1f} s are there")


def _by_av(file: BinaryIO, name: str) -> Sound | None:
    import av.container

    file.seek(0)
    try:
        container = av.container.open(file, mode="r", options=_AV_OPTIONS, metadata_errors="replace", io_open=_refuse)
    except av.FFmpegError:
        return None
    try:
        frames = container.decode(container.streams.audio[0])
        first = next(frames)
    except StopIteration:
        raise empty(name) from None
    except (av.FFmpegError, IndexError):
        container.close()
        return None
    channels = first.layout.nb_channels
    return Sound(first.sample_rate, channels, _av_blocks(container, first, frames, name))


def _refuse(*_: object) -> None:
    raise PermissionError("a recording may not open other files")


def _av_blocks(
    container: "av.container.InputContainer",
    first: "av.AudioFrame",
    frames: "Iterator[av.AudioFrame]",
    name: str,
) -> Iterator[Samples]:
    import av

    frame: av.AudioFrame | None = first
    shape, waiting, seconds = (first.sample_rate, first.layout.nb_channels), [], 0.0
    with container:
        while frame is not None:
            if (frame.sample_rate, frame.layout.nb_channels) != shape:
                raise UnreadableAudio(f"{name} changes its sample rate or channels midway; convert it to WAV first")
            waiting.append(_float_samples(frame))
            seconds += frame.samples / frame.sample_rate
            if sum(map(len, waiting)) >= min(BLOCK_FRAMES, frame.sample_rate):
                yield np.concatenate(waiting)
                waiting = []
            try:
                frame = next(frames, None)
            except av.FFmpegError as error:
                raise truncated(name, f"decoding breaks off after {seconds:.1f} s") from error
    if waiting:
        yield np.concatenate(waiting)


def _float_samples(frame: "av.AudioFrame") -> Samples:
    """Return a frame's samples as float32 `(frames, channels)`, full scale about -1..1."""
    data = frame.to_ndarray()
    data = data.T if frame.format.is_planar else data.reshape(-1, frame.layout.nb_channels)
    if data.dtype.kind == "f":
        return data.astype(np.float32)
    full_scale = float(2 ** (8 * data.dtype.itemsize - 1))
    offset = full_scale if data.dtype.kind == "u" else 0.0
    return ((data - np.float32(offset)) / np.float32(full_scale)).astype(np.float32)
