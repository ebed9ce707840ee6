"""The worker's job behind "show my exact next update"."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from vsr_client.person import Person
from vsr_client.teaching import newest_start
from vsr_client.together.kept_next import keep_next
from vsr_client.together.next_update import NextUpdate, next_update
from vsr_shared.errors import UsageError


def preview(person: Person, say: Callable[[str], object], stop: threading.Event) -> dict[str, Any] | None:
    """Make the preview of the person's next update and keep it, sealed, for the page: the worker's job.

    Returns what the page shows; None where `stop` came first. Raises UsageError where nothing can be learnt from.
    """
    from vsr_client.participant import PersonParticipant

    if not any(recording.polarity for recording in person.recordings.all()):
        raise UsageError("nothing is labelled yet; say of a recording or two whether VSR was right")
    say("learning from your labelled recordings, as in a round")
    found = next_update(PersonParticipant(person), newest_start(person), person.ledger.all())
    if stop.is_set():
        return None
    picture = picture_of(found, datetime.now(UTC))
    keep_next(person.data_dir, person.key, picture, found.payload)
    return {"sha256": found.sha256}


def picture_of(update: NextUpdate, made: datetime) -> dict[str, Any]:
    """Return what JSON can say of `update`: everything but the bytes themselves."""
    found = asdict(update) | {"sha256": update.sha256, "bytes": len(update.payload), "made": made.isoformat()}
    del found["payload"]
    return found
