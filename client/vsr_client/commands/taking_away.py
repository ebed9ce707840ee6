"""`vsr report` and `vsr export`."""

import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from vsr_client.settings import BasePath, DataDir, Offline
from vsr_shared.errors import UsageError

From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.", show_default="all")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")]
Replace = Annotated[bool, typer.Option("--replace", help="Write over a file of that name.")]


def report(
    file: Annotated[Path, typer.Argument(help="Where to write it, as HTML; print it to get a PDF.")],
    data_dir: DataDir,
    first: From = None,
    last: To = None,
    notes: Annotated[bool, typer.Option(help="Put your notes into it.")] = True,
    title: Annotated[str, typer.Option(help="Its title.", show_default=False)] = "",
    replace: Replace = False,
    base: BasePath = None,
    offline: Offline = False,
) -> None:
    """Write a report of a period, to keep or to bring to somebody you trust."""
    from vsr_client.keepsakes import period_of, report_of
    from vsr_client.look_back.report import Choices
    from vsr_client.person import Person

    _check(file, replace)
    person = Person(data_dir, base, offline=offline)
    period = period_of(person, _day(first), _day(last))
    choices = Choices(title or Choices.title, None if notes else [])
    _write(file, [report_of(person, period, choices).encode()], replace)
    typer.echo(f"vsr: {file} holds {len(period.recordings)} recordings from {period.first} to {period.last}")


def export(
    file: Annotated[Path, typer.Argument(help="Where to write it, a ZIP file.")],
    data_dir: DataDir,
    first: From = None,
    last: To = None,
    replace: Replace = False,
    base: BasePath = None,
    offline: Offline = False,
) -> None:
    """Write everything into a ZIP: audio, CSV, JSON, your personal heads. It is not encrypted."""
    from vsr_client.keepsakes import export_of
    from vsr_client.person import Person

    _check(file, replace)
    _write(file, export_of(Person(data_dir, base, offline=offline), _day(first), _day(last)), replace)
    typer.echo(f"vsr: {file} ({file.stat().st_size:,} bytes) is NOT encrypted; keep it where you would keep a diary")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _check(file: Path, replace: bool) -> None:
    if file.exists() and not replace:
        raise UsageError(f"{file} is there already; choose another name, or --replace")


def _write(file: Path, pieces: Iterable[bytes], replace: bool) -> None:
    """Write `pieces` into `file`, for its owner alone to read, whole or not at all."""
    partial = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for piece in pieces:
                out.write(piece)
        _check(file, replace)
        partial.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written ({error.strerror}); choose another place") from error
    finally:
        partial.unlink(missing_ok=True)
