"""What a person may take away: a report of a period, and an export of everything in it."""

from collections.abc import Iterator
from datetime import date, datetime
from math import isnan

from vsr_client.look_back.accuracy import base_words, head_words
from vsr_client.look_back.days import within
from vsr_client.look_back.export import HeadFile, export
from vsr_client.look_back.period import Period, look_back
from vsr_client.look_back.report import Choices, Judge, report
from vsr_client.person import Person
from vsr_client.store.heads import Head
from vsr_client.worth import worth_of
from vsr_shared.errors import UsageError


def period_of(person: Person, first: date | None, last: date | None, default_days: int | None = None) -> Period:
    """Return what the days from `first` to `last` hold.

    Without `last`, until today or the newest recording; without `first`, the last `default_days`, or from the oldest
    recording on. UsageError where `first` comes after `last`.
    """
    recordings = person.recordings.all()
    newest = max((one.recorded.date() for one in recordings), default=date.min)
    last = last or max(newest, _now().date())
    if first is None and default_days:
        first = date.fromordinal(max(1, last.toordinal() - default_days + 1))
    first = first or min((one.recorded.date() for one in recordings), default=last)
    if first > last:
        raise UsageError(f"the period would begin on {first} and end before, on {last}; exchange the two")
    return look_back(recordings, first, last)


def report_of(person: Person, period: Period, choices: Choices) -> str:
    """Return the report of `period` as HTML."""
    return report(period, judge_of(person, period), _now(), choices)


def export_of(person: Person, first: date | None, last: date | None) -> Iterator[bytes]:
    """Yield a ZIP of the recordings of those days (all, where neither is given) and of every personal head."""
    kept = person.recordings
    chosen = within(kept.all(), first or date.min, last or date.max)
    heads = [_file_of(person, head) for head in person.heads.all()]
    return export(sorted(chosen, key=lambda one: one.recorded), kept.audio, heads, _now())


def judge_of(person: Person, period: Period) -> Judge:
    """Return who judged the recordings of `period`, and how often that was right where it was measured."""
    base = person.base.id
    head = person.heads.in_use(base)
    words = base_words(worth_of(base))
    said = [one.said for one in period.recordings if one.said]
    own = sum(one.head.startswith("personal") for one in said)
    if others := sum(one.base != base for one in said):
        words.append(f"{others} of the {len(said)} recordings were judged by another model, not described here.")
    if own:
        words.append(f"{own} of the {len(said)} recordings were judged with what VSR had learnt from this voice.")
    if own and head and not isnan(head.before.uar) and not isnan(head.after.uar):
        words.append(head_words(head.recordings, head.before.uar, head.after.uar))
    return Judge(f"VSR, with the model {base}.", words)


def _file_of(person: Person, head: Head) -> HeadFile:
    return HeadFile(f"{head.made:%Y-%m-%d}_{head.id[:8]}.safetensors", lambda: person.heads.export(head.id))


def _now() -> datetime:
    return datetime.now().astimezone()
