import io
import os
import socket
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest
import soxr

from tests.shared.recordings import RATE, by_av, by_soundfile, real_voice, tone, with_lengths
from vsr_shared.audio.decode import MAX_CHANNELS, decode_blocks
from vsr_shared.errors import AudioError, EmptyAudio, TruncatedAudio, UnreadableAudio

LOSSY = 48_000
FORMATS = {
    "WAV 8 bit": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "WAV", "PCM_U8"),
    "WAV 16 bit": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "WAV", "PCM_16"),
    "WAV 24 bit, extensible": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "WAVEX", "PCM_24"),
    "WAV float": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "WAV", "FLOAT"),
    "WAV u-law": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "WAV", "ULAW"),
    "RF64": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "RF64", "PCM_16"),
    "AIFF": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "AIFF", "PCM_16"),
    "FLAC": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "FLAC"),
    "OGG Vorbis": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "OGG", "VORBIS"),
    "OGG Opus": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "OGG", "OPUS"),
    "MP3": lambda: by_soundfile(tone(rate=LOSSY), LOSSY, "MP3"),
    "WebM Opus": lambda: by_av(tone(rate=LOSSY), LOSSY, "webm", "libopus"),
    "WebM Opus, live": lambda: by_av(tone(rate=LOSSY), LOSSY, "webm", "libopus", {"live": "1"}),
    "Ogg Opus of a browser": lambda: by_av(tone(rate=LOSSY), LOSSY, "ogg", "libopus"),
    "MP4 AAC": lambda: by_av(tone(rate=LOSSY), LOSSY, "mp4", "aac"),
    "MP4 AAC, in fragments": lambda: by_av(
        tone(rate=LOSSY), LOSSY, "mp4", "aac", {"movflags": "frag_keyframe+empty_moov"}
    ),
    "AAC": lambda: by_av(tone(rate=LOSSY), LOSSY, "adts", "aac"),
}


def decoded(data: bytes | Path, **options: str) -> np.ndarray:
    return np.concatenate(list(decode_blocks(data if isinstance(data, Path) else io.BytesIO(data), **options)))


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_gives_the_same_sound(format: str) -> None:
    heard, meant = decoded(FORMATS[format]()), tone()

    assert heard.dtype == np.float32
    assert abs(len(heard) - len(meant)) < 0.06 * RATE  # AAC and Opus pad
    early = 1_500  # samples by which a codec may shift the sound
    heard = np.pad(heard, early)
    lag = np.argmax(np.correlate(heard, meant, "valid"))
    error = heard[lag : lag + len(meant)] - meant
    assert np.sqrt(np.mean(error**2)) < 0.06 * np.sqrt(np.mean(meant**2))  # half a sample of delay is 3 %


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_rate_and_channel_count_agrees_with_resampling_the_mean_at_once(rate: int, channels: int) -> None:
    sound = tone(3.2, rate)[:, None] * np.linspace(0.2, 1.0, channels, dtype=np.float32)

    heard = decoded(by_soundfile(sound, rate, "WAV", "FLOAT"))

    reference = soxr.resample(sound.mean(axis=1), rate, RATE, quality="HQ")
    assert len(heard) == len(reference) == round(3.2 * RATE)
    np.testing.assert_allclose(heard, reference, atol=1e-6)
    np.testing.assert_allclose(heard, tone(3.2) * np.linspace(0.2, 1.0, channels).mean(), atol=1e-3)


def test_opposite_channels_are_averaged_not_dropped() -> None:
    heard = decoded(by_soundfile(np.stack([tone(), -tone()], axis=1)))
    assert np.abs(heard).max() < 1e-4


def test_blocks_are_at_most_a_second(tmp_path: Path) -> None:
    path = tmp_path / "slow.wav"
    path.write_bytes(by_soundfile(tone(20, 1_000), 1_000))

    lengths = [len(block) for block in decode_blocks(path)]

    assert max(lengths) <= RATE
    assert sum(lengths) == 20 * RATE


def test_a_real_recording_comes_through_untouched() -> None:
    import soundfile

    path = real_voice()
    np.testing.assert_array_equal(decoded(path), soundfile.read(path, dtype="float32")[0])


