"""What happens while taking part, line by line as it happens."""

from collections.abc import Callable
from datetime import UTC, datetime

import typer

from vsr_shared.federation.events import Event, to_json_line


def printer(as_json: bool) -> Callable[[Event], None]:
    """Return what prints an event: a sentence, or one JSON object a line."""

    def tell(event: Event) -> None:
        now = datetime.now(UTC)
        typer.echo(
            to_json_line(event, now.isoformat()) if as_json else f"{now.astimezone():%H:%M:%S} {event.sentence()}"
        )

    return tell
