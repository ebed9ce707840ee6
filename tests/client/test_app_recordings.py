"""Recordings through the API, as the pages use it: real sound, the base that ships, the real store."""

import io
import struct
import wave
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from tests.client.running_app import RunningApp, upload
from vsr_shared.audio.decode import SAMPLE_RATE, decode_blocks

Json = dict[str, Any]


@pytest.fixture(scope="module")
def clip(voices: Path) -> Path:
    """A real recording of some 3 s."""
    return min((voices / "ravdess").glob("*.flac"))


@pytest.fixture(scope="module")
def samples(voices: Path) -> np.ndarray[Any, Any]:
    """Several real recordings after each other, 22,050 Hz, some 13 s."""
    files = sorted((voices / "ravdess").glob("*.flac"))[:4]
    return np.concatenate([block for file in files for block in decode_blocks(file)])


@pytest.fixture
def kept(api: httpx.Client, clip: Path) -> Iterator[Json]:
    answer = upload(api, clip, offset_minutes="60")
    assert answer.status_code == 200, answer.text
    yield answer.json()
    api.delete(f"/api/recordings/{answer.json()['id']}")


@pytest.fixture
def long(api: httpx.Client, samples: np.ndarray[Any, Any]) -> Iterator[Json]:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, SAMPLE_RATE, format="WAV", subtype="PCM_16")
    answer = api.post("/api/recordings", params={"name": "long.wav"}, content=buffer.getvalue())
    assert answer.status_code == 200, answer.text
    yield answer.json()
    api.delete(f"/api/recordings/{answer.json()['id']}")


def test_a_file_is_kept_heard_and_judged(kept: Json, clip: Path) -> None:
    assert kept["source"] == "file" and kept["name"] == clip.name
    assert 2.5 < kept["seconds"] < 6
    assert datetime.fromisoformat(kept["recorded"]).utcoffset() is not None
    assert 0 <= kept["said"]["positive"] <= 1
    assert kept["said"]["sure"] in {"unsure", "leaning", "fairly sure"}
    assert kept["said"]["head"] == "base"
    assert len(kept["said"]["segments"]) == 1
    assert 0 < kept["levels"]["peak"] <= 1


def test_every_segment_of_a_long_recording_is_judged(long: Json) -> None:
    starts = [segment["start"] for segment in long["said"]["segments"]]
    assert starts == sorted(starts) and len(starts) >= 3
    positives = [segment["positive"] for segment in long["said"]["segments"]]
    assert long["said"]["positive"] == pytest.approx(np.mean(positives), abs=1e-6)


def test_what_cannot_be_heard_is_refused_in_words(api: httpx.Client) -> None:
    silence = io.BytesIO()
    soundfile.write(silence, np.zeros(SAMPLE_RATE), SAMPLE_RATE, format="WAV")
    for content, expected in (
        (b"", "empty_audio"), (b"no sound at all" * 100, "unreadable_audio"), (silence.getvalue(), "silent_audio"),
    ):  # fmt: skip
        answer = api.post("/api/recordings", content=content)
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == expected
    assert api.get("/api/recordings").json()["total"] == 0


def test_labels_agree_with_themselves(api: httpx.Client, kept: Json) -> None:
    address = f"/api/recordings/{kept['id']}"
    sad = api.patch(address, json={"emotion": "sad", "note": "a long day"}).json()
    assert (sad["polarity"], sad["emotion"], sad["note"]) == ("negative", "sad", "a long day")
    assert sad["labelled"]
    positive = api.patch(address, json={"polarity": "positive"}).json()
    assert (positive["polarity"], positive["emotion"], positive["note"]) == ("positive", None, "a long day")
    conflict = api.patch(address, json={"polarity": "positive", "emotion": "sad"})
    assert conflict.status_code == 422 and "sad" in conflict.json()["error"]["message"]
    none = api.patch(address, json={"polarity": None}).json()
    assert (none["polarity"], none["labelled"]) == (None, None)
    assert api.patch(address, json={"emotion": "grumpy"}).json()["error"]["code"] == "invalid"


