"""Which recordings a person is looking for."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from vsr_client.store.kept_recording import KeptRecording

Label = Literal["all", "labelled", "unlabelled", "positive", "negative"]


def selected(
    recordings: Sequence[KeptRecording], label: Label, first: date | None, last: date | None, words: str
) -> list[KeptRecording]:
    """Return the recordings with `label`, made from day `first` to `last` where they were made, with all `words`."""
    wanted = words.casefold().split()
    return [
        one
        for one in recordings
        if _labelled(one, label)
        and (first is None or one.recorded.date() >= first)
        and (last is None or one.recorded.date() <= last)
        and all(word in f"{one.name}\n{one.note}\n{one.emotion or ''}".casefold() for word in wanted)
    ]


def _labelled(recording: KeptRecording, label: Label) -> bool:
    if label == "labelled":
        return recording.polarity is not None
    if label == "unlabelled":
        return recording.polarity is None
    return label in {"all", recording.polarity}
