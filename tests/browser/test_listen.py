"""Listen: what a person says is heard, shown, explained and corrected; nothing they bring is too strange to answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import show, wait_for_half_seconds
from tests.browser.people import clips
from tests.browser.running_app import RunningApp
from tests.browser.watching import Watch

Look = Callable[[Page, str], None]


def record(page: Page) -> None:
    """Record two seconds of what the microphone plays, as a person does; afterwards the result is there."""
    page.get_by_role("button", name="Record", exact=True).click()
    wait_for_half_seconds(page, 4)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.locator(".result .verdict").wait_for()


def recording_of(page: Page) -> str:
    """Return the id of the recording that the page shows."""
    return page.url.partition("recording=")[2]


def test_a_first_visit_says_what_this_is_and_what_it_is_not(page: Page, app: RunningApp) -> None:
    assert app.call("GET", "/api/state")["counts"]["recordings"] == 0
    show(page, "/")
    welcome = page.get_by_role("region", name="Welcome")
    expect(welcome).to_contain_text("stays on this machine")
    expect(welcome).to_contain_text("diagnoses nothing")
    expect(welcome.get_by_role("listitem")).to_have_count(3)


def test_what_is_recorded_is_heard_and_shown(page: Page, app: RunningApp, look: Look) -> None:
    show(page, "/listen")
    record(page)
    result = page.locator(".result")
    expect(result.get_by_role("heading", level=2)).to_contain_text("VSR")
    expect(result.get_by_role("img", name="On a scale from negative to positive")).to_be_visible()
    expect(result.locator(".wave-figure figcaption")).to_contain_text("Wave of")
    expect(result.get_by_role("img", name="Spectrogram of seconds 0").first).to_be_visible()
    look(page, "listen-result")

    kept = app.call("GET", f"/api/recordings/{recording_of(page)}")
    assert kept["source"] == "microphone"
    assert kept["seconds"] > 1.9
    assert kept["levels"]["peak"] > 0.05, "what the microphone played did not arrive"
    assert page.locator(".recorder").evaluate("card => card.style.getPropertyValue('--level')") == "0", "still pulses"
    granted = kept["capture"]
    assert granted["device"]
    assert (granted["echo_cancellation"], granted["noise_suppression"], granted["auto_gain"]) == (False, False, False)


def test_recording_looks_right_while_it_goes_on(page: Page, look: Look) -> None:
    show(page, "/listen")
    page.get_by_role("button", name="Record", exact=True).click()
    wait_for_half_seconds(page, 3)
    look(page, "listen-recording")
    with page.expect_response(lambda response: response.request.method == "DELETE"):
        page.get_by_role("button", name="Throw away").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()


def test_the_keyboard_alone_records(page: Page) -> None:
    show(page, "/listen")
    page.get_by_role("button", name="Record", exact=True).focus()
    page.keyboard.press("Enter")
    wait_for_half_seconds(page, 4)
    expect(page.locator(".record")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".result h2").first).to_be_focused()


def test_a_recording_is_played_and_sought_by_keyboard(page: Page) -> None:
    show(page, "/listen")
    record(page)
    slider = page.get_by_role("slider", name="Place in the recording")
    slider.focus()
    page.keyboard.press("End")
    ended = float(slider.get_attribute("aria-valuenow") or 0)
    assert ended > 1.5
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    result = page.locator(".result")
    result.get_by_role("button", name="Play the recording").click()
    result.get_by_role("button", name="Pause the recording").wait_for()
    expect(slider).not_to_have_attribute("aria-valuenow", "0")


def test_it_says_what_would_change_its_mind(page: Page, look: Look) -> None:
    show(page, "/listen")
    record(page)
    page.get_by_role("button", name="What would change its mind?").click()
    sees = page.get_by_role("region", name="What VSR sees")
    expect(sees.locator(".notice")).to_contain_text("VSR")
    expect(sees.locator("canvas").first).to_be_visible()
    look(page, "listen-why")


def test_a_correction_an_emotion_and_a_note_are_kept(page: Page, app: RunningApp) -> None:
    show(page, "/listen")
    record(page)
    feedback = page.get_by_role("region", name="Is VSR right?")
    feedback.get_by_role("button", name="negative").or_(feedback.get_by_role("button", name="That’s wrong")).click()
    expect(feedback.get_by_role("heading")).to_contain_text("You said")
    chip = feedback.locator(".chip").first
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    feedback.get_by_label("A note for yourself").fill("After a long day")
    page.keyboard.press("Tab")
    expect(page.locator("#toasts")).to_contain_text("Note kept")

    kept = app.call("GET", f"/api/recordings/{recording_of(page)}")
    assert kept["polarity"] in {"positive", "negative"}
    assert kept["emotion"] == (chip.inner_text().strip("✓ ").lower())
    assert kept["note"] == "After a long day"
    page.reload()
    expect(page.get_by_label("A note for yourself")).to_have_value("After a long day")
    expect(feedback.locator(".chip[aria-pressed=true]")).to_have_count(1)


def test_a_countdown_can_be_cancelled(page: Page, app: RunningApp) -> None:
    before = app.call("GET", "/api/state")
    show(page, "/listen")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    page.wait_for_timeout(3000)
    after = app.call("GET", "/api/state")
    assert after["counts"] == before["counts"]
    assert after["unfinished"] == []


def test_leaving_the_page_keeps_what_was_said(page: Page, app: RunningApp) -> None:
    before = app.call("GET", "/api/recordings")["total"]
    show(page, "/listen")
    page.get_by_role("button", name="Record", exact=True).click()
    wait_for_half_seconds(page, 4)
    page.get_by_role("link", name="Teach", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Your recording was kept")
    assert app.call("GET", "/api/recordings")["total"] == before + 1


def test_several_files_are_heard_and_each_has_its_own_problem(
    page: Page, voices: Path, tmp_path: Path, watch: Watch, look: Look
) -> None:
    watch.expect("status of 422")
    letter = tmp_path / "letter.wav"
    letter.write_text("Dear diary, this is no recording.")
    files = [*clips(voices).positive[:2], letter]
    show(page, "/listen")
    page.get_by_label("Recordings from this machine").set_input_files(files)
    rows = page.locator(".upload")
    expect(rows).to_have_count(3)
    expect(rows.get_by_role("link", name="Show")).to_have_count(2)
    problem = rows.filter(has_text="letter.wav")
    expect(problem).to_contain_text("Not heard")
    expect(problem.locator(".upload-problem")).not_to_be_empty()
    look(page, "listen-files")
    rows.get_by_role("link", name="Show").first.click()
    expect(page.locator(".result .verdict")).to_be_visible()


def test_a_dropped_file_is_heard(page: Page, voices: Path) -> None:
    show(page, "/listen")
    data = list(clips(voices).negative[0].read_bytes())
    transfer = page.evaluate_handle(
        "(bytes) => { const given = new DataTransfer();"
        " given.items.add(new File([new Uint8Array(bytes)], 'dropped.flac')); return given; }",
        data,
    )
    page.dispatch_event("h1", "drop", {"dataTransfer": transfer})
    expect(page.locator(".result")).to_contain_text("dropped.flac")


def test_without_a_microphone_it_says_what_to_do(page: Page) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"
    )
    show(page, "/listen")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="No microphone was found")).to_be_visible()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_enabled()


@pytest.mark.parametrize(("level", "kind"), [(1.0, "loud"), (0.0, "silent"), (0.01, "low"), (0.3, "good")], ids=str)
def test_the_level_is_told_in_kind_words(page: Page, level: float, kind: str) -> None:
    show(page, "/listen")
    found = page.evaluate(
        """async (level) => {
            const { LevelHints } = await import("/js/parts/level_hints.js");
            const hints = new LevelHints(48000);
            const block = Float32Array.from({ length: 4800 }, (_, at) => level * Math.sin(at / 7));
            let said;
            for (let tenth = 0; tenth < 40; tenth++) said = hints.add(block);
            return said;
        }""",
        level,
    )
    assert found["kind"] == kind
    assert found["hint"].endswith((".", "?"))


def test_texts_to_read_come_in_several_languages(page: Page) -> None:
    show(page, "/listen")
    choice = page.get_by_label("Language of the text to read")
    text = page.locator(".reading-text")
    expect(text).not_to_be_empty()
    assert choice.locator("option").count() >= 5
    first = text.inner_text()
    page.get_by_role("button", name="Another text").click()
    expect(text).not_to_have_text(first)
    choice.select_option("de")
    expect(text).to_have_attribute("lang", "de")
    choice.select_option("")
    expect(page.get_by_role("button", name="Another text")).to_be_hidden()


def test_a_recording_that_is_gone_is_said_so(page: Page, watch: Watch) -> None:
    watch.expect("status of 404")
    show(page, "/listen?recording=" + "0" * 32)
    expect(page.locator(".notice-care")).to_be_visible()


def test_a_deleted_recording_is_gone(page: Page, app: RunningApp) -> None:
    show(page, "/listen")
    record(page)
    gone = recording_of(page)
    page.locator(".result").get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".result")).to_have_count(0)
    assert gone not in [item["id"] for item in app.call("GET", "/api/recordings?limit=500")["items"]]
