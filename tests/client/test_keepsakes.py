"""What scripts, pages and the command line get of a month: look back, report, export, suggestions."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.client.commands import Machine
from tests.client.running_app import RunningApp, start_app
from tests.client.some_days import keep, month, tone
from vsr_client.store.kept_recording import KeptRecording
from vsr_shared.base import Base

TODAY = datetime.now().astimezone().date()
MONTH = month(TODAY)
SECRET = "correct horse"


@pytest.fixture(scope="module")
def with_a_month(tmp_path_factory: pytest.TempPathFactory, shipped: Base) -> Machine:
    machine = Machine(tmp_path_factory.mktemp("month") / "data", None)
    keep(machine.folder, SECRET, MONTH)
    return machine


@pytest.fixture(scope="module")
def app(with_a_month: Machine) -> Iterator[RunningApp]:
    running = start_app(with_a_month)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def api(app: RunningApp) -> Iterator[httpx.Client]:
    with app.script() as client:
        yield client


def test_the_last_thirty_days_in_numbers(api: httpx.Client) -> None:
    found = api.get("/api/look-back").json()
    assert (found["first"], found["last"]) == (str(TODAY - timedelta(days=29)), str(TODAY))
    assert (
        found["counts"]["recordings"] == len(MONTH) == sum(day["count"] for day in found["days"]) == len(found["dots"])
    )
    assert found["trend"]["kind"] == "change"
    assert found["trend"]["low"] < found["trend"]["change"] < found["trend"]["high"]
    for day in found["days"]:
        assert 0 <= day["low"] <= day["mean"] <= day["high"] <= 1
    assert [note["id"] for note in found["notes"]] == [one.id for one in _newest_first() if one.note]


def test_a_period_that_cannot_be_is_refused_in_the_one_shape(api: httpx.Client) -> None:
    backwards = api.get("/api/look-back", params={"from": "2026-11-20", "to": "2026-11-01"})
    assert (backwards.status_code, backwards.json()["error"]["code"]) == (422, "usage_error")
    for nonsense in ("yesterday", "2026-13-01", "0000-00-00"):
        answer = api.get("/api/export", params={"from": nonsense})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
    long_ago = api.get("/api/look-back", params={"from": "0001-01-01", "to": "0001-01-02"}).json()
    assert (long_ago["days"], long_ago["trend"]["kind"]) == ([], "nothing")


def test_the_report_may_load_nothing_but_its_own_style(api: httpx.Client) -> None:
    answer = api.get("/api/report", params={"title": "<b>", "notes": "none"})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script" not in policy and "unsafe" not in policy
    assert answer.headers["content-type"].startswith("text/html")
    assert "<title>&lt;b&gt;" in answer.text
    assert "attachment" in api.get("/api/report", params={"download": 1}).headers["content-disposition"]


def test_strangers_get_none_of_it(app: RunningApp) -> None:
    """Threat: another person or program on this machine."""
    with app.stranger() as stranger:
        for path in ("look-back", "report", "export", "suggestions"):
            assert stranger.get(f"/api/{path}").status_code == 401


def test_suggestions_name_their_sources_and_the_help_of_a_country(api: httpx.Client) -> None:
    found = api.get("/api/suggestions", params={"country": "de", "language": "de-CH"}).json()
    assert found["language"] == "de"
    assert all(one["source"]["url"].startswith("https://") for one in found["suggestions"])
    assert {line["country"] for line in found["help"]} == {"DE"}
    assert api.get("/api/suggestions", params={"country": "XX"}).json()["help"] == []
    assert found["directory"]["url"] and found["disclaimer"]


def test_the_export_is_the_same_from_page_and_command(api: httpx.Client, with_a_month: Machine, tmp_path: Path) -> None:
    file = tmp_path / "mine.zip"
    done = with_a_month.vsr("export", file, "--from", TODAY - timedelta(days=6), "--to", TODAY)
    assert done.returncode == 0, done.stderr
    assert "NOT encrypted" in done.stdout
    assert file.stat().st_mode & 0o077 == 0, "only its owner may read it"
    from_page = api.get("/api/export", params={"from": str(TODAY - timedelta(days=6)), "to": str(TODAY)})
    week = [one.id for one in _newest_first() if one.recorded.date() > TODAY - timedelta(days=7)]
    for data in (file.read_bytes(), from_page.content):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            table = archive.read("recordings.csv").decode("utf-8-sig")
            listed = list(csv.DictReader(io.StringIO(table, newline="")))
            assert sorted(row["id"] for row in listed) == sorted(week)
            assert archive.read(listed[0]["file"]) == tone()
            assert len(json.loads(archive.read("recordings.json"))["recordings"]) == len(week)


def test_the_command_writes_a_report_and_overwrites_nothing_unasked(with_a_month: Machine, tmp_path: Path) -> None:
    file = tmp_path / "mine.html"
    file.write_text("something else")
    refused = with_a_month.vsr("report", file)
    assert refused.returncode == 2 and "is there already" in refused.stderr
    assert file.read_text() == "something else"
    done = with_a_month.vsr("report", file, "--replace", "--from", date(2026, 1, 1), "--no-notes", "--title", "Autumn")
    assert done.returncode == 0, done.stderr
    text = file.read_text()
    assert "<h1>Autumn</h1>" in text and "<h2>Notes</h2>" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["mine.html"], "nothing half-written is left"


def _newest_first() -> list[KeptRecording]:
    return sorted(MONTH, key=lambda one: one.recorded, reverse=True)
