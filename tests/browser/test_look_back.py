"""Look back: a month of recordings, what it says, what can be opened, written, deleted and taken away."""

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import PHONE, PICTURES, show
from tests.browser.running_app import PASSPHRASE, RunningApp, start_app
from tests.client.some_days import in_a_row, keep, month, on
from vsr_client.store.kept_recording import KeptRecording

TODAY = datetime.now().astimezone().date()
EARLIER = TODAY - timedelta(days=80)


def kept() -> list[KeptRecording]:
    """A month with a rise, a day with a nasty note, and some days long before it."""
    nasty = on(TODAY - timedelta(days=5), 0.5, note="<img src=x onerror=alert(1)> =1+1")
    return [*month(TODAY), *nasty, *in_a_row(EARLIER, [[0.3, 0.5]] * 3)]


@pytest.fixture(scope="module")
def app(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """An app with a month behind it."""
    folder = tmp_path_factory.mktemp("app") / "data"
    keep(folder, PASSPHRASE, kept())
    running = start_app(folder)
    yield running
    running.stop()


def day_count(app: RunningApp, day: date) -> int:
    return int(app.call("GET", f"/api/recordings?from={day}&to={day}")["total"])


def test_a_month_at_a_glance(page: Page, look: Callable[[Page, str], None]) -> None:
    show(page, "/look-back")
    expect(page.locator(".trend-words")).to_contain_text("more positive to VSR than at its beginning")
    expect(page.get_by_text("Headache.").first).to_be_visible()
    look(page, "look-back")


def test_the_period_is_chosen_and_stays_in_the_address(page: Page) -> None:
    show(page, "/look-back")
    page.get_by_role("button", name="90 days").click()
    expect(page.get_by_role("table", name=re.compile(f"{EARLIER:%B}"))).to_be_visible()
    page.get_by_role("button", name="7 days").click()
    expect(page).to_have_url(re.compile(r"\?days=7$"))
    page.reload()
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Own period").click()
    page.get_by_label("From").fill(EARLIER.isoformat())
    page.get_by_label("to", exact=True).fill((EARLIER + timedelta(days=9)).isoformat())
    expect(page.locator(".trend-words")).to_contain_text("Too little to speak of a change: 6 recordings on 3 days")
    page.get_by_label("to", exact=True).fill((EARLIER - timedelta(days=9)).isoformat())
    expect(page.get_by_label("From")).to_be_visible()


def test_a_recording_has_the_same_hour_on_every_page(page: Page) -> None:
    """Recordings of a month in another zone: their own clock counts, in Look back, on the day, and on Teach."""
    show(page, "/look-back")
    note = page.get_by_role("region", name="Notes").locator(".note-row").first
    words, at = note.locator(".note-text").inner_text(), note.locator(".soft").inner_text()
    show(page, "/teach")
    row = page.locator(".recording").filter(has_text=words.replace("\n", " ")).first
    expect(row.locator(".recording-name")).to_have_text(at)


def test_days_are_reached_by_keyboard_and_read_out(page: Page) -> None:
    show(page, "/look-back")
    days = page.locator(".timeline .day")
    expect(days.last).to_be_visible()
    days.last.focus()
    page.keyboard.press("ArrowLeft")
    expect(days.nth(days.count() - 2)).to_be_focused()
    page.keyboard.press("Home")
    expect(days.first).to_be_focused()
    expect(days.first).to_have_accessible_name(re.compile(r"\d recordings?.*mean \d+.%"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(days.first).to_be_focused()


def test_a_table_says_the_same(page: Page, app: RunningApp) -> None:
    show(page, "/look-back")
    page.get_by_text("The same in a table").click()
    found = app.call("GET", "/api/look-back")
    table = page.get_by_role("region", name="Days in a table")
    expect(table.locator("tbody tr")).to_have_count(len(found["days"]))


def test_a_days_recordings_are_played_noted_and_deleted(page: Page, app: RunningApp) -> None:
    show(page, "/look-back")
    day = TODAY - timedelta(days=3)
    before = day_count(app, day)
    page.locator(f".month-has[data-day='{day}']").click()
    dialog = page.get_by_role("dialog", name=re.compile(f"{day.day} {day:%B}"))
    rows = dialog.locator(".recording")
    expect(rows).to_have_count(before)
    dialog.get_by_role("button", name=re.compile("^Play")).first.click()
    expect(dialog.get_by_role("button", name=re.compile("^(Pause|Play)")).first).to_be_visible()
    rows.first.get_by_role("button", name=re.compile("note")).click()
    page.get_by_label("What was going on?").fill("The day of the test.")
    page.get_by_role("button", name="Keep").click()
    expect(rows.first).to_contain_text("The day of the test.")
    rows.last.get_by_role("button", name="Delete this recording").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(rows).to_have_count(before - 1)
    assert day_count(app, day) == before - 1
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/listen\?recording="))
    page.go_back()
    expect(page.get_by_role("region", name="Notes").get_by_text("The day of the test.")).to_be_visible()


def test_the_report_opens_prints_and_downloads(page: Page, tmp_path: Path) -> None:
    show(page, "/look-back")
    page.get_by_label("Title").fill("For <Dr. Who> & me")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open", exact=True).click()
    report = opened.value
    expect(report.get_by_role("heading", level=1)).to_have_text("For <Dr. Who> & me")
    expect(report.locator("svg.timeline")).to_be_visible()
    report.screenshot(path=PICTURES / "report.png", full_page=True)
    report.pdf(path=PICTURES / "report.pdf", format="A4")
    report.close()
    page.context.add_init_script("window.print = () => { window.wasPrinted = true; };")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Print or save as PDF").click()
    opened.value.wait_for_function("window.wasPrinted === true")
    opened.value.close()
    page.get_by_role("button", name="None", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"vsr-report-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.html", download.value.suggested_filename)
    text = Path(download.value.path()).read_text()
    assert "Headache" not in text and "<script" not in text


def test_only_the_notes_that_were_chosen_are_in_a_report(page: Page) -> None:
    show(page, "/look-back")
    page.get_by_role("button", name="Choose", exact=True).click()
    card = page.get_by_role("region", name="Report")
    expect(card.get_by_role("checkbox").nth(1)).to_be_visible()
    for box in card.get_by_role("checkbox").all()[1:]:
        box.uncheck()
    kept = card.locator("label.switch").first.inner_text().splitlines()[-1]
    with page.context.expect_page() as opened:
        card.get_by_role("button", name="Open", exact=True).click()
    expect(opened.value.locator(".note")).to_have_count(1)
    expect(opened.value.locator(".note")).to_contain_text(kept)


def test_a_report_from_the_disk_loads_nothing(page: Page, tmp_path: Path, app: RunningApp) -> None:
    show(page, "/look-back")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / "report.html"
    download.value.save_as(file)
    context = page.context.browser.new_context()  # type: ignore[union-attr]
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    reader = context.new_page()
    complaints: list[str] = []
    reader.on("console", lambda message: complaints.append(message.text))
    reader.goto(file.as_uri())
    expect(reader.get_by_role("heading", level=1)).to_be_visible()
    expect(reader.get_by_text("onerror=alert(1)").first).to_be_visible()
    context.close()
    assert (asked, complaints) == ([file.as_uri()], [])


def test_everything_is_exported(page: Page, app: RunningApp) -> None:
    show(page, "/look-back")
    expect(page.get_by_text("This file is not encrypted")).to_be_visible()
    page.get_by_role("button", name="Everything").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert {"README.txt", "recordings.csv", "recordings.json"} <= set(names)
    sounds = [name for name in names if name.endswith(".wav")]
    assert len(sounds) == app.call("GET", "/api/recordings")["total"]


def test_a_phone_sees_the_whole_day(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    show(page, "/look-back")
    page.locator(".month-has").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    box = dialog.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    page.screenshot(path=PICTURES / "look-back-day-phone.png")
