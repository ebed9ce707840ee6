"""Personal training for people: progress while it runs, before and after when it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from vsr_client.store.heads import Head
from vsr_client.teaching import Lesson, OnProgress, Progress
from vsr_shared.errors import AudioError

_CONSOLE = Console(stderr=True)
_STAGES = {"hearing": "hearing again", "judging": "judging", "learning": "learning"}


def _progress() -> Bars:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Bars(*columns, console=_CONSOLE)


@contextmanager
def lessons_bar(count: int) -> Iterator[Callable[[Lesson, AudioError | None], None]]:
    """Show a bar over `count` recordings; yield what to call for each, with what was wrong with it."""
    with _progress() as progress:
        task = progress.add_task("listening", total=count)

        def heard(lesson: Lesson, problem: AudioError | None) -> None:
            if problem:
                progress.console.print(f"vsr: {lesson.path}: {problem}", style="red", markup=False, highlight=False)
            progress.advance(task)

        yield heard


@contextmanager
def training_bar() -> Iterator[OnProgress]:
    """Show a bar for each stage of a training; yield what to tell of its progress."""
    with _progress() as progress:
        tasks: dict[str, TaskID] = {}

        def told(step: Progress) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = progress.add_task(_STAGES[step.stage], total=step.total)
            loss = "" if step.loss is None else f" (loss {step.loss:.3f})"
            progress.update(tasks[step.stage], completed=step.done, description=_STAGES[step.stage] + loss)

        yield told


def report(result: Head) -> None:
    """Print before and after, each recording judged by what was learnt without it, and what was decided."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("each recording judged while kept out of training", "before", "after"):
        table.add_column(heading, justify="left" if heading.startswith("each") else "right")
    for name, figure in (
        ("balanced accuracy (UAR)", "uar"),
        ("ranking (AUROC)", "auroc"),
        ("surprise (NLL, less is better)", "nll"),
        ("calibration error (less is better)", "ece"),
    ):
        table.add_row(name, f"{getattr(result.before, figure):.3f}", f"{getattr(result.after, figure):.3f}")
    console = Console()
    console.print(table)
    count = result.after.count
    if result.kept:
        console.print(f"It hears you better now ({count} recordings): predictions use your personal head from here on.")
    else:
        console.print(
            f"It did not hear you better ({count} recordings), so nothing changes for your predictions; "
            "your recordings are kept, and a few more may tip it."
        )
