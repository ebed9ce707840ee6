"""Pictures of a run and of a comparison: learning curves, and ways to predict beside each other, as PNG."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vsr_server.base.evaluation.evaluate import Evaluation
from vsr_server.base.training.checkpoint import Reading
from vsr_shared.errors import UsageError


def draw_curves(readings: Sequence[Reading], path: Path) -> None:
    """Draw training loss and validation NLL, UAR and AUROC over steps."""
    figure, (left, right) = _figure()
    steps = [reading.step for reading in readings]
    left.plot(steps, [reading.loss for reading in readings], label="training loss (polarity and emotion)")
    left.plot(steps, [reading.nll for reading in readings], label="validation NLL")
    right.plot(steps, [reading.uar for reading in readings], label="validation UAR")
    right.plot(steps, [reading.auroc for reading in readings], label="validation AUROC")
    for axes in (left, right):
        axes.set_xlabel("step")
        axes.legend()
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=100)


def draw_comparison(found: Mapping[str, Evaluation], path: Path) -> None:
    """Draw UAR (with its 95 % interval over speakers) and NLL of several ways to predict."""
    figure, (left, right) = _figure()
    names = list(found)
    uar = np.array([way.overall.uar for way in found.values()])
    between = np.array([way.intervals["uar"] for way in found.values()])
    reach = np.abs(between.T - uar)
    left.bar(names, uar, yerr=reach)
    left.set_ylabel("UAR")
    left.axhline(0.5, color="grey", linewidth=1)
    right.bar(names, [way.overall.nll for way in found.values()])
    right.set_ylabel("NLL")
    right.axhline(np.log(2), color="grey", linewidth=1)
    figure.savefig(path, dpi=100)


def _figure() -> Any:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError("pictures need matplotlib: pip install 'vsr[simulations]'") from error
    figure = Figure(figsize=(11, 4), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(1, 2)