@pytest.mark.parametrize(("format", "suffix"), [("FLAC", ".wav"), ("WAV 16 bit", ".mp3"), ("WebM Opus", ".txt")])
def test_a_wrongly_named_file_is_read_by_its_content(tmp_path: Path, format: str, suffix: str) -> None:
    path = tmp_path / f"voice{suffix}"
    path.write_bytes(FORMATS[format]())
    assert abs(len(decoded(path)) - 2 * RATE) < 0.06 * RATE


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x7FFFF000])
@pytest.mark.parametrize("riff", [0, 36, 0xFFFFFFFF])
def test_a_wav_that_was_streamed_is_read_to_its_end(riff: int, length: int) -> None:
    wav = by_soundfile(tone())
    np.testing.assert_array_equal(decoded(with_lengths(wav, riff, length)), decoded(wav))


def test_a_flac_whose_length_was_never_filled_in_is_read_to_its_end() -> None:
    flac = bytearray(by_soundfile(tone(), format="FLAC"))
    whole = decoded(bytes(flac))
    flac[21] &= 0xF0
    flac[22:26] = bytes(4)
    np.testing.assert_allclose(decoded(bytes(flac)), whole, atol=1e-6)


def test_an_mp3_without_a_length_is_read_to_its_end() -> None:
    mp3 = by_soundfile(tone(6.0), format="MP3")
    second_frame = mp3.index(mp3[:2], 100)
    assert abs(len(decoded(mp3[second_frame:])) - 6 * RATE) < 0.1 * RATE


def test_sound_is_taken_from_a_film() -> None:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        film, sound = container.add_stream("mpeg4", rate=10), container.add_stream("aac", rate=LOSSY, layout="mono")
        film.width = film.height = 64
        film.pix_fmt = "yuv420p"
        for _ in range(20):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(film.encode(picture.reformat(format="yuv420p")))
        frame = av.AudioFrame.from_ndarray(tone(rate=LOSSY)[None], format="fltp", layout="mono")
        frame.sample_rate = LOSSY
        container.mux(sound.encode(frame))
        container.mux(film.encode(None))
        container.mux(sound.encode(None))
    assert abs(len(decoded(target.getvalue())) - 2 * RATE) < 0.1 * RATE


def test_three_hours_do_not_fill_memory(tmp_path: Path) -> None:
    path, rate, seconds = tmp_path / "long.wav", 8_000, 3 * 3600
    header = with_lengths(by_soundfile(tone(0.1, rate), rate, "WAV", "PCM_U8"), 36 + rate * seconds, rate * seconds)
    with path.open("wb") as file:  # a sparse file: zeros are 8-bit samples of -1
        file.write(header[:44])
        file.truncate(44 + rate * seconds)
    peak_anew = Path("/proc/self/clear_refs")
    if linux := peak_anew.exists():
        peak_anew.write_text("5")  # tests before this one may have needed more
    before = resident("VmRSS") if linux else 0
    tracemalloc.start()

    samples = sum(len(block) for block in decode_blocks(path))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert samples == RATE * seconds
    assert peak < 4 * 2**20
    assert not linux or resident("VmHWM") - before < 64 * 1024, "what the decoder itself holds, in kB"


