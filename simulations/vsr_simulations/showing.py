"""A long run shown while it goes: a bar and the time left for each kind of work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vsr_simulations.engine.time_left import Progress

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def showing_progress(console: "Console") -> Iterator[Callable[[Progress], None]]:
    """Give what is to be told of progress, and show it on `console` until the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Bars(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def tell(progress: Progress) -> None:
            if progress.what not in tasks:
                tasks[progress.what] = bars.add_task(progress.what, total=progress.of, left="")
            left = progress.seconds_left
            said = "" if left == float("inf") else f"{left / 60:.0f} min left" if left >= 120 else f"{left:.0f} s left"
            bars.update(tasks[progress.what], completed=progress.done, total=progress.of, left=said)

        yield tell
