"""What happens on either side of a federation, told as it happens.

Each room has its own events, frozen dataclasses below `Event`; here is how any of them becomes a line.
"""

import json
import re
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Event:
    """Something that happened. Its fields are numbers, names and flat lists or maps of these."""

    def sentence(self) -> str:
        """The event in words for a person."""
        fields = ", ".join(f"{name} {value}" for name, value in asdict(self).items())
        return f"{event_name(self).replace('_', ' ')}: {fields}" if fields else event_name(self).replace("_", " ")


def event_name(event: Event) -> str:
    """Name of an event's kind in JSON: `RoundDone` is `round_done`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def to_json_line(event: Event, at: str) -> str:
    """One line of JSON: the event's name, when it happened (`at`, ISO 8601), its fields, and it all in words."""
    return json.dumps({"event": event_name(event), "at": at} | asdict(event) | {"sentence": event.sentence()})
