"""From sound to what a page shows of it: levels, doubts, labels, the wave, the words."""

import io
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.some_days import tone as hum
from vsr_client.app.failures import NotThere
from vsr_client.app.looks import Looks
from vsr_client.app.taking_in import now_there
from vsr_client.recorder.desk import CaptureDesk
from vsr_client.recorder.grey_png import grey_png
from vsr_client.recorder.labels import labelled
from vsr_client.recorder.levels import QUIETEST_DBFS, LevelMeter
from vsr_client.recorder.selection import selected
from vsr_client.recorder.warnings import warnings_of
from vsr_client.recorder.wave import outline
from vsr_client.recorder.why_words import CoveredPart, LeftOut, sentence
from vsr_client.store.captures import CaptureStart
from vsr_client.store.database import Database
from vsr_client.store.kept_recording import Capture, KeptRecording, Levels
from vsr_client.store.recordings import RecordingStore
from vsr_shared.audio.decode import SAMPLE_RATE
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import UnknownRecording, UsageError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_recording_is_of_this_machines_clock_unless_the_page_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        assert now_there(None).utcoffset() == timedelta(hours=5, minutes=30)
        assert now_there(-300).utcoffset() == timedelta(hours=-5)
    finally:
        monkeypatch.undo()
        time.tzset()


def tone(amplitude: float, seconds: float = 2.0) -> np.ndarray:  # type: ignore[type-arg]
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (amplitude * np.sin(2 * np.pi * 220 * times)).astype(np.float32)


def levels_of(samples: np.ndarray) -> Levels:  # type: ignore[type-arg]
    meter = LevelMeter(np.array_split(samples, 7))
    assert np.concatenate(list(meter)).tobytes() == samples.tobytes(), "what passes is not changed"
    return meter.levels


def test_levels_of_a_tone() -> None:
    levels = levels_of(tone(0.5))
    assert levels.peak == pytest.approx(0.5, abs=0.001)
    assert levels.rms_dbfs == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.05)
    assert levels.clipped == 0


def test_levels_of_digital_silence_and_of_nothing() -> None:
    assert levels_of(np.zeros(1000, np.float32)).rms_dbfs == QUIETEST_DBFS
    assert LevelMeter([]).levels == Levels(0.0, QUIETEST_DBFS, 0.0)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [(tone(0.3), []), (np.clip(tone(3.0), -1, 1), ["clipping"]), (tone(0.0005), ["silence"]), (tone(0.005), ["low"])],
)
def test_doubts_about_a_level(samples: np.ndarray, expected: list[str]) -> None:  # type: ignore[type-arg]
    assert [doubt.code for doubt in warnings_of(levels_of(samples), None)] == expected


def test_doubts_about_what_the_browser_left_on() -> None:
    capture = Capture("headset", 16_000, 1, True, None, False)
    found = {doubt.code: doubt.message for doubt in warnings_of(None, capture)}
    assert set(found) == {"processing", "narrow"}
    assert "echo cancellation" in found["processing"] and "automatic gain" not in found["processing"]
    assert warnings_of(None, Capture("built in", 48_000, 1, False, False, False)) == []


@given(st.integers(1, 5000), st.integers(1, 300), st.integers(1, 9))
def test_the_outline_touches_every_extreme(count: int, points: int, blocks: int) -> None:
    samples = np.random.default_rng(count).uniform(-1, 1, count).astype(np.float32)
    low, high = outline(np.array_split(samples, blocks), count / SAMPLE_RATE, points)
    assert low.shape == high.shape == (points,) and (low <= high).all()
    assert low.min() == min(samples.min(), 0 if count < points else 1)
    assert high.max() == max(samples.max(), 0 if count < points else -1)
    place = np.arange(count) * points // count
    for part in set(place):
        assert (low[part], high[part]) == (samples[place == part].min(), samples[place == part].max())


def test_a_recording_that_was_not_heard_yet_has_no_wave_and_none_is_remembered(tmp_path: Path) -> None:
    """While a file is being heard its length is not known: an outline by a length of 0 would be one spike, for ever."""
    store = RecordingStore(Database(tmp_path, bytes(32)))
    waiting = replace(recording(), seconds=0.0)
    store.add(waiting, io.BytesIO(hum()))
    looks = Looks()
    with pytest.raises(NotThere, match="not heard yet"):
        looks.wave(store, waiting, 16)
    assert min(looks.wave(store, store.change(waiting.id, seconds=2.0), 16)[1]) > 0.2


