"""Pictures: what each kind of microphone does to a voice, and the domain shift with what learning gives back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from vsr_server.microphones.acoustics import heard_by
from vsr_server.microphones.catalogue import MICROPHONES
from vsr_server.microphones.microphone import Microphone
from vsr_server.microphones.signals import Floats, Samples
from vsr_shared.audio.decode import SAMPLE_RATE
from vsr_shared.audio.picture import colour_map
from vsr_shared.audio.spectrogram import SpectrogramSpec, spectrogram_image
from vsr_simulations.microphones.table import EVERYDAY, LABORATORY, Cell
from vsr_simulations.microphones.ways import BASE, BOTH, FEDERATED, TAUGHT, TITLES
from vsr_simulations.reports.pictures import GRID, INK, SERIES, SOFT, dress, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

THIRDS: Final = 62.5 * 2 ** (np.arange(23) / 3)
"""Middles of third-octave bands, 62.5 Hz to 10 kHz."""


def response_of(microphone: Microphone, voice: Samples) -> Floats:
    """Return what `microphone` does to `voice` (n,) in each band of `THIRDS`, in dB: its noise and codec in it."""
    before, after = (_by_thirds(sound) for sound in (voice, heard_by(microphone, voice, "response")))
    result: Floats = 10 * np.log10(np.maximum(after / before, 1e-6))
    return result


def devices_picture(voice: Samples) -> "Figure":
    """Draw every kind: its response, as it lies in a voice, and four seconds of `voice` as the network sees them."""
    from matplotlib.colors import ListedColormap

    spec = SpectrogramSpec()
    figure = new_figure(8.0, 1.25 * len(MICROPHONES))
    figure.suptitle("What each kind of microphone makes of the same voice", color=INK, fontsize=12, x=0.02, ha="left")
    colours = ListedColormap(colour_map() / 255)
    panels = figure.subplots(len(MICROPHONES), 2, width_ratios=(1, 1.2))
    for (left, right), microphone in zip(panels, MICROPHONES, strict=True):
        last = microphone is MICROPHONES[-1]
        dress(left, "Hz" if last else "", "dB")
        left.set_xscale("log")
        left.plot(THIRDS, np.clip(response_of(microphone, voice), -45, 25), color=SERIES[0], linewidth=1.8)
        left.set_ylim(-47, 27)
        left.set_xticks([100, 300, 1000, 3400, 8000], ["100", "300", "1,000", "3,400", "8,000"])
        left.tick_params(which="minor", length=0)
        left.set_title(microphone.name, loc="left", fontsize=9.5, color=INK)
        image = spectrogram_image(np.resize(heard_by(microphone, voice, "picture"), spec.samples), spec)
        right.imshow(
            image, origin="lower", aspect="auto", cmap=colours, vmin=0, vmax=255, extent=(0, spec.seconds, 0, 64)
        )
        dress(right, "seconds" if last else "", "mel band")
        right.grid(visible=False)
    return figure


def shift_picture(cells: Sequence[Cell]) -> "Figure":
    """Draw UAR by kind of microphone, before and after learning, a panel for each number of own clips."""
    found = {(cell.kind, cell.way, cell.clips): cell for cell in cells}
    counts = sorted({cell.clips for cell in cells if cell.clips and cell.way == BOTH})
    none = min(cell.clips for cell in cells)
    kinds = list(dict.fromkeys(cell.kind for cell in cells))
    figure = new_figure(max(7.6, 4.4 * len(counts) + 1.4), 2.1 + 0.42 * len(kinds))
    panels = figure.subplots(1, max(1, len(counts)), sharex=True, sharey=True, squeeze=False)[0]
    people = max(cell.people for cell in cells)
    figure.suptitle(
        f"A laboratory's model on people's own microphones: {people} people whom it never heard\n"
        "dashed: the base alone on studio recordings; thin lines: 95 % over people",
        color=INK, fontsize=11, x=0.02, ha="left",
    )  # fmt: skip
    for axes, count in zip(panels, counts, strict=True):
        dress(axes, "UAR on sentences that nobody taught (0.5 is chance)", grid="x")
        axes.set_title(f"with {count} clips of one's own", loc="left", fontsize=10, color=INK)
        places = {kind: len(kinds) - 1 - number for number, kind in enumerate(kinds)}
        if laboratory := found.get((LABORATORY, BASE, none)):
            axes.axvline(laboratory.uar, color=SOFT, linewidth=1, linestyle="--")
        axes.axvline(0.5, color=SOFT, linewidth=0.9, linestyle=":")
        _marks(axes, found, places, none, count)
        axes.set_yticks(list(places.values()), list(places))
        axes.set_ylim(-0.7, len(kinds) - 0.3)
        if EVERYDAY in places:
            axes.axhline(places[EVERYDAY] + 0.5, color=GRID, linewidth=1.2)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9, labelcolor=INK)
    return figure


_WAYS: Final = ((BASE, 5, "o"), (FEDERATED, 2, "D"), (TAUGHT, 1, "s"), (BOTH, 0, "^"))


def _marks(
    axes: "Axes", found: dict[tuple[str, str, int], Cell], places: dict[str, int], none: int, count: int
) -> None:
    """Draw a line from the base to where learning ends on each kind, the ways as marks, intervals of the last."""
    for kind, place in places.items():
        before, after = found.get((kind, BASE, none)), found.get((kind, BOTH, count))
        if before and after:
            axes.plot([before.uar, after.uar], [place, place], color=GRID, linewidth=3, zorder=1)
            axes.plot([after.low, after.high], [place - 0.22] * 2, color=SERIES[0], linewidth=1.3, alpha=0.7)
            axes.plot([before.low, before.high], [place + 0.22] * 2, color=SERIES[5], linewidth=1.3, alpha=0.7)
    for way, colour, marker in _WAYS:
        clips = none if way in {BASE, FEDERATED} else count
        rows = [(found[kind, way, clips].uar, place) for kind, place in places.items() if (kind, way, clips) in found]
        xs, ys = [x for x, _ in rows], [y for _, y in rows]
        axes.scatter(xs, ys, s=40, color=SERIES[colour], marker=marker, label=TITLES[way], zorder=3)


def _by_thirds(sound: Samples) -> Floats:
    power = np.square(np.abs(np.fft.rfft(sound.astype(np.float64))))
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    edge = 2 ** (1 / 6)
    found = [power[(hertz >= middle / edge) & (hertz < middle * edge)].sum() for middle in THIRDS]
    result: Floats = np.maximum(np.array(found), 1e-12)
    return result