def test_recordings_are_found_by_label_day_and_words(api: httpx.Client, kept: Json, long: Json) -> None:
    api.patch(f"/api/recordings/{kept['id']}", json={"emotion": "happy", "note": "Spring, at the lake"})

    def found(**query: str) -> list[str]:
        answer = api.get("/api/recordings", params=query).json()
        assert answer["total"] >= len(answer["items"])
        assert all(item["said"]["segments"] is None for item in answer["items"])
        return [item["id"] for item in answer["items"]]

    day = kept["recorded"][:10]
    assert found() == [long["id"], kept["id"]], "newest first"
    assert found(label="positive") == found(label="labelled") == [kept["id"]]
    assert found(label="unlabelled") == [long["id"]]
    assert found(q="LAKE spring") == [kept["id"]]
    assert found(q="happy") == [kept["id"]]
    assert kept["id"] in found(**{"from": day, "to": day})
    assert found(to="2001-01-01") == []
    assert found(limit="1", offset="1") == [kept["id"]]


def test_counts_follow(api: httpx.Client, kept: Json) -> None:
    before = api.get("/api/state").json()["counts"]
    api.patch(f"/api/recordings/{kept['id']}", json={"polarity": "negative"})
    after = api.get("/api/state").json()["counts"]
    assert after["negative"] == before["negative"] + 1
    assert after["labelled"] == before["labelled"] + 1


def test_what_is_deleted_is_gone(api: httpx.Client, app: RunningApp, clip: Path) -> None:
    recording = upload(api, clip).json()["id"]
    assert api.delete(f"/api/recordings/{recording}").status_code == 204
    for path in ("", "/audio", "/wave", "/why", "/segments/0.png"):
        answer = api.get(f"/api/recordings/{recording}{path}")
        assert answer.status_code == 404 and answer.json()["error"]["code"] == "not_found"
    assert not list((app.machine.folder / "audio").glob(f"*{recording}*"))


def test_it_plays_back_any_part(api: httpx.Client, kept: Json, clip: Path) -> None:
    address, original = f"/api/recordings/{kept['id']}/audio", clip.read_bytes()
    whole = api.get(address)
    assert whole.content == original and whole.headers["content-type"] == "audio/flac"
    part = api.get(address, headers={"Range": "bytes=100-199"})
    assert part.status_code == 206 and part.content == original[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(original)}"
    assert api.get(address, headers={"Range": "bytes=-10"}).content == original[-10:]
    assert api.get(address, headers={"Range": f"bytes={len(original) - 5}-"}).content == original[-5:]
    assert api.get(address, headers={"Range": f"bytes={len(original)}-"}).status_code == 416


def test_what_browsers_do_not_play_is_sent_as_wav(api: httpx.Client, samples: np.ndarray[Any, Any]) -> None:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, SAMPLE_RATE, format="AIFF", subtype="PCM_16")
    recording = api.post("/api/recordings", content=buffer.getvalue()).json()["id"]
    whole = api.get(f"/api/recordings/{recording}/audio")
    assert whole.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(whole.content)) as sound:
        assert sound.getframerate() == SAMPLE_RATE and sound.getnframes() == len(samples)
        heard = np.frombuffer(sound.readframes(len(samples)), "<i2") / 32768
    assert np.abs(heard - samples).max() < 1e-3
    part = api.get(f"/api/recordings/{recording}/audio", headers={"Range": "bytes=30000-99999"})
    assert part.content == whole.content[30_000:100_000]
    api.delete(f"/api/recordings/{recording}")


