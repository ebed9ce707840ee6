"""Teach: labelled recordings are found, changed and deleted; learning is watched, cancelled, and taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import show
from tests.browser.people import clips, teach
from tests.browser.running_app import RunningApp

LEARNING_MS = 180_000


@pytest.fixture(scope="module")
def taught(app: RunningApp, voices: Path) -> list[Any]:
    """Four recordings of each polarity, labelled."""
    return teach(app, clips(voices), each=4)


def test_it_says_how_many_are_missing(page: Page) -> None:
    show(page, "/teach")
    card = page.locator(".training")
    expect(card).to_contain_text("3 more positive and 3 more negative")
    expect(card.get_by_role("button", name="Start learning")).to_be_disabled()


def test_recordings_are_found_by_label_and_by_name(page: Page, taught: list[Any]) -> None:
    show(page, "/teach")
    rows = page.locator(".recording")
    expect(rows).to_have_count(8)
    page.get_by_role("button", name="Positive", exact=True).first.click()
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="Unlabelled").click()
    expect(page.get_by_text("All have your word")).to_be_visible()
    page.get_by_role("button", name="All", exact=True).click()
    page.get_by_label("Search your recordings").fill(taught[0]["name"])
    expect(rows).to_have_count(1)
    page.get_by_label("Search your recordings").fill("no such thing")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_a_label_is_changed_and_changed_back(page: Page, app: RunningApp, taught: list[Any]) -> None:
    show(page, "/teach")
    chosen = taught[0]
    row = page.locator(f'.recording[data-id="{chosen["id"]}"]')
    for polarity in ("Negative", "Positive"):
        row.get_by_role("button", name=polarity).click()
        expect(row.get_by_role("button", name=polarity)).to_have_attribute("aria-pressed", "true")
        expect(row.get_by_role("button", name=polarity)).to_be_focused()
        assert app.call("GET", f"/api/recordings/{chosen['id']}")["polarity"] == polarity.lower()


def test_a_recording_is_deleted_only_after_asking(page: Page, app: RunningApp, taught: list[Any], voices: Path) -> None:
    spare = app.upload(clips(voices, "02").positive[0])
    show(page, "/teach")
    row = page.locator(f'.recording[data-id="{spare["id"]}"]')
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.keyboard.press("Escape")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_a_change_elsewhere_appears_by_itself(page: Page, app: RunningApp, taught: list[Any]) -> None:
    show(page, "/teach")
    app.call("PATCH", f"/api/recordings/{taught[1]['id']}", {"note": "seen in another window"})
    expect(page.get_by_text("seen in another window")).to_be_visible()


def test_a_window_hears_of_changes_after_another_was_closed(page: Page, app: RunningApp, taught: list[Any]) -> None:
    show(page, "/teach")
    other = page.context.new_page()
    show(other, "/teach")
    page.close()
    for note in ("the first change", "the second change"):
        app.call("PATCH", f"/api/recordings/{taught[2]['id']}", {"note": note})
        expect(other.get_by_text(note)).to_be_visible()


def test_learning_can_be_cancelled(page: Page, app: RunningApp, taught: list[Any]) -> None:
    show(page, "/teach")
    page.get_by_role("button", name="Start learning").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".training")).to_contain_text("Nothing changed")
    assert app.call("GET", "/api/heads") == []


def test_learning_is_watched_and_taken_back(
    page: Page, app: RunningApp, taught: list[Any], look: Callable[[Page, str], None]
) -> None:
    show(page, "/teach")
    page.get_by_role("button", name="Start learning").click()
    bar = page.get_by_role("progressbar", name="Learning")
    expect(bar).to_be_visible()
    expect(bar).not_to_have_js_property("value", 0, timeout=LEARNING_MS)
    # It goes on where one leaves and comes back.
    page.get_by_role("link", name="Listen", exact=True).click()
    page.get_by_role("link", name="Teach", exact=True).click()
    outcome = page.locator(".outcome")
    outcome.wait_for(timeout=LEARNING_MS)
    expect(outcome).to_contain_text("8 recordings of yours")
    outcome.get_by_text("The figures, explained").click()
    expect(outcome.get_by_role("row").filter(has_text="Right calls")).to_be_visible()
    look(page, "teach-learnt")

    heads = page.get_by_role("region", name="What it learnt so far")
    made = app.call("GET", "/api/heads")
    if not made[0]["in_use"]:
        pytest.skip("what was learnt did not hold on this machine, so there is nothing to take back")
    heads.get_by_role("button", name="Use VSR untaught").click()
    expect(heads.get_by_role("listitem").filter(has_text="Untaught")).to_contain_text("In use")
    assert not app.call("GET", "/api/heads")[0]["in_use"]
    heads.get_by_role("button", name="Use what it learnt").click()
    expect(heads.get_by_role("listitem").first).to_contain_text("In use")
    assert app.call("GET", "/api/heads")[0]["in_use"]
