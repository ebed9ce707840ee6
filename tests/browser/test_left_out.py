"""Where there is no Chromium, the browser tests are left out and say so; where they are required, they fail."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
TEST = "tests/browser/test_shell.py::test_back_and_forward_go_where_one_was"


def run(**environment: str) -> "subprocess.CompletedProcess[str]":
    """Run one browser test on a machine without a browser."""
    given = {name: value for name, value in os.environ.items() if name != "VSR_BROWSER_TESTS"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", TEST],
        cwd=REPOSITORY,
        env={**given, "VSR_CHROMIUM": "none", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_is_said_plainly_what_was_left_out() -> None:
    done = run()
    assert done.returncode == 0
    assert "1 skipped" in done.stdout
    assert "the app's pages were not tested" in done.stdout
    assert "apt-get install chromium" in done.stdout


def test_where_they_are_required_they_fail() -> None:
    done = run(VSR_BROWSER_TESTS="required")
    assert done.returncode == 1
    assert "no Chromium was found" in done.stdout