def test_its_wave_and_pictures(api: httpx.Client, long: Json) -> None:
    outline = api.get(f"/api/recordings/{long['id']}/wave", params={"points": 200}).json()
    assert len(outline["low"]) == len(outline["high"]) == 200
    assert all(-1 <= low <= high <= 1 for low, high in zip(outline["low"], outline["high"], strict=True))
    assert max(outline["high"]) == pytest.approx(long["levels"]["peak"], abs=0.02)
    picture = api.get(f"/api/recordings/{long['id']}/segments/1.png")
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(b"\x89PNG")
    assert api.get(f"/api/recordings/{long['id']}/segments/99.png").status_code == 404


def test_why_says_what_a_judgement_hangs_on(api: httpx.Client, long: Json) -> None:
    why = api.get(f"/api/recordings/{long['id']}/why").json()
    positives = [segment["positive"] for segment in long["said"]["segments"]]
    assert [one["positive"] for one in why["segments"]] == positives
    assert why["segments"][0]["without"] == pytest.approx(np.mean(positives[1:]), abs=1e-6)
    assert 12 <= len(why["parts"]) <= 16
    assert all(0 <= part["low_hz"] < part["high_hz"] <= 11_100 for part in why["parts"])
    assert why["sentence"].endswith(".") and "you are" not in why["sentence"]


def test_listening_again_gives_the_same(api: httpx.Client, long: Json) -> None:
    again = api.post(f"/api/recordings/{long['id']}/listen").json()
    assert again["said"]["positive"] == pytest.approx(long["said"]["positive"], abs=0.02)
    assert len(again["said"]["segments"]) == len(long["said"]["segments"])


CAPTURE = {
    "device": "Built-in microphone", "sample_rate": SAMPLE_RATE, "channels": 1, "echo_cancellation": False,
    "noise_suppression": True, "auto_gain": None, "text": "de-2", "offset_minutes": -300,
}  # fmt: skip


def pcm(samples: np.ndarray[Any, Any]) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def test_a_capture_becomes_a_recording(api: httpx.Client, samples: np.ndarray[Any, Any]) -> None:
    capture = api.post("/api/captures", json=CAPTURE).json()["id"]
    pieces = [pcm(part) for part in np.array_split(samples, 9)]
    for number, piece in enumerate(pieces):
        answer = api.post(f"/api/captures/{capture}/samples", params={"n": number}, content=piece)
        assert answer.status_code == 200, answer.text
        again = api.post(f"/api/captures/{capture}/samples", params={"n": number}, content=piece)
        assert again.json() == answer.json(), "a repeated piece is not taken twice"
    gap = api.post(f"/api/captures/{capture}/samples", params={"n": 99}, content=pieces[0])
    assert gap.status_code == 422
    assert api.get("/api/state").json()["unfinished"] == [], "it runs, so it is not unfinished"
    recording = api.post(f"/api/captures/{capture}/finish").json()
    assert recording["id"] == capture and recording["source"] == "microphone" and recording["text"] == "de-2"
    assert recording["seconds"] == pytest.approx(len(samples) / SAMPLE_RATE, abs=0.01)
    assert recording["capture"]["noise_suppression"] is True
    assert recording["recorded"].endswith("-05:00")
    assert "processing" in [doubt["code"] for doubt in recording["warnings"]]
    played = api.get(f"/api/recordings/{capture}/audio")
    assert played.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(played.content)) as sound:
        assert sound.readframes(10**9) == b"".join(pieces)
    assert api.post(f"/api/captures/{capture}/finish").status_code == 404
    api.delete(f"/api/recordings/{capture}")


def test_a_silent_capture_is_discarded_unless_wished(api: httpx.Client) -> None:
    for keep, expected in (("", 422), ("?keep=1", 200)):
        capture = api.post("/api/captures", json=CAPTURE).json()["id"]
        api.post(f"/api/captures/{capture}/samples?n=0", content=bytes(2 * SAMPLE_RATE))
        answer = api.post(f"/api/captures/{capture}/finish{keep}")
        assert answer.status_code == expected, answer.text
        if keep:
            assert answer.json()["said"] is None
            api.delete(f"/api/recordings/{capture}")
        else:
            assert answer.json()["error"]["code"] == "silent_audio"
    empty = api.post("/api/captures", json=CAPTURE).json()["id"]
    assert api.post(f"/api/captures/{empty}/finish").json()["error"]["code"] == "empty_audio"
    assert api.get("/api/recordings").json()["total"] == 0


