"""Feel better: what fits the last days, paced exercises, help by country, and no word to anybody else's page."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import PHONE, PICTURES, show
from tests.browser.running_app import PASSPHRASE, RunningApp, start_app
from tests.browser.watching import Watch
from tests.client.some_days import in_a_row, keep

TODAY = datetime.now().astimezone().date()


@pytest.fixture(scope="module")
def app(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app after eight days that sounded negative."""
    folder = tmp_path_factory.mktemp("app") / "data"
    keep(folder, PASSPHRASE, in_a_row(TODAY - timedelta(days=7), [[0.2, 0.3]] * 8))
    running = start_app(folder)
    yield running
    running.stop()


def test_a_pattern_is_named_kindly_and_people_come_first(page: Page, look: Callable[[Page, str], None]) -> None:
    show(page, "/feel-better")
    expect(page.locator(".pattern-words")).to_contain_text("On 8 of the 8 days")
    expect(page.locator(".pattern-words")).to_contain_text("You know best how you are")
    expect(page.locator(".suggestion").first).to_have_attribute("data-kind", "people")
    expect(page.get_by_text("VSR is no medical device")).to_be_visible()
    look(page, "feel-better")


def test_sources_open_elsewhere_and_are_never_loaded_here(page: Page, watch: Watch) -> None:
    show(page, "/feel-better")
    expect(page.locator(".suggestion").first).to_be_visible()
    for more in page.get_by_text("Where this comes from").all():
        more.click()
    links = page.locator("a[href^='http']")
    assert links.count() >= 6
    for link in links.all():
        assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noreferrer noopener")
        assert re.search("opens another site", link.inner_text() + (link.get_attribute("aria-label") or ""))
    assert {address.split("/")[2] for address in watch.requests} == {watch.origin.split("/")[2]}


def test_the_country_is_remembered_and_its_lines_can_be_called(page: Page, app: RunningApp) -> None:
    show(page, "/feel-better")
    help_card = page.locator("#help")
    expect(help_card.get_by_role("link", name=re.compile("Call Samaritans: 116 123"))).to_be_visible()
    with page.expect_response("**/api/preferences"):
        help_card.get_by_label("Where are you?").select_option("DE")
    call = help_card.get_by_role("link", name="Call TelefonSeelsorge: 0800 1110111")
    expect(call).to_have_attribute("href", "tel:08001110111")
    expect(help_card.get_by_role("link", name="Call the emergency services: 112")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Where are you?")).to_have_value("DE")
    page.get_by_label("Where are you?").select_option("")
    expect(page.get_by_role("link", name=re.compile("Find A Helpline"))).to_be_visible()


def test_an_exercise_is_paced_and_can_be_paused_and_ended(page: Page) -> None:
    page.clock.install()
    show(page, "/feel-better")
    page.get_by_role("button", name=re.compile("^Begin: Breathe")).first.click()
    dialog = page.get_by_role("dialog", name=re.compile("^Breathe"))
    expect(dialog).to_contain_text("Sit or stand as is comfortable")
    page.clock.run_for(3_200)
    expect(dialog).to_contain_text("Breathe in")
    expect(page.locator("#status")).to_have_text("Breathe in")
    page.clock.run_for(6_000)
    expect(dialog).to_contain_text("Breathe out")
    dialog.get_by_role("button", name="Pause").click()
    page.clock.run_for(30_000)
    expect(dialog).to_contain_text("Breathe out")
    dialog.get_by_role("button", name="Go on").click()
    page.clock.run_for(130_000)
    expect(dialog).to_contain_text("Done. Stay a moment")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_nothing_moves_for_those_who_want_stillness(page: Page) -> None:
    """The tests' windows ask for reduced motion."""
    show(page, "/feel-better")
    page.get_by_role("button", name=re.compile("^Begin: Breathe")).first.click()
    page.wait_for_timeout(3_600)
    circle = page.locator(".breath-circle")
    before = circle.bounding_box()
    page.wait_for_timeout(700)
    assert circle.bounding_box() == before
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.screenshot(path=PICTURES / "feel-better-exercise-phone.png")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_circle_breathes_for_everybody_else(page: Page) -> None:
    page.emulate_media(reduced_motion="no-preference")
    show(page, "/feel-better")
    page.get_by_role("button", name=re.compile("^Begin: Breathe")).first.click()
    circle = page.locator(".breath-circle")
    page.wait_for_timeout(3_400)
    before = circle.bounding_box()
    page.wait_for_timeout(1_500)
    after = circle.bounding_box()
    assert before and after and after["width"] > before["width"] + 10
