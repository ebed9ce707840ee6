"""The job `train`: learn from everything the person labelled, with progress that the page shows."""

import math
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from vsr_client.person import Person
from vsr_client.work.job import Cancelled
from vsr_client.work.kinds import Say
from vsr_shared.metrics import Scores

if TYPE_CHECKING:
    from vsr_client.teaching import Progress

_STAGES: Final = {
    "hearing": ("hearing your recordings as the newer base does", 0.0, 0.2),
    "judging": ("judging each of your recordings while it is kept out of training", 0.0, 0.6),
    "learning": ("learning from all of them", 0.6, 1.0),
}
"""What each stage says, and from where to where it takes the progress."""


def train(person: Person, say: Say, stop: Event) -> dict[str, Any]:
    """Train a personal head; return before, after and whether it is in use. Raises what `train_personal` raises."""
    from vsr_client.teaching import train_personal

    def on_progress(progress: "Progress") -> None:
        if stop.is_set():
            raise Cancelled
        says, first, last = _STAGES[progress.stage]
        say(says, first + (last - first) * progress.done / max(progress.total, 1))

    say("looking at your recordings", 0.0)
    head = train_personal(person, on_progress=on_progress)
    return {
        "head": head.id,
        "kept": head.kept,
        "recordings": head.recordings,
        "before": scores_json(head.before),
        "after": scores_json(head.after),
    }


def scores_json(scores: Scores) -> dict[str, float | int | None]:
    """Return `scores` for JSON, which has no NaN."""
    return {name: None if math.isnan(value) else value for name, value in vars(scores).items()}
