"""What is measured, and the figures."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Final

import numpy as np

from vsr_simulations.client_bench.month import fill
from vsr_simulations.client_bench.running import App, running_app
from vsr_simulations.population import User

Tell = Callable[[str], None]

CALLS: Final = (
    ("page", "GET", "/look-back"),
    ("state", "GET", "/api/state"),
    ("50 recordings", "GET", "/api/recordings?limit=50"),
    ("50 recordings, searched", "GET", "/api/recordings?limit=50&q=remember"),
    ("look back over the month", "GET", "/api/look-back"),
    ("report of the month", "GET", "/api/report"),
    ("suggestions", "GET", "/api/suggestions"),
    ("heads", "GET", "/api/heads"),
    ("together", "GET", "/api/together"),
    ("storage", "GET", "/api/storage"),
)
"""What the pages call."""


@dataclass(frozen=True)
class Figure:
    """One measured figure."""

    name: str
    value: float
    unit: str


def start_figures(folder: Path, sound: bytes, times: int, tell: Tell) -> list[Figure]:
    """Return the median seconds from the program's start to its link and to its first prediction."""
    with running_app(folder):
        tell("the first start of all makes the schema and is not counted")
    links, firsts, used = [], [], []
    for _ in range(times):
        with running_app(folder) as app:
            app.predict(sound)
            firsts.append(app.seconds)
            links.append(app.link_seconds)
            used.append(app.processor_seconds)
        tell(f"start: link after {links[-1]:.2f} s, first prediction after {firsts[-1]:.2f} s")
    return [
        Figure("start to link, median", float(np.median(links)), "s"),
        Figure("start to first prediction, median", float(np.median(firsts)), "s"),
        Figure("start to first prediction, slowest", max(firsts), "s"),
        Figure("start to first prediction, processor time", float(np.median(used)), "s"),
    ]


def predict_figures(folder: Path, user: User, calls: int, tell: Tell) -> list[Figure]:
    """Return the median and 95th percentile of a predict call, upload to answer, alone and during training."""
    sounds = [clip.path.read_bytes() for clip in user.held_out]
    with running_app(folder) as app:
        for clip in user.teach:
            kept = app.call("POST", "/api/recordings", content=clip.path.read_bytes())["id"]
            app.call("PATCH", f"/api/recordings/{kept}", json={"emotion": str(clip.emotion)})
        alone = [app.predict(sounds[index % len(sounds)]) for index in range(calls)]
        tell(f"{calls} predict calls alone: 95th percentile {_p95(alone):.3f} s")
        during: list[float] = []
        trainings = 0
        while len(during) < calls and trainings < 20:
            trainings += 1
            app.call("POST", "/api/training")
            during += _while_training(app, sounds, calls - len(during))
        tell(f"{len(during)} predict calls during {trainings} trainings: 95th percentile {_p95(during):.3f} s")
    return [
        Figure("predict call alone, median", float(np.median(alone)), "s"),
        Figure("predict call alone, 95th percentile", _p95(alone), "s"),
        Figure("predict call during training, median", float(np.median(during)), "s"),
        Figure("predict call during training, 95th percentile", _p95(during), "s"),
    ]


def _while_training(app: App, sounds: Sequence[bytes], most: int) -> list[float]:
    """Return the seconds of predict calls that began and ended while a training ran."""
    found: list[float] = []
    while True:
        seconds = app.predict(sounds[len(found) % len(sounds)])
        if app.call("GET", "/api/state")["jobs"]["train"]["state"] != "running":
            return found
        found.append(seconds)
        if len(found) >= most:
            app.call("DELETE", "/api/training")
            while app.call("GET", "/api/state")["jobs"]["train"]["state"] == "running":
                time.sleep(0.1)
            return found


def month_figures(folder: Path, user: User, count: int, tell: Tell) -> list[Figure]:
    """Return what a month of `count` recordings costs: room, the start, and every call of the pages."""
    began = time.perf_counter()
    fill(folder, user, count, seed=1)
    filled = time.perf_counter() - began
    tell(f"{count} recordings kept in {filled:.0f} s")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    audio = sum(path.stat().st_size for path in (folder / "audio").rglob("*"))
    figures = [
        Figure(f"storage of {count} recordings", size / 1e6, "MB"),
        Figure("of it sealed audio", audio / 1e6, "MB"),
        Figure("keeping one recording", filled / count, "s"),
    ]
    sound = user.held_out[0].path.read_bytes()
    with running_app(folder) as app:
        app.call("GET", "/api/state")
        figures.append(Figure("month: start to first state", app.seconds, "s"))
        app.predict(sound)
        figures.append(Figure("month: start to first prediction", app.seconds, "s"))
        figures.append(Figure("month: start to first prediction, processor time", app.processor_seconds, "s"))
        for name, method, path in CALLS:
            times = [_timed(app, method, path) for _ in range(5)]
            figures.append(Figure(f"month: {name}", float(np.median(times)), "s"))
            tell(f"{name}: {figures[-1].value:.3f} s (first {times[0]:.3f} s)")
        figures.append(Figure("month: state while the report is made, slowest", _beside_a_report(app), "s"))
    return figures


def _timed(app: App, method: str, path: str) -> float:
    began = time.perf_counter()
    app.call(method, path)
    return time.perf_counter() - began


def _beside_a_report(app: App) -> float:
    """Return the slowest of ten small calls while the report is made beside them."""
    making = Thread(target=lambda: app.call("GET", "/api/report"))
    making.start()
    slowest = max(_timed(app, "GET", "/api/state") for _ in range(10))
    making.join()
    return slowest


def _p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95))
