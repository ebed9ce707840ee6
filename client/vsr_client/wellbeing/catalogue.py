"""The catalogue of suggestions in one language, read from `catalogue.LANGUAGE.toml`.

Words alone differ between languages; docs/wellbeing.md says how the files are reviewed and translated.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = tuple(sorted(path.name.split(".")[1] for path in FOLDER.glob("catalogue.*.toml")))
ENGLISH: Final = "en"

Tone = Literal["few", "positive", "mixed", "negative"]
"""How the last days sounded: `few` where there is too little to say so."""
Breath = Literal["in", "hold", "out", "none"]


@dataclass(frozen=True)
class Source:
    """Where a suggestion comes from."""

    name: str
    url: str


@dataclass(frozen=True)
class Step:
    """A step of an exercise: what to do, for how many seconds, and whether it is a breath."""

    say: str
    seconds: int
    breath: Breath


@dataclass(frozen=True)
class Exercise:
    """Steps that a page paces, gone through `rounds` times."""

    rounds: int
    steps: tuple[Step, ...]

    @property
    def seconds(self) -> int:
        """How long all of it takes."""
        return self.rounds * sum(step.seconds for step in self.steps)


@dataclass(frozen=True)
class Suggestion:
    """Something that does people good, with what that rests on."""

    id: str
    kind: str
    title: str
    text: str
    fits: tuple[Tone, ...]
    source: Source
    exercise: Exercise | None = None


@dataclass(frozen=True)
class Catalogue:
    """All the suggestions of one language, and the sentences around them."""

    language: str
    reviewed: date
    disclaimer: str
    danger: str
    sentences: dict[Tone, str]
    """A sentence for each tone; may name {recordings}, {days} and {matching}."""
    suggestions: tuple[Suggestion, ...]


@cache
def catalogue(language: str = ENGLISH) -> Catalogue:
    """Return the catalogue in `language` ("de", "de-AT"), in English where there is none."""
    short = language.lower().replace("_", "-").split("-")[0]
    name = short if short in LANGUAGES else ENGLISH
    return _catalogue(tomllib.loads((FOLDER / f"catalogue.{name}.toml").read_text(encoding="utf-8")))


def _catalogue(data: dict[str, Any]) -> Catalogue:
    return Catalogue(
        language=data["language"],
        reviewed=data["reviewed"],
        disclaimer=data["not"]["sentence"],
        danger=data["not"]["danger"],
        sentences=data["patterns"],
        suggestions=tuple(_suggestion(entry) for entry in data["suggestions"]),
    )


def _suggestion(entry: dict[str, Any]) -> Suggestion:
    steps = entry.get("exercise")
    exercise = Exercise(steps["rounds"], tuple(Step(**step) for step in steps["steps"])) if steps else None
    return Suggestion(
        entry["id"],
        entry["kind"],
        entry["title"],
        entry["text"],
        tuple(entry["fits"]),
        Source(**entry["source"]),
        exercise,
    )
