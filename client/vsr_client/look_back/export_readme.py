"""The page that lies in an export and explains it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vsr_client.store.kept_recording import KeptRecording

_TEXT = """VSR export
==========
Made on {made}. {what}

THIS FILE IS NOT ENCRYPTED. On your machine VSR keeps your recordings encrypted; here anybody who opens the file can
hear and read everything. Keep it where you would keep a diary. To move VSR to another machine, use Settings, Backup
instead: a backup is encrypted.

recordings/
    The sound of each recording, exactly as VSR kept it. The name is the local time at which it was recorded, then
    the first eight signs of its id.

recordings.csv
    One line a recording, for a spreadsheet (UTF-8, commas).
        recorded, day           when, in local time with its offset from UTC; the day it counts for
        seconds                 length
        sounds_positive_to_vsr  what VSR guessed: 0 sounds negative, 1 sounds positive. Calm and neutral count as
                                positive. It is a guess and often wrong; near 0.5 it says nothing
        you_said, you_said_emotion, you_said_when, note
                                your own words, where you gave any
        text_read               the sample text that was read, where one was
        base, head              which model guessed
        peak, rms_dbfs, clipped how loud: largest sample (0 to 1), level below full scale in dB, share of samples
                                that were too loud
        device, sample_rate     the microphone as the browser named it, and its samples a second
        file                    where the sound lies in this ZIP
    An apostrophe before a text that begins like a formula was put there by VSR, so that no spreadsheet runs it.

recordings.json
    The same and more (each four-second segment, the microphone's settings), for programs.

personal-head/
    What VSR learnt from your labels, if you taught it: numbers in the safetensors format (no code in it), readable
    with the Python package `safetensors`. Its metadata say for which base it is and how good it was. Treat it like
    your recordings: such numbers can give away something about the voice they learnt from.

What VSR is not: a medical device or a diagnosis. What its numbers mean for you, you know best.
"""


def readme(recordings: "Sequence[KeptRecording]", made: datetime) -> str:
    """Return the text for an export of `recordings`, made at `made`."""
    if not recordings:
        return _TEXT.format(made=_moment(made), what="There were no recordings in the period you chose.")
    times = [recording.recorded for recording in recordings]
    first, last = min(times).date(), max(times).date()
    number = f"{len(times)} recordings" if len(times) > 1 else "1 recording"
    return _TEXT.format(made=_moment(made), what=f"It holds {number} from {first} to {last}.")


def _moment(made: datetime) -> str:
    return f"{made:%Y-%m-%d} at {made:%H:%M}"
