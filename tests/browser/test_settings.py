"""Settings: what a person can choose, see and end."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import show
from tests.browser.running_app import PASSPHRASE, RunningApp, start_app
from tests.browser.watching import Watch

Look = Callable[[Page, str], None]


def test_everything_is_there_and_readable(page: Page, look: Look, app: RunningApp, voices: Path) -> None:
    app.upload(voices / "ravdess" / "03-01-05-01-01-01-17.flac")
    show(page, "/settings")
    heads = [
        "Microphone",
        "Reading and help",
        "What is kept",
        "Passphrase and key",
        "Backup",
        "Delete everything",
        "About",
    ]
    expect(page.get_by_role("heading", level=2)).to_have_text(heads)
    expect(page.get_by_text("for 1 recording")).to_be_visible()
    expect(page.get_by_text("judged right")).to_be_visible()
    look(page, "settings")
    for summary in page.locator("summary").all():
        summary.click()
    look(page, "settings-open")


def test_the_microphone_is_chosen_tried_and_remembered(page: Page, app: RunningApp) -> None:
    page.context.grant_permissions(["microphone"])
    show(page, "/settings")
    allow = page.get_by_role("button", name="Show my microphones")
    choice = page.get_by_label("Microphone for recordings")
    expect(allow.or_(choice).first).to_be_visible()
    if allow.is_visible():
        allow.click()
    expect(choice.locator("option").nth(1)).to_be_attached()
    names = choice.locator("option").all_inner_texts()
    assert len(names) >= 2, names
    choice.select_option(index=1)
    expect(page.locator("#toasts")).to_contain_text("VSR uses this microphone from now on")
    assert app.call("GET", "/api/preferences")["microphone_label"] == names[1]
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("VSR hears you")).to_be_visible(timeout=60_000)
    show(page, "/settings")
    expect(choice.locator("option:checked")).to_have_text(names[1])


def test_language_country_and_sound_are_remembered(page: Page, app: RunningApp) -> None:
    show(page, "/settings")
    page.get_by_label("Language of the texts to read aloud").select_option("en")
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    page.get_by_label("Your country").select_option(label="Poland")
    page.get_by_label("Keep the sound of new recordings").uncheck()
    page.wait_for_timeout(300)
    chosen = app.call("GET", "/api/preferences")
    assert (chosen["text_language"], chosen["country"], chosen["keep_audio"]) == ("en", "PL", False)
    app.call("PATCH", "/api/preferences", {"keep_audio": True})


def test_a_new_passphrase_is_typed_twice(page: Page, watch: Watch) -> None:
    watch.expect("status of 403")
    show(page, "/settings")
    page.get_by_text("Change the passphrase").click()
    form = page.locator("form").filter(has=page.get_by_role("button", name="Change passphrase"))
    old, first, second = (form.locator("input").nth(number) for number in range(3))
    old.fill("not it at all")
    first.fill("one more river to cross")
    second.fill("one more river")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_contain_text("not the same")
    second.fill("one more river to cross")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_contain_text("does not open your data")
    old.fill(PASSPHRASE)
    form.get_by_role("button").click()
    expect(page.locator("#toasts")).to_contain_text("Your new passphrase holds from now on")


def test_a_backup_is_saved_everything_is_deleted_and_the_app_begins_anew(
    page: Page, look: Look, app: RunningApp, watch: Watch
) -> None:
    watch.expect("status of 423")
    show(page, "/settings")
    page.get_by_text("Save a backup", exact=True).first.click()
    form = page.locator("form").filter(has=page.get_by_role("button", name="Save a backup"))
    form.locator("input").nth(0).fill("words for a backup")
    form.locator("input").nth(1).fill("words for a backup")
    with page.expect_download() as saved:
        form.get_by_role("button").click()
    backup = Path(saved.value.path())
    assert saved.value.suggested_filename.endswith(".vsrbackup")
    assert backup.stat().st_size > 20_000

    page.get_by_role("button", name="Delete everything…").click()
    dialog = page.get_by_role("dialog")
    go = dialog.get_by_role("button", name="Delete everything")
    expect(go).to_be_disabled()
    dialog.get_by_role("textbox").fill("forget everything")
    look(page, "settings-forget")
    go.click()
    expect(page.get_by_text("passphrase").first).to_be_visible()
    state = app.call("GET", "/api/state")
    assert (state["new"], state["locked"]) == (True, True)


def test_a_lost_passphrase_is_no_dead_end(browser: Browser, tmp_path: Path, look: Look) -> None:
    first = start_app(tmp_path / "data")
    first.call("PATCH", "/api/preferences", {"country": "PL"})
    first.stop()
    app = start_app(tmp_path / "data", passphrase=None)
    try:
        with browser.new_context(reduced_motion="reduce") as context:
            page = context.new_page()
            page.goto(app.link)
            page.get_by_text("Passphrase lost?").click()
            look(page, "unlock-lost")
            page.get_by_role("button", name="Delete everything…").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_role("textbox").fill("Forget everything")
            dialog.get_by_role("button", name="Delete everything").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Choose a passphrase")
        assert app.call("GET", "/api/state")["new"] is True
    finally:
        app.stop()
