"""`vsr history` and `vsr forget`: what is kept, and no longer keeping it."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vsr_client.person import Person
from vsr_client.settings import DataDir
from vsr_client.store.data_key import has_data_key
from vsr_shared.errors import UnknownRecording, UsageError

if TYPE_CHECKING:
    from vsr_client.store.heads import Head
    from vsr_client.store.recordings import KeptRecording

_SHORT = 8
"""Digits of an id that are printed, and the fewest that are taken."""


def history(
    data_dir: DataDir,
    heads: Annotated[bool, typer.Option("--heads", help="The personal heads instead of the recordings.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many at most, the newest first.")] = 50,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List your recordings, or your personal heads, newest first."""
    person = Person(data_dir)
    if not has_data_key(data_dir):
        if not json_lines:
            typer.echo("Nothing is kept here yet; record with `vsr` or teach with `vsr train`.")
        return
    kept: list[Any] = person.heads.all() if heads else person.recordings.all()
    for one in kept[:limit]:
        if json_lines:
            typer.echo(json.dumps(asdict(one), default=datetime.isoformat, ensure_ascii=False))
        else:
            typer.echo(head_line(one) if heads else recording_line(one))
    if not json_lines and len(kept) > limit:
        typer.echo(f"… and {len(kept) - limit} older ones; --limit shows more")
    person.close()


def forget(
    data_dir: DataDir,
    ids: Annotated[
        list[str] | None, typer.Argument(help="Recordings or heads as `vsr history` names them.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="All that is personal, the key first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Delete recordings, personal heads, or everything. Their keys are destroyed: nobody gets them back."""
    if bool(ids) == everything:
        raise UsageError("name what to forget (`vsr history` lists it), or say --everything")
    if everything:
        _forget_everything(data_dir, yes)
        return
    person = Person(data_dir)
    if not has_data_key(data_dir):
        raise UnknownRecording("nothing is kept here; check --data-dir")
    recordings = [one.id for one in person.recordings.all()]
    heads = [one.id for one in person.heads.all()]
    for name in [_whole(one, [*recordings, *heads]) for one in ids or []]:
        if name in recordings:
            person.recordings.delete(name)
        else:
            person.heads.delete(name)
        typer.echo(f"forgotten: {name[:_SHORT]}")
    person.close()


def recording_line(one: "KeptRecording") -> str:
    """Return one line for people: id, time, length, what VSR said, the label, name and note."""
    said = f"{one.said.positive:4.0%} positive" if one.said else " " * 13
    label = str(one.emotion or one.polarity or "")
    words = "  ".join(word for word in (one.name, one.note) if word)
    return (
        f"{one.id[:_SHORT]}  {one.recorded:%Y-%m-%d %H:%M}  {one.seconds:6.1f} s  {said}  {label:9}  {words}".rstrip()
    )


def head_line(one: "Head") -> str:
    """Return one line for people: id, time, how many recordings, and likelihood before and after."""
    verdict = "better" if one.kept else "not better"
    figures = f"surprise {one.before.nll:.3f} before, {one.after.nll:.3f} after: {verdict}"
    return f"{one.id[:_SHORT]}  {one.made:%Y-%m-%d %H:%M}  {one.recordings:4} recordings  {figures}"


def _whole(beginning: str, ids: list[str]) -> str:
    found = [one for one in ids if len(beginning) >= _SHORT and one.startswith(beginning)]
    if len(found) != 1:
        problem = "several begin" if found else "nothing here begins"
        raise UnknownRecording(
            f"{problem} with {beginning!r}; give {_SHORT} digits or more, as `vsr history` shows them"
        )
    return found[0]


def _forget_everything(data_dir: DataDir, yes: bool) -> None:
    from vsr_client.commands.alone import alone
    from vsr_client.store.unfinished_work import forget_all

    if not yes:
        typer.confirm(f"Delete every recording, label, head and key in {data_dir}? Nobody gets them back.", abort=True)
    if not data_dir.exists():
        return
    with alone(data_dir):
        forget_all(data_dir)
    typer.echo("Everything is forgotten: the key first, then what it opened.")
