"""Recordings as rows for spreadsheets and as objects for programs."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from vsr_client.store.kept_recording import KeptRecording

COLUMNS: Final = (
    "id",
    "recorded",
    "day",
    "source",
    "name",
    "seconds",
    "sounds_positive_to_vsr",
    "you_said",
    "you_said_emotion",
    "you_said_when",
    "note",
    "text_read",
    "base",
    "head",
    "peak",
    "rms_dbfs",
    "clipped",
    "device",
    "sample_rate",
    "file",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def row(recording: "KeptRecording", file: str) -> list[str]:
    """Return the cells of `recording` under COLUMNS; `file` is where its audio lies, "" where there is none."""
    said, levels, capture = recording.said, recording.levels, recording.capture
    return [
        recording.id,
        recording.recorded.isoformat(),
        recording.recorded.date().isoformat(),
        recording.source,
        harmless(recording.name),
        f"{recording.seconds:.3f}",
        f"{said.positive:.6f}" if said else "",
        str(recording.polarity or ""),
        str(recording.emotion or ""),
        recording.labelled.isoformat() if recording.labelled else "",
        harmless(recording.note),
        harmless(recording.text),
        harmless(said.base) if said else "",
        harmless(said.head) if said else "",
        f"{levels.peak:.6f}" if levels else "",
        f"{levels.rms_dbfs:.2f}" if levels else "",
        f"{levels.clipped:.6f}" if levels else "",
        harmless(capture.device) if capture else "",
        str(capture.sample_rate) if capture else "",
        file,
    ]


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula: an apostrophe goes before what looks like one.

    Formula injection, OWASP "CSV Injection": names of files and notes may come from elsewhere.
    """
    # Some programs trim before they look.
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def fields(recording: "KeptRecording", file: str) -> dict[str, Any]:
    """Return everything about `recording` for JSON."""
    said = recording.said
    return {
        "id": recording.id,
        "recorded": recording.recorded.isoformat(),
        "source": recording.source,
        "name": recording.name,
        "seconds": round(recording.seconds, 3),
        "file": file or None,
        "capture": vars(recording.capture) if recording.capture else None,
        "levels": vars(recording.levels) if recording.levels else None,
        "text": recording.text,
        "you_said": {
            "polarity": recording.polarity,
            "emotion": recording.emotion,
            "when": recording.labelled.isoformat() if recording.labelled else None,
        },
        "note": recording.note,
        "vsr_said": {
            "base": said.base,
            "head": said.head,
            "positive": said.positive,
            "segments": [vars(segment) for segment in said.segments],
        }
        if said
        else None,
    }
