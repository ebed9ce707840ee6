"""Real Chromium on a real app: `app` (one a test file, with data of its own), `page` (signed in, watched), `look`.

A test that provokes a console error names it: `watch.expect("status of 422")`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import HOW_TO_GET_ONE, find_chromium, flags, required
from tests.browser.looking import WIDE
from tests.browser.looking import look as look_at
from tests.browser.microphone import write_microphone
from tests.browser.running_app import RunningApp, start_app
from tests.browser.watching import Watch

_LEFT_OUT = "no Chromium here"
PATIENCE_MS = 20_000


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say plainly where the browser tests were left out."""
    if any(_LEFT_OUT in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])):
        terminalreporter.section("browser tests left out", yellow=True)
        terminalreporter.write_line(f"No Chromium was found, so the app's pages were not tested; {HOW_TO_GET_ONE}.")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    found = find_chromium()
    if found:
        return found
    if required():
        pytest.fail(f"VSR_BROWSER_TESTS=required, but no Chromium was found; {HOW_TO_GET_ONE}")
    pytest.skip(_LEFT_OUT)


@pytest.fixture(scope="session")
def voices_or_none() -> Path | None:
    """The folder of real recordings where it is there."""
    folder = Path(os.environ.get("VSR_VOICES") or Path(__file__).parents[3] / "shared" / "data" / "voices")
    return folder if (folder / "MANIFEST.csv").exists() else None


@pytest.fixture(scope="session")
def microphone(voices_or_none: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears."""
    return write_microphone(tmp_path_factory.mktemp("microphone") / "voice.wav", voices_or_none)


@pytest.fixture(scope="module")
def browser(chromium: Path, microphone: Path) -> Iterator[Browser]:
    """Chromium with a voice at its microphone; it ends with its file, for its event loop would be in others' way."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=flags(microphone), chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def app(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """A running app on a fresh data folder, for all tests of one file."""
    running = start_app(tmp_path_factory.mktemp("app") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, app: RunningApp) -> Any:
    """The cookie that the app's link was exchanged for."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(app.link)
        page.wait_for_selector("h1")
        return context.storage_state()


@pytest.fixture
def watch(app: RunningApp) -> Watch:
    """What the pages of this test complain about."""
    return Watch(app.url)


@pytest.fixture
def context(browser: Browser, app: RunningApp, signed_in: Any, watch: Watch) -> Iterator[BrowserContext]:
    """A signed-in window; afterwards the test fails where a page complained or spoke to somebody else."""
    context = browser.new_context(
        storage_state=signed_in,
        base_url=app.url,
        viewport=WIDE,  # type: ignore[arg-type]
        reduced_motion="reduce",
        locale="en-GB",
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    watch.over(context)
    yield context
    context.close()
    watch.assert_quiet()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty tab: `page.goto("/teach")`."""
    return context.new_page()


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """`look(page, "teach")`: accessible and fitting in light, dark and on a phone; pictures under build/browser."""
    return look_at
