"""Where people listen when it is hard: help lines by country, read from `help.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from vsr_client.wellbeing.catalogue import FOLDER, Source

ROUND_THE_CLOCK: Final = "24/7"


@dataclass(frozen=True)
class HelpLine:
    """Somebody who answers the telephone. `hours` is "24/7", "HH:MM-HH:MM" or empty where they vary."""

    name: str
    phone: str
    url: str
    hours: str = ""


@dataclass(frozen=True)
class Country:
    """What one country (ISO 3166-1 alpha-2) has: its emergency number and its lines."""

    code: str
    emergency: str
    lines: tuple[HelpLine, ...]


@dataclass(frozen=True)
class HelpLines:
    """Everything known, and where to look for the rest."""

    reviewed: date
    directory: Source
    countries: dict[str, Country]

    def of(self, code: str) -> Country | None:
        """Return the country `code`, None where nothing reviewed is known of it."""
        return self.countries.get(code.upper())


@cache
def help_lines() -> HelpLines:
    """Return the help lines that ship."""
    data = tomllib.loads((FOLDER / "help.toml").read_text(encoding="utf-8"))
    countries = {code: _country(code, entry) for code, entry in data["countries"].items()}
    return HelpLines(data["reviewed"], Source(**data["directory"]), countries)


def _country(code: str, entry: dict[str, Any]) -> Country:
    return Country(code, entry["emergency"], tuple(HelpLine(**line) for line in entry["lines"]))
