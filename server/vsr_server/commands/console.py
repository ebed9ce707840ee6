"""What the server's commands say, and how they end."""

import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import typer

from vsr_shared.federation.events import Event, to_json_line


def printer(as_json: bool) -> Callable[[Event], None]:
    """Return what prints an event: a sentence, or a line of JSON."""

    def show(event: Event) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        typer.echo(to_json_line(event, at) if as_json else event.sentence())
        sys.stdout.flush()

    return show


def end_on_sigterm() -> None:
    """Unwind and end with 143 at SIGTERM, so that children and files are left in order."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
