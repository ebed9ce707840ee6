"""A drawing with what it found and of whom: on a page as SVG, elsewhere as PNG with the words in it."""

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vsr_simulations.reports.page import Picture
from vsr_simulations.reports.pictures import INK, SOFT, png, svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIGNS_AN_INCH = 11.0
"""Of the title; of the words below some half more."""


@dataclass(frozen=True)
class Drawn:
    """What is drawn; the title says what was found, the words of whom and how many."""

    title: str
    figure: "Figure"
    words: str

    def picture(self) -> Picture:
        """Return it for a page."""
        return Picture(self.title, svg(self.figure), self.words)

    def png(self, path: Path) -> None:
        """Write it with its title above and its words below. The figure is no other one's after that."""
        width = self.figure.get_figwidth()
        title = textwrap.fill(self.title, int(SIGNS_AN_INCH * width))
        words = textwrap.fill(self.words, int(1.4 * SIGNS_AN_INCH * width))
        self.figure.suptitle(title, x=0.01, ha="left", fontsize=12, color=INK)
        self.figure.supxlabel(words, x=0.01, ha="left", fontsize=8, color=SOFT)
        width, height = self.figure.get_size_inches()
        self.figure.set_size_inches(width, height + 0.22 * (title.count("\n") + 1) + 0.15 * (words.count("\n") + 1))
        png(self.figure, path)
