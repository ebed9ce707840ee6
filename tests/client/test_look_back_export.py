"""Everything of a period in one ZIP that other programs read, made while it is sent."""

import csv
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import BinaryIO

import pytest
from safetensors.numpy import load

from tests.client.some_days import month, on, recording, tone
from vsr_client.look_back.export import HeadFile, export
from vsr_client.look_back.recording_rows import COLUMNS, harmless
from vsr_shared.errors import StoreError, UnknownRecording
from vsr_shared.weights import to_bytes

LAST = date(2026, 11, 22)
MADE = datetime(2026, 11, 22, 18, 30, tzinfo=timezone(timedelta(hours=1)))
SOUND = tone(0.2)


def sound(_: str) -> BinaryIO:
    return io.BytesIO(SOUND)


def whole(pieces: Iterator[bytes]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    return archive


def rows(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("recordings.csv").decode("utf-8-sig"), newline="")))


def test_an_export_holds_sound_table_objects_and_an_explanation() -> None:
    recordings = month(LAST)
    archive = whole(export(recordings, sound, [], MADE))
    listed = rows(archive)
    assert len(listed) == len(recordings)
    for row, one in zip(listed, recordings, strict=True):
        assert one.said
        assert archive.read(row["file"]) == SOUND
        assert row["id"] == one.id
        assert row["recorded"] == one.recorded.isoformat()
        assert float(row["sounds_positive_to_vsr"]) == pytest.approx(one.said.positive, abs=1e-6)
        assert row["you_said"] == (one.polarity or "")
    objects = json.loads(archive.read("recordings.json"))["recordings"]
    assert [one["id"] for one in objects] == [one.id for one in recordings]
    assert objects[0]["vsr_said"]["segments"]
    text = archive.read("README.txt").decode()
    assert "NOT ENCRYPTED" in text
    assert set(COLUMNS) - set(text.replace(",", " ").split()) <= {"id", "name", "source", "recorded"}


def test_sound_goes_out_as_it_was_kept_whatever_it_is() -> None:
    starts = {
        b"fLaC....": ".flac",
        b"OggS....": ".ogg",
        b"....ftypM4A ": ".m4a",
        b"\x1aE\xdf\xa3": ".webm",
        b"?": ".audio",
    }
    recordings = on(LAST, *[0.5] * len(starts))
    data = {one.id: start + bytes(300_000) for one, start in zip(recordings, starts, strict=True)}
    archive = whole(export(recordings, lambda name: io.BytesIO(data[name]), [], MADE))
    for row, ending in zip(rows(archive), starts.values(), strict=True):
        assert row["file"].endswith(ending)
        assert archive.read(row["file"]) == data[row["id"]]


def test_the_personal_head_is_readable_elsewhere() -> None:
    import numpy as np

    weights = {"head/kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}
    archive = whole(export([], sound, [HeadFile("2026-11-22_abc.safetensors", lambda: to_bytes(weights))], MADE))
    assert (
        load(archive.read("personal-head/2026-11-22_abc.safetensors"))["head/kernel"] == weights["head/kernel"]
    ).all()


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_no_spreadsheet_runs_what_somebody_wrote(formula: str) -> None:
    """Threat: CSV formula injection through a note or through the name of a file that somebody sent."""
    assert harmless(formula) == f"'{formula}"
    one = replace(recording(MADE, note=formula, text=formula), name=formula)
    (row,) = rows(whole(export([one], sound, [], MADE)))
    assert not row["note"].startswith(formula[0])
    assert not row["name"].startswith(formula[0])
    assert not row["text_read"].startswith(formula[0])


def test_ordinary_words_stay_as_they_are() -> None:
    assert [harmless(text) for text in ("", "a=b", "ein Satz, „so“", "3-1")] == ["", "a=b", "ein Satz, „so“", "3-1"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.wav", "a\0b", "x" * 4000])
def test_no_name_that_a_file_had_becomes_a_path(name: str) -> None:
    """Threat: an export that writes outside its folder where it is unpacked."""
    one = replace(recording(MADE), name=name, source="file")
    archive = whole(export([one], sound, [], MADE))
    (path,) = [path for path in archive.namelist() if path.startswith("recordings/")]
    assert path == f"recordings/2026-11-22_18-30-00_{one.id[:8]}.wav"


def test_a_recording_that_is_deleted_meanwhile_is_left_out() -> None:
    kept, gone = on(LAST, 0.2, 0.8)

    def audio(name: str) -> BinaryIO:
        if name == gone.id:
            raise UnknownRecording("there is no recording")
        return io.BytesIO(SOUND)

    assert [row["id"] for row in rows(whole(export([kept, gone], audio, [], MADE)))] == [kept.id]


def test_a_damaged_recording_keeps_none_of_the_others_back() -> None:
    recordings = on(LAST, 0.2, 0.5, 0.8)

    class Damaged(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 50_000:
                raise StoreError("this recording is damaged")
            return super().read(min(size or 40_000, 40_000))

    def audio(name: str) -> BinaryIO:
        return Damaged(bytes(200_000)) if name == recordings[1].id else io.BytesIO(SOUND)

    archive = whole(export(recordings, audio, [], MADE))
    assert len(rows(archive)) == 3
    assert recordings[1].id in archive.read("DAMAGED.txt").decode()
    assert "DAMAGED.txt" not in whole(export(recordings[:1], sound, [], MADE)).namelist()


def test_an_export_that_nobody_waits_for_any_more_gives_its_files_back() -> None:
    opened: list[io.BytesIO] = []

    def audio(_: str) -> BinaryIO:
        opened.append(io.BytesIO(bytes(2_000_000)))
        return opened[-1]

    pieces = export(on(LAST, 0.5, 0.6), audio, [], MADE)
    while not opened:
        next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert all(file.closed for file in opened)


def test_a_recording_without_sound_keeps_its_row() -> None:
    (row,) = rows(whole(export([replace(recording(MADE), has_audio=False)], sound, [], MADE)))
    assert row["file"] == ""


def test_a_large_export_is_never_whole_in_memory() -> None:
    """64 MiB of sound pass through less than 8 MiB."""

    class Long(io.RawIOBase):
        def __init__(self) -> None:
            self.left = 8 * 2**20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            size = min(len(memoryview(buffer)), self.left)  # type: ignore[arg-type]
            self.left -= size
            return size

    recordings = on(LAST, *[0.5] * 8)
    tracemalloc.start()
    total = sum(map(len, export(recordings, lambda _: io.BufferedReader(Long()), [], MADE)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 64 * 2**20
    assert peak < 8 * 2**20
