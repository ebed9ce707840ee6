"""Which Chromium the browser tests use, and how it is kept off the network."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HOW_TO_GET_ONE = (
    "install one (Debian and Ubuntu: `apt-get install chromium`; anywhere: `python -m playwright install chromium`) "
    "or name one with VSR_CHROMIUM"
)


def find_chromium() -> Path | None:
    """Return the Chromium that VSR_CHROMIUM names ("none": use none), the system's or Playwright's own, else None."""
    named = os.environ.get("VSR_CHROMIUM")
    if named:
        return None if named == "none" else Path(named)
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else _playwrights_own()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def required() -> bool:
    """Say whether a missing Chromium is a failure."""
    return os.environ.get("VSR_BROWSER_TESTS") == "required"


def flags(microphone: Path) -> list[str]:
    """Return the command line: a microphone that plays the WAV `microphone`, and no word to anybody else's hosts."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--disable-quic",
        "--no-first-run",
        "--no-pings",
        "--disable-gpu",
        "--autoplay-policy=no-user-gesture-required",
    ]
