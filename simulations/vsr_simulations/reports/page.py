"""One HTML page that needs nothing: no script, no request, light and dark, readable on a small window.

Its own policy forbids whatever would be asked of a network. Words are escaped; pictures are SVG within the page.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from vsr_simulations.reports.page_style import POLICY, STYLE


@dataclass(frozen=True)
class Table:
    """Rows of words and numbers under a caption that says what they are of."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    """The first cell of each names the row."""
    strong: frozenset[int] = frozenset()
    """Numbers of rows to stand out."""

    def html(self) -> str:
        """Return it in a box of its own that scrolls sideways where the window is small."""
        heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in self.heads)
        rows = "".join(self._row(number, row) for number, row in enumerate(self.rows))
        caption = escape(self.caption)
        return (
            f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _row(self, number: int, row: Sequence[str]) -> str:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        strong = ' class="strong"' if number in self.strong else ""
        return f'<tr{strong}><th scope="row">{escape(row[0])}</th>{cells}</tr>'


@dataclass(frozen=True)
class Picture:
    """A drawing: what is found stands in its title, and below it what is drawn, of whom and how many."""

    title: str
    svg: str
    words: str
    alt: str = ""
    """What it shows, for who does not see it, where `words` do not say it."""

    def html(self) -> str:
        """Return it as a figure, the SVG as an image: it can then hold nothing that acts."""
        source = b64encode(self.svg.encode()).decode()
        return (
            f'<figure><h3>{escape(self.title)}</h3><div class="wide" tabindex="0" role="region" '
            f'aria-label="{escape(self.title)}"><img src="data:image/svg+xml;base64,{source}" '
            f'alt="{escape(self.alt or self.words)}"></div><figcaption>{escape(self.words)}</figcaption></figure>'
        )


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs (words), lists (tuples of words), pictures and tables below it."""

    title: str
    parts: Sequence[str | tuple[str, ...] | Picture | Table]

    def html(self) -> str:
        """Return it with an anchor."""
        parts = "".join(_part(part) for part in self.parts)
        return f'<section id="{anchor(self.title)}"><h2>{escape(self.title)}</h2>{parts}</section>'


def page(title: str, lead: str, sections: Sequence[Section], footer: str) -> str:
    """Return the whole document."""
    links = "".join(f'<li><a href="#{anchor(one.title)}">{escape(one.title)}</a></li>' for one in sections)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f'<header><h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p></header>'
        f'<nav aria-label="On this page"><ul>{links}</ul></nav>'
        f"{''.join(one.html() for one in sections)}<footer>{escape(footer)}</footer></main></body></html>"
    )


def anchor(title: str) -> str:
    """Return a heading as the end of a link."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in title.lower()).split())


def _part(part: str | tuple[str, ...] | Picture | Table) -> str:
    if isinstance(part, str):
        return f"<p>{escape(part)}</p>"
    if isinstance(part, tuple):
        return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in part)}</ul>"
    return part.html()


LOADS_NOTHING: Final = "This file loads nothing and sends nothing."
