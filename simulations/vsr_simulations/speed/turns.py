"""Everybody does the task in turns, so that a busy machine slows all of them, and what comes of it."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
    ours = [_seconds(one) for one in said[OURS.name]]
    figures = [_figure(task, one, said[one.name], ours, losses[one.name]) for one, _ in contestants]
    limits = [task.people * float(one["limit"]) for one in said[OURS.name]]
    ratios = [limit / mine for limit, mine in zip(limits, ours, strict=True)]
    middle, rate = median(ratios), task.people / median(limits)
    limit = Figure(
        task.part,
        "matrix_limit",
        "the matrix products alone",
        rate,
        tuple((seconds,) for seconds in limits),
        middle,
        min(ratios),
        max(ratios),
        task.cores,
        None,
    )
    return [*figures, limit]


def _seconds(said: Said) -> float:
    return float(median(said["rounds"][1:]))


def _figure(task: Task, one: Contestant, turns: Sequence[Said], ours: Sequence[float], loss: float) -> Figure:
    seconds = [_seconds(said) for said in turns]
    ratios = [their / mine for their, mine in zip(seconds, ours, strict=True)]
    rounds = tuple(tuple(float(value) for value in said["rounds"][1:]) for said in turns)
    rate = task.people / median(seconds)
    threads = int(turns[-1]["threads"])
    return Figure(task.part, one.name, one.title, rate, rounds, median(ratios), min(ratios), max(ratios), threads, loss)


def table(figures: Sequence[Figure], start: Mapping[str, float]) -> str:
    """Return the figures as a Markdown table; `start` is the loss before the rounds, by part."""
    lines = [
        "| trained | by | client-rounds a second | ours is so many times as fast | loss |",
        "|---|---|---|---|---|",
    ]
    names = {"head": "head alone", "both": "tail and head"}
    for one in figures:
        loss = "" if one.loss is None else f"{start[one.part]:.3f} to {one.loss:.3f}"
        ratio = "" if one.name == OURS.name else f"{one.times_ours:.2f} ({one.lowest:.2f}-{one.highest:.2f})"
        lines.append(f"| {names[one.part]} | {one.title} | {one.client_rounds_a_second:.2f} | {ratio} | {loss} |")
    return "\n".join(lines)