@given(st.integers(1, 40), st.integers(1, 40))
def test_a_png_holds_the_picture(height: int, width: int) -> None:
    image = np.random.default_rng(height).integers(0, 256, (height, width)).astype(np.uint8)
    data = grey_png(image)
    start = data.index(b"IDAT") + 4
    lines = zlib.decompress(data[start : data.index(b"IEND") - 8])
    assert np.frombuffer(lines, np.uint8).reshape(height, width + 1)[:, 1:].tobytes() == image.tobytes()


def recording(**fields: object) -> KeptRecording:
    return KeptRecording("0" * 32, NOW, "file", "a", 3.0, **fields)  # type: ignore[arg-type]


def test_an_emotion_implies_its_polarity() -> None:
    assert labelled(recording(), {"emotion": Emotion.SAD}, NOW) == {
        "polarity": Polarity.NEGATIVE, "emotion": Emotion.SAD, "labelled": NOW,
    }  # fmt: skip


def test_another_polarity_takes_the_emotion_away() -> None:
    sad = recording(polarity=Polarity.NEGATIVE, emotion=Emotion.SAD, labelled=NOW)
    assert labelled(sad, {"polarity": Polarity.POSITIVE}, NOW)["emotion"] is None
    assert labelled(sad, {"polarity": None}, NOW) == {"polarity": None, "emotion": None, "labelled": None}
    assert labelled(sad, {"emotion": None}, NOW)["polarity"] is Polarity.NEGATIVE
    with pytest.raises(UsageError, match="choose one"):
        labelled(sad, {"polarity": Polarity.POSITIVE, "emotion": Emotion.SAD}, NOW)


def test_a_note_alone_labels_nothing() -> None:
    assert labelled(recording(), {"note": None}, NOW) == {"note": ""}


def test_words_are_found_whatever_their_case() -> None:
    kept = recording(note="At the LAKE", emotion=Emotion.HAPPY, polarity=Polarity.POSITIVE)
    assert selected([kept], "all", NOW.date(), NOW.date(), "lake Happy") == [kept]
    assert selected([kept], "negative", None, None, "") == selected([kept], "all", None, None, "sea") == []


def part(shift: float) -> CoveredPart:
    return CoveredPart(0, 1.0, 2.0, 0.0, 510.0, shift)


def test_the_sentence_names_what_would_turn_it() -> None:
    alone = [LeftOut(0, 4, 0.2, None)]
    turned = sentence(0.2, alone, [part(0.1), part(0.4)])
    assert turned == "Without the part between 1 and 2 s below 510 Hz it would sound positive to VSR."
    two = [LeftOut(0, 4, 0.9, 0.3), LeftOut(4, 8, 0.3, 0.9)]
    assert sentence(0.6, two, [part(0.1)]) == "Without the seconds 0 to 4 it would sound negative to VSR."
    assert "No single part decides it" in sentence(0.9, alone, [part(-0.1)])
    assert "throughout" in sentence(0.9, alone, [part(0.02)])
    assert "throughout" in sentence(0.9, alone, [])


def test_the_desk_takes_pieces_in_order_and_ends_what_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(tmp_path, b"k" * 32)
    store = RecordingStore(database)
    desk = CaptureDesk(store)
    start = CaptureStart("1" * 32, NOW, Capture("", 8000, 1, None, None, None))
    desk.begin(start)
    assert desk.write(start.id, 0, bytes(16_000)) == 1.0
    assert desk.write(start.id, 0, bytes(16_000)) == 1.0
    with pytest.raises(UsageError, match="missing"):
        desk.write(start.id, 2, bytes(2))
    with pytest.raises(UsageError, match="half"):
        desk.write(start.id, 1, bytes(3))
    assert store.unfinished() == []
    moment = time.monotonic()
    monkeypatch.setattr("vsr_client.recorder.desk.time.monotonic", lambda: moment + 3600)
    desk.close_idle()
    assert [one.seconds for one in store.unfinished()] == [1.0]
    with pytest.raises(UnknownRecording):
        desk.write(start.id, 1, bytes(2))
    with store.capture_audio(start.id) as wav:
        assert isinstance(wav, io.BufferedReader)
    database.close()
