"""The studies that the results hold: what runs each, where its figures lie, and how they are told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vsr_simulations.results import told_of_federations as federations
from vsr_simulations.results import told_of_people as people

Json = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What the studies are run on."""

    voices: Path
    base: Path | None
    """A base that never heard `corpus`; None: the studies that need one are left out."""
    corpus: str
    out: Path
    cache: Path


@dataclass(frozen=True)
class Part:
    """One study."""

    name: str
    title: str
    figures: str
    """Its file beneath the results' folder."""
    command: Callable[[Setting], list[str]]
    """Arguments of `vsr-simulate`, without how long it may take."""
    tell: Callable[[Json], str]
    """Returns Markdown below its heading, given what the file holds."""
    needs_base: bool = False
    """Of a corpus that it never heard, as `Setting.base` is."""
    minutes: bool = False
    """Whether the command takes `--minutes` and stops by itself."""
    prints: bool = False
    """Whether the figures are what the command prints, not a file that it writes."""
    page: str = ""
    """The page of docs with figures of its own runs, which are not only these."""
    picture: str = ""
    """A file of `pictures` that belongs to it, and what it shows."""
    alt: str = ""


def _study(command: str, setting: Setting, folder: str, *more: str) -> list[str]:
    where = ["--voices", str(setting.voices), "--out", str(setting.out / folder), "--cache", str(setting.cache)]
    return [command, *where, *more]


def _of_base(setting: Setting, *more: str) -> list[str]:
    return ["--base", str(setting.base), *more]


PARTS: Final[Sequence[Part]] = (
    Part(
        "newcomers",
        "People of a corpus that the base never heard",
        "newcomers/table.json",
        lambda one: _study("newcomers", one, "newcomers", *_of_base(one, "--corpus", one.corpus)),
        people.newcomers,
        needs_base=True,
        minutes=True,
        picture="newcomers.png",
        alt="UAR against the number of the newcomer's own clips, for six ways, with 95 % bands",
    ),
    Part(
        "compare",
        "Methods side by side, on a corpus that the base never heard",
        "compare/table.json",
        lambda one: _study("compare", one, "compare", *_of_base(one, "--corpus", one.corpus)),
        people.compared,
        needs_base=True,
        minutes=True,
        picture="methods.png",
        alt="points of UAR that each method gains on the common model, with 95 % intervals",
    ),
    Part(
        "strangers",
        "Methods side by side, on the base that ships",
        "compare-ravdess/table.json",
        lambda one: _study("compare", one, "compare-ravdess", "--speakers", "rav17,rav18,rav19,rav20"),
        people.compared,
        minutes=True,
    ),
    Part(
        "personal",
        "What teaching gives one person, without anybody else",
        "personal/personal.json",
        lambda one: ["personal", "--voices", str(one.voices), "--cache", str(one.cache), "--json"],
        people.personal,
        prints=True,
    ),
    Part(
        "microphones",
        "Microphones",
        "microphones/table.json",
        lambda one: _study("microphones", one, "microphones", *_of_base(one, "--corpus", one.corpus)),
        people.microphones,
        needs_base=True,
    ),
    Part(
        "privacy",
        "What privacy costs",
        "privacy/results.json",
        lambda one: [
            *("privacy", "--voices", str(one.voices), "--cache", str(one.out / "privacy"), "--json"),
            *_of_base(one, "--corpora", one.corpus),
        ],
        federations.privacy,
        needs_base=True,
        prints=True,
        page="privacy.md",
    ),
    Part(
        "attack",
        "What an attacker learns",
        "attack/attack.json",
        lambda one: _study("attack", one, "attack"),
        federations.attack,
    ),
    Part(
        "poison",
        "What machines that lie can do",
        "poison/results.json",
        lambda one: ["poison", "--voices", str(one.voices), "--cache", str(one.out / "poison"), "--json"],
        federations.poison,
        prints=True,
        page="poisoning.md",
    ),
    Part(
        "scale",
        "How it grows",
        "scale/scale.json",
        lambda one: ["scale", "--out", str(one.out / "scale")],
        federations.scale,
    ),
    Part(
        "speed",
        "How fast it is, beside other simulators",
        "speed/speed.json",
        lambda one: ["speed", "--out", str(one.out / "speed")],
        federations.speed,
    ),
)
