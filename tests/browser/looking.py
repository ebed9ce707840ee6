"""Looking at a page as three people do: in daylight, at night, and on a phone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PICTURES = Path(__file__).parents[2] / "build" / "browser"
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 375, "height": 780}
NARROWEST = {"width": 320, "height": 700}
RULES = {"resultTypes": ["violations"]}


def show(page: Page, address: str) -> None:
    """Go to `address` and wait until its page has shown itself."""
    page.goto(address)
    page.wait_for_selector("main[data-shown]")


def wait_for_half_seconds(page: Page, number: int) -> None:
    """Wait until the app has taken `number` half seconds of what is being recorded, however slow the machine is."""
    with page.expect_response(lambda response: f"/samples?n={number - 1}" in response.url):
        pass


def look(page: Page, name: str) -> None:
    """Check accessibility and width of `page` as it stands, light, dark and small; keep pictures of each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme, size, kind in (("light", WIDE, "light"), ("dark", WIDE, "dark"), ("light", PHONE, "phone")):
        with seen(page, scheme, size):
            page.screenshot(path=PICTURES / f"{name}-{kind}.png", full_page=True)
            assert_accessible(page, f"{name}, {kind}")
    with seen(page, "light", NARROWEST):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide} px on a window of {NARROWEST['width']} px"


def assert_accessible(page: Page, what: str) -> None:
    """Fail where axe finds a violation of any of its rules."""
    found = Axe().run(page, options=RULES).response["violations"]
    lines = [
        f"{rule['id']}: {rule['help']}\n    {node['target']} {node['html'][:160]}\n    {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
    assert not lines, f"{what}: not accessible\n" + "\n".join(lines)


@contextmanager
def seen(page: Page, scheme: str, size: dict[str, int]) -> Iterator[None]:
    """Show `page` in a scheme ("light", "dark") and size, then as it was."""
    before = page.viewport_size
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(size)  # type: ignore[arg-type]
    # What is drawn when it comes into view comes into view, and canvases get their frames.
    page.evaluate(
        """async () => {
            const frames = (ms) => new Promise((done) => requestAnimationFrame(() => setTimeout(done, ms)));
            scrollTo(0, document.documentElement.scrollHeight);
            await frames(250);
            scrollTo(0, 0);
            await frames(150);
        }"""
    )
    yield
    if before:
        page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