def test_a_discarded_capture_leaves_nothing(api: httpx.Client, app: RunningApp) -> None:
    capture = api.post("/api/captures", json=CAPTURE).json()["id"]
    api.post(f"/api/captures/{capture}/samples?n=0", content=bytes(2 * SAMPLE_RATE))
    assert api.delete(f"/api/captures/{capture}").status_code == 204
    assert list((app.machine.folder / "audio").iterdir()) == []


def test_the_sound_goes_where_the_person_chose_so(app: RunningApp, api: httpx.Client, clip: Path) -> None:
    assert api.patch("/api/preferences", json={"keep_audio": False}).status_code == 200
    try:
        recording = upload(api, clip).json()
        assert recording["has_audio"] is False and recording["said"]
        assert api.get(f"/api/recordings/{recording['id']}/audio").status_code == 404
        assert api.post(f"/api/recordings/{recording['id']}/listen").status_code == 200
        assert list((app.machine.folder / "audio").iterdir()) == []
        api.delete(f"/api/recordings/{recording['id']}")
    finally:
        api.patch("/api/preferences", json={"keep_audio": True})


def test_the_api_documents_itself(api: httpx.Client) -> None:
    paths = api.get("/api/openapi.json").json()["paths"]
    for path in ("/api/state", "/api/captures/{capture}/samples", "/api/recordings", "/api/training", "/api/events"):
        assert path in paths
        assert all(call["description"] for call in paths[path].values())


def test_there_is_something_to_read_in_several_languages(api: httpx.Client) -> None:
    texts = api.get("/api/texts").json()
    languages = [text["language"] for text in texts]
    assert {"en", "de", "fr", "es", "it", "pl", "tr", "ur"} <= set(languages)
    assert len({text["id"] for text in texts}) == len(texts)
    assert all(languages.count(language) >= 3 for language in languages)
    assert all(60 <= len(text["text"]) <= 200 for text in texts)


def studio_wav(seconds: int) -> Iterator[bytes]:
    """Yield a WAV of 192 kHz, 24 bits, two channels: 1.15 MB a second, so that little has to be heard."""
    rate, frame = 192_000, 6
    tone = (np.sin(np.arange(rate) * 2 * np.pi * 200 / rate) * 2**21).astype("<i4").view(np.uint8).reshape(rate, 4)
    second = np.repeat(tone[:, None, :3], 2, axis=1).tobytes()
    length = seconds * rate * frame
    form = struct.pack("<IHHIIHH", 16, 1, 2, rate, rate * frame, frame, 24)
    yield b"RIFF" + struct.pack("<I", 36 + length) + b"WAVEfmt " + form + b"data" + struct.pack("<I", length)
    for _ in range(seconds):
        yield second


def test_a_long_file_is_never_in_memory_whole(app: RunningApp, api: httpx.Client) -> None:
    status = Path(f"/proc/{app.process.pid}/status")
    if not status.exists():
        pytest.skip("no /proc here")

    def most() -> int:
        """Return the most memory the app ever had, in KiB."""
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))

    def take(seconds: int) -> None:
        kept = api.post("/api/recordings", content=studio_wav(seconds))
        assert kept.json()["seconds"] == pytest.approx(seconds, abs=0.01), kept.text
        api.delete(f"/api/recordings/{kept.json()['id']}")

    take(36)  # from eight segments on the trunk has all the memory it ever takes
    before = most()
    take(110)
    assert most() - before < 60_000, "of 127 MB that were sent"
