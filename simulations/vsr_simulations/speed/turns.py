"""Everybody does the task in turns, so that a busy machine slows all of them, and what comes of it."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from vsr_shared.base import Base
from vsr_simulations.speed.contestants import OURS, Contestant, Said
from vsr_simulations.speed.task import Task, loss_of, write_task


@dataclass(frozen=True)
class Figure:
    """One contestant at one part."""

    part: str
    name: str
    title: str
    client_rounds_a_second: float
    """The middle one of the turns'."""
    seconds: tuple[tuple[float, ...], ...]
    """Of each turn's counted rounds."""
    times_ours: float
    """How many times as many client-rounds ours does in a second: the middle one of the turns' ratios."""
    lowest: float
    highest: float
    processor_milliseconds: float
    """Processor time of a client-round, of all the processes that take part: what a busy machine lengthens least."""
    times_ours_processor: float
    """How many times as many client-rounds ours does in a second of processor time; middle, lowest, highest."""
    processor_lowest: float
    processor_highest: float
    threads: int
    loss: float | None
    """Mean negative log-likelihood of everybody's clips after the rounds; None for the arithmetic alone."""


def measure(
    folder: Path,
    task: Task,
    base: Base,
    rivals: Sequence[tuple[Contestant, Path]],
    turns: int,
    tell: Callable[[str], None],
) -> list[Figure]:
    """Let everybody do `task` in each of `turns` turns, below `folder`, ours first; one figure a contestant."""
    contestants = [(OURS, Path()), *rivals]
    said: dict[str, list[Said]] = {one.name: [] for one, _ in contestants}
    losses: dict[str, float] = {}
    for turn in range(turns):
        work = (folder / f"{task.part}-{turn}").absolute()
        shutil.rmtree(work, ignore_errors=True)
        write_task(work, task, base)
        for one, python in contestants:
            found = one.run(work, python)
            said[one.name].append(found)
            with np.load(work / f"{one.name}.npz") as trained:
                losses[one.name] = loss_of(task, base, {name: trained[name] for name in trained.files})
            rate = task.people / median(found["rounds"][1:])
            tell(f"{task.part}, turn {turn + 1} of {turns}, {one.title}: {rate:.2f} client-rounds a second")
        shutil.rmtree(work)
    limit: list[Said] = [
        {
            "rounds": (0.0, task.people * mine["limit"]),
            "processor": (0.0, task.people * mine["limit_processor"]),
            "threads": task.cores,
        }
        for mine in said[OURS.name]
    ]
    alone = ("matrix_limit", "the matrix products alone")
    figures = [_figure(task, (one.name, one.title), said[one.name], said[OURS.name]) for one, _ in contestants]
    figures = [replace(figure, loss=losses[figure.name]) for figure in figures]
    return [*figures, _figure(task, alone, limit, said[OURS.name])]


def _counted(said: Said, what: str) -> float:
    return float(median(said[what][1:]))


def _figure(task: Task, who: tuple[str, str], turns: Sequence[Said], ours: Sequence[Said]) -> Figure:
    def ratios(what: str) -> list[float]:
        return [_counted(their, what) / _counted(mine, what) for their, mine in zip(turns, ours, strict=True)]

    by_clock, by_processor = ratios("rounds"), ratios("processor")
    return Figure(
        task.part,
        *who,
        task.people / median(_counted(said, "rounds") for said in turns),
        tuple(tuple(float(value) for value in said["rounds"][1:]) for said in turns),
        median(by_clock),
        min(by_clock),
        max(by_clock),
        1000 / task.people * median(_counted(said, "processor") for said in turns),
        median(by_processor),
        min(by_processor),
        max(by_processor),
        int(turns[-1]["threads"]),
        None,
    )


def table(figures: Sequence[Figure], start: Mapping[str, float]) -> str:
    """Return the figures as a Markdown table; `start` is the loss before the rounds, by part."""
    titles = "| trained | by | client-rounds a second | ours is so many times as fast | processor ms each "
    lines = [f"{titles}| ours by processor time | loss |", "|---|---|---|---|---|---|---|"]
    names = {"head": "head alone", "both": "tail and head"}
    for one in figures:
        loss = "" if one.loss is None else f"{start[one.part]:.3f} to {one.loss:.3f}"
        ratio, processor = (
            "" if one.name == OURS.name else f"{middle:.2f} ({low:.2f}-{high:.2f})"
            for middle, low, high in (
                (one.times_ours, one.lowest, one.highest),
                (one.times_ours_processor, one.processor_lowest, one.processor_highest),
            )
        )
        lines.append(
            f"| {names[one.part]} | {one.title} | {one.client_rounds_a_second:.2f} | {ratio} "
            f"| {one.processor_milliseconds:.1f} | {processor} | {loss} |"
        )
    return "\n".join(lines)