def resident(what: str) -> int:
    """Return this process' memory in kB: VmRSS, what it holds, or VmHWM, the most it held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


NOT_SOUND = {
    "text": b"I feel fine today.\n" * 500,
    "zeros": bytes(50_000),
    "noise": np.random.default_rng(1).bytes(100_000),
    "noise behind an MP3 sync word": b"\xff\xfb" + np.random.default_rng(2).bytes(100_000),
    "one byte": b"R",
    "a zip": b"PK\x03\x04" + bytes(1000),
    "a PNG": b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "a web page": b"<!DOCTYPE html><html></html>" * 50,
}


@pytest.mark.parametrize("kind", NOT_SOUND)
def test_what_is_not_sound_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(NOT_SOUND[kind])
    with pytest.raises(UnreadableAudio, match=r"^voice.wav is not sound .* choose a WAV, FLAC, OGG, MP3, WebM or M4A"):
        decoded(path)


def test_a_missing_file_a_folder_and_a_pipe_are_refused_each_with_its_reason(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path / "gone.wav", "gone.wav is not there; check the path"),
        (tmp_path, "is a folder; name the recordings in it"),
        (tmp_path / "pipe", "pipe is not a file"),
        (tmp_path / ("x" * 300), "cannot be opened"),
    ):
        with pytest.raises(UnreadableAudio, match=reason):
            decoded(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.wav"
    path.write_bytes(by_soundfile(tone()))
    path.chmod(0)
    with pytest.raises(UnreadableAudio, match=r"secret.wav may not be read by this user"):
        decoded(path)


def test_no_bytes_and_no_samples_are_empty() -> None:
    nothing = np.empty(0, np.float32)
    for data in (b"", *(by_soundfile(nothing, format=format) for format in ("WAV", "AIFF", "RF64", "FLAC"))):
        with pytest.raises(EmptyAudio, match="clip"):
            decoded(data, name="clip")
    noted = by_soundfile(nothing)[:44] + b"LIST\x04\x00\x00\x00INFO"
    with pytest.raises(EmptyAudio):
        decoded(noted)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_samples_that_are_not_sound_are_refused(value: float) -> None:
    sound = tone()
    sound[30_000] = value
    with pytest.raises(UnreadableAudio, match=r"clip holds samples that are not sound"):
        decoded(by_soundfile(sound, subtype="FLOAT"), name="clip")


def test_impossible_rates_and_channel_counts_are_refused() -> None:
    crowd = np.zeros((2_000, MAX_CHANNELS + 1), np.float32)
    for data in (by_soundfile(tone(rate=500), 500), by_soundfile(tone(0.1, 800_000), 800_000), by_soundfile(crowd)):
        with pytest.raises(UnreadableAudio, match=r"channels at .* Hz; VSR reads"):
            decoded(data)


def test_a_playlist_opens_neither_another_file_nor_an_address(tmp_path: Path) -> None:
    voice = tmp_path / "voice.wav"
    voice.write_bytes(by_soundfile(tone()))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        visitors: list[object] = []

        def listen() -> None:
            try:
                visitors.append(server.accept())
            except TimeoutError:
                return

        listener = threading.Thread(target=listen)
        listener.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/voice.wav"
        for target in (str(voice), voice.as_uri(), address):
            for playlist in (
                f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
                f"ffconcat version 1.0\nfile '{target}'\n",
                f"v=0\nc=IN IP4 127.0.0.1\nm=audio {server.getsockname()[1]} RTP/AVP 0\na=control:{target}\n",
                f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{target}</BaseURL></MPD>',
            ):
                path = tmp_path / "list.m3u8"
                path.write_text(playlist)
                with pytest.raises(UnreadableAudio):
                    decoded(path)
        listener.join()
    assert not visitors


@pytest.mark.parametrize("format", FORMATS)
def test_damage_anywhere_is_an_audio_error_or_sound_never_a_crash(format: str) -> None:
    whole, generator = FORMATS[format](), np.random.default_rng(3)
    for _ in range(12):
        data = bytearray(whole)
        for position in generator.integers(0, len(data) if generator.random() < 0.5 else 200, 8):
            data[position] = generator.integers(256)
        try:
            heard = decoded(bytes(data))
        except AudioError:
            continue
        assert np.isfinite(heard).all()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("share", [0.3, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, format: str, share: float) -> None:
    whole = FORMATS[format]()
    path = tmp_path / "voice.bin"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(TruncatedAudio, match=r"^voice.bin is cut off or damaged: .*; copy it again"):
        decoded(path)


@pytest.mark.parametrize("format", ["WAV 16 bit", "RF64", "AIFF", "MP4 AAC", "WebM Opus", "OGG Vorbis", "MP3"])
def test_one_missing_byte_is_enough(format: str) -> None:
    with pytest.raises(TruncatedAudio):
        decoded(FORMATS[format]()[:-1])


def test_reading_a_wav_loads_no_ffmpeg() -> None:
    program = (
        "import io, sys\n"
        "from vsr_shared.audio.decode import decode_blocks\n"
        "list(decode_blocks(io.BytesIO(sys.stdin.buffer.read())))\n"
        "print([name for name in ('av', 'tensorflow', 'librosa', 'scipy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], input=by_soundfile(tone()), capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_a_browsers_recording_of_open_ended_clusters_is_read_and_its_cut_is_told() -> None:
    live = by_av(tone(rate=LOSSY), LOSSY, "webm", "libopus", {"live": "1"})
    cluster = live.index(b"\x1f\x43\xb6\x75") + 4
    width = 9 - live[cluster].bit_length()
    unknown = ((1 << 7 * width + 1) - 1).to_bytes(width, "big")
    open_ended = live[:cluster] + unknown + live[cluster + width :]

    assert abs(len(decoded(open_ended)) - 2 * RATE) < 0.06 * RATE
    with pytest.raises(TruncatedAudio):
        decoded(open_ended[: len(open_ended) // 2])
