"""Settings over the API: what is chosen and kept, passphrase and key, backup and restore, deleting everything.

One app on one folder; the tests go on from each other's end, in the order in which they stand here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.browser.running_app import PASSPHRASE, RunningApp, start_app

VOICE = "03-01-05-01-01-01-17.flac"
NOTE = "the day the roof leaked"
NEW = "another walk along the river"
OWN = "a passphrase for ünlocking backups"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, voices: Path) -> Iterator[RunningApp]:
    running = start_app(tmp_path_factory.mktemp("settings") / "data")
    found = running.upload(voices / "ravdess" / VOICE)
    running.call("PATCH", f"/api/recordings/{found['id']}", {"note": NOTE, "polarity": "negative"})
    yield running
    running.stop()


def ask(app: RunningApp, method: str, path: str, **given: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {app.token}"} | given.pop("headers", {})
    return httpx.request(method, app.url + path, headers=headers, timeout=60, **given)


def refused(answer: httpx.Response, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == code
    return str(answer.json()["error"]["message"])


def notes(app: RunningApp) -> list[str]:
    return [item["note"] for item in app.call("GET", "/api/recordings")["items"]]


def test_what_is_chosen_is_kept_and_what_cannot_be_chosen_is_said(app: RunningApp) -> None:
    assert app.call("GET", "/api/preferences")["keep_audio"] is True
    chosen = app.call("PATCH", "/api/preferences", {"country": "PL", "keep_audio": False, "microphone_label": "Desk"})
    assert (chosen["country"], chosen["keep_audio"], chosen["microphone_label"]) == ("PL", False, "Desk")
    assert app.call("GET", "/api/preferences") == chosen
    for wrong in ({"colour": "blue"}, {"country": True}, {"keep_audio": "yes"}, {"country": "x" * 2_000}):
        refused(ask(app, "PATCH", "/api/preferences", json=wrong), 422, "usage_error")
    assert "/api/together" in refused(ask(app, "PATCH", "/api/preferences", json={"together": "x"}), 422, "usage_error")
    app.call("PATCH", "/api/preferences", {"keep_audio": True})


def test_storage_is_told_by_kind(app: RunningApp) -> None:
    found = app.call("GET", "/api/storage")
    assert found["recordings"] == 1
    assert found["key"] == "passphrase"
    assert found["bytes"]["audio"] > 10_000
    assert found["bytes"]["database"] > 10_000


def test_about_says_what_the_base_is_worth_and_names_every_library(app: RunningApp) -> None:
    found = app.call("GET", "/api/about")
    assert 0.5 < found["worth"]["worst"] <= found["worth"]["uar"] < 1
    assert found["worth"]["uar_between"][0] <= found["worth"]["uar"] <= found["worth"]["uar_between"][1]
    assert {"numpy", "cryptography", "flwr"} <= {part["name"] for part in found["parts"]}
    assert all(part["version"] and part["licence"] for part in found["parts"])


def test_a_new_passphrase_needs_the_old_one_and_eight_characters(app: RunningApp) -> None:
    wrong = ask(app, "POST", "/api/passphrase", json={"old": "not it at all", "new": NEW})
    refused(wrong, 403, "locked_store")
    short = ask(app, "POST", "/api/passphrase", json={"old": PASSPHRASE, "new": "short"})
    assert "at least 8 characters" in refused(short, 422, "usage_error")
    assert ask(app, "POST", "/api/passphrase", json={"old": PASSPHRASE, "new": NEW}).status_code == 204
    refused(ask(app, "POST", "/api/passphrase", json={"old": PASSPHRASE, "new": NEW}), 403, "locked_store")


def test_a_new_key_is_made_while_the_app_runs(app: RunningApp) -> None:
    before = (app.folder / "key.json").read_bytes()
    refused(ask(app, "POST", "/api/key/rotate", json={"passphrase": "not it at all"}), 403, "locked_store")
    assert (app.folder / "key.json").read_bytes() == before
    assert notes(app) == [NOTE], "a wrong passphrase changes nothing and locks nobody out"
    assert ask(app, "POST", "/api/key/rotate", json={"passphrase": NEW}).status_code == 204
    assert (app.folder / "key.json").read_bytes() != before
    assert notes(app) == [NOTE]


@pytest.fixture(scope="module")
def saved(app: RunningApp) -> bytes:
    """A backup, saved as a script does."""
    answer = ask(app, "POST", "/api/backup", json={"passphrase": OWN})
    assert answer.status_code == 200, answer.text
    assert ".vsrbackup" in answer.headers["content-disposition"]
    return answer.content


def test_a_backup_is_sealed_and_a_browsers_link_to_one_works_once(app: RunningApp, saved: bytes) -> None:
    assert len(saved) > 20_000
    assert NOTE.encode() not in saved
    refused(ask(app, "POST", "/api/backup", json={"passphrase": "short"}), 422, "usage_error")
    link = ask(app, "POST", "/api/backup/link", json={"passphrase": OWN}).json()["link"]
    first = ask(app, "GET", link)
    assert first.status_code == 200
    assert abs(len(first.content) - len(saved)) < 4_096
    refused(ask(app, "GET", link), 404, "not_found")


def test_a_backup_that_does_not_open_leaves_everything_as_it_is(app: RunningApp, saved: bytes) -> None:
    def restore(data: bytes, passphrase: str) -> httpx.Response:
        return ask(app, "POST", "/api/restore", content=data, headers={"X-Passphrase": passphrase})

    refused(restore(saved, "not it at all"), 403, "locked_store")
    opens = "a%20passphrase%20for%20%C3%BCnlocking%20backups"
    refused(restore(saved[:-5_000], opens), 500, "store_error")
    changed = bytearray(saved)
    changed[len(saved) // 2] ^= 1
    refused(restore(bytes(changed), opens), 500, "store_error")
    refused(restore(b"no backup at all", opens), 500, "store_error")
    assert notes(app) == [NOTE]


def test_deleting_everything_asks_for_the_words_and_begins_anew(app: RunningApp, saved: bytes) -> None:
    said = refused(ask(app, "POST", "/api/forget-everything", json={"confirm": "yes"}), 422, "usage_error")
    assert "nothing was deleted" in said
    assert notes(app) == [NOTE]
    gone = app.call("POST", "/api/forget-everything", {"confirm": " Forget everything "})
    assert gone == {"new": True}
    assert not (app.folder / "key.json").exists()
    assert not list(app.folder.rglob("*.sealed"))
    state = app.call("GET", "/api/state")
    assert (state["locked"], state["new"]) == (True, True)
    refused(ask(app, "GET", "/api/preferences"), 423, "locked")


def test_a_backup_brings_everything_back(app: RunningApp, saved: bytes, voices: Path) -> None:
    passphrase = "a%20passphrase%20for%20%C3%BCnlocking%20backups"
    answer = ask(app, "POST", "/api/restore", content=saved, headers={"X-Passphrase": passphrase})
    assert answer.json() == {"locked": False}, answer.text
    assert notes(app) == [NOTE]
    assert app.call("GET", "/api/preferences")["country"] == "PL"
    (item,) = app.call("GET", "/api/recordings")["items"]
    sound = ask(app, "GET", f"/api/recordings/{item['id']}/audio")
    assert sound.content == (voices / "ravdess" / VOICE).read_bytes()
