"""An examination in pictures: how sure against how right, what is taken for what, and who is served how well."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from vsr_server.base.evaluation.examination import Examination
from vsr_server.base.evaluation.panels import confusion, emotions, microphones, reliability, speakers, ways
from vsr_shared.errors import StoreError, UsageError

WIDTH, HEIGHT, DPI = 6.2, 4.4, 110
"""Of a panel, in inches; dots an inch."""

PANELS: Final[dict[str, Callable[[Examination, Any], None]]] = {
    "reliability": reliability,
    "confusion": confusion,
    "emotions": emotions,
    "speakers": speakers,
    "ways": ways,
    "microphones": microphones,
}


def prepare(place: Path) -> None:
    """Make the folder that pictures go to; UsageError where it cannot be, before anything long is computed."""
    folder = place.parent if place.suffix.lower() == ".png" else place
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"pictures cannot go to {place} ({error.strerror}); name another place") from error


def draw(found: Examination, place: Path) -> list[Path]:
    """Draw all there is into the PNG `place`, or one PNG each into the folder `place`; return what was written.

    UsageError where matplotlib is not installed or nobody was tested, StoreError where the disk does not take it.
    """
    if not found.ways:
        raise UsageError("there is nothing to draw: nobody was tested whom the base never heard")
    panels = {name: panel for name, panel in PANELS.items() if name != "microphones" or found.microphones}
    if place.suffix.lower() == ".png":
        rows = -(-len(panels) // 3)
        figure, axes = _figure(3 * WIDTH, rows * HEIGHT, rows, 3)
        for axis, panel in zip(axes, panels.values(), strict=False):
            panel(found, axis)
        for axis in axes[len(panels) :]:
            axis.axis("off")
        figure.suptitle(f"{found.base_id} on {len(found.labels)} recordings of people it never heard")
        return [_save(figure, place)]
    written = []
    for name, panel in panels.items():
        figure, (axis,) = _figure(WIDTH, HEIGHT, 1, 1)
        panel(found, axis)
        written.append(_save(figure, place / f"{name}.png"))
    return written


def _figure(width: float, height: float, rows: int, columns: int) -> tuple[Any, list[Any]]:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError("pictures need matplotlib: pip install 'vsr[simulations]'") from error
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def _save(figure: Any, path: Path) -> Path:
    try:
        figure.savefig(path, dpi=DPI)
    except OSError as error:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise StoreError(f"the picture {path} cannot be written ({error.strerror}); choose another place") from error
    return path
