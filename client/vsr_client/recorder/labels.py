"""What a person says of a recording, brought into agreement with itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vsr_client.store.kept_recording import KeptRecording
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import UsageError


def labelled(recording: KeptRecording, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the fields of `recording` to change when the person gives `polarity`, `emotion` or `note`.

    An emotion implies its polarity; a polarity that does not fit the emotion from before takes that away, and no
    polarity takes both away. UsageError where the two given at once contradict each other.
    """
    fields: dict[str, Any] = {}
    if "note" in given:
        fields["note"] = given["note"] or ""
    if not given.keys() & {"polarity", "emotion"}:
        return fields
    emotion: Emotion | None = given.get("emotion", recording.emotion)
    polarity: Polarity | None = given.get("polarity", emotion.polarity if emotion else recording.polarity)
    if emotion and emotion.polarity is not polarity:
        if given.get("emotion") and "polarity" in given:
            raise UsageError(f"{emotion} counts as {emotion.polarity}, not as {polarity}; choose one of the two")
        emotion = None
    when = None if polarity is None else now
    return {**fields, "polarity": polarity, "emotion": emotion, "labelled": when}
