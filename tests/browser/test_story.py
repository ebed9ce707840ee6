"""A way through VSR from the first word to the last: record, correct, teach, learn, look back, take away, forget."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import PICTURES, show, wait_for_half_seconds
from tests.browser.people import clips
from tests.browser.running_app import RunningApp
from tests.browser.watching import Watch

Look = Callable[[Page, str], None]
LEARNING_MS = 180_000


def go_to(page: Page, label: str) -> None:
    """Go to a page by the navigation."""
    page.get_by_role("link", name=label, exact=True).click()
    expect(page).to_have_title(f"{label} · VSR")
    page.wait_for_selector("main[data-shown]")


@pytest.mark.timeout(900)
def test_from_the_first_word_to_the_last(page: Page, app: RunningApp, voices: Path, look: Look, watch: Watch) -> None:
    show(page, "/")
    look(page, "story-1-first-visit")

    record_and_correct(page)
    look(page, "story-2-corrected")
    bring_and_label(page, voices)
    look(page, "story-3-taught")
    learn(page)
    look(page, "story-4-learnt")

    go_to(page, "Look back")
    expect(page.locator(".trend-words")).not_to_be_empty()
    look(page, "story-5-look-back")
    take_a_report_away(page)

    go_to(page, "Feel better")
    look(page, "story-6-feel-better")

    delete_one(page, app)
    watch.expect("status of 423")
    forget_everything(page, app)


def record_and_correct(page: Page) -> None:
    page.get_by_role("button", name="Record", exact=True).click()
    wait_for_half_seconds(page, 6)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".result").get_by_role("heading", level=2)).to_contain_text("VSR")
    feedback = page.get_by_role("region", name="Is VSR right?")
    feedback.get_by_role("button", name=re.compile("That’s right|It was positive")).click()
    expect(feedback).to_contain_text("You said")
    feedback.get_by_label("A note for yourself").fill("The first thing I told it")
    page.keyboard.press("Tab")
    expect(page.locator("#toasts")).to_contain_text("Note kept")


def bring_and_label(page: Page, voices: Path) -> None:
    brought = clips(voices)
    page.get_by_label("Recordings from this machine").set_input_files([*brought.positive, *brought.negative])
    expect(page.locator(".upload").get_by_role("link", name="Show")).to_have_count(8, timeout=LEARNING_MS)
    go_to(page, "Teach")
    for polarity, files in (("Positive", brought.positive), ("Negative", brought.negative)):
        for file in files:
            button = page.locator(".recording").filter(has_text=file.name).get_by_role("button", name=polarity)
            button.click()
            expect(button).to_have_attribute("aria-pressed", "true")


def learn(page: Page) -> None:
    page.get_by_role("button", name="Start learning").click()
    outcome = page.locator(".outcome")
    outcome.wait_for(timeout=LEARNING_MS)
    expect(outcome).to_contain_text("of yours")
    expect(page.get_by_role("region", name="What it learnt so far").get_by_text("In use")).to_have_count(1)


def take_a_report_away(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open", exact=True).click()
    report = opened.value
    expect(report.get_by_text("The first thing I told it").first).to_be_visible()
    report.screenshot(path=PICTURES / "story-report.png", full_page=True)
    report.close()


def delete_one(page: Page, app: RunningApp) -> None:
    before = app.call("GET", "/api/recordings")["total"]
    go_to(page, "Teach")
    page.locator(".recording").first.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".recording")).to_have_count(before - 1)


def forget_everything(page: Page, app: RunningApp) -> None:
    go_to(page, "Settings")
    page.get_by_role("button", name="Delete everything…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("forget everything")
    dialog.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a passphrase")
    assert app.call("GET", "/api/state")["new"]
    assert not list((app.folder / "audio").glob("*")), "audio was left behind"
