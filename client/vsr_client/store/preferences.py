"""What the person chose, sealed."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from vsr_client.store.database import Database
from vsr_shared.errors import UsageError

_NAME: Final = "preferences"


@dataclass(frozen=True)
class Chosen:
    """Every preference with its default. A new one is a new line here."""

    microphone: str = ""
    """The browser's id of the device, "" for the system's own choice."""
    microphone_label: str = ""
    text_language: str = ""
    """Of the sample texts, ISO 639-1, "" for the browser's."""
    country: str = ""
    """Whose help lines are shown, ISO 3166-1 alpha-2, "" for all."""
    keep_audio: bool = True
    """Whether the sound stays once it was heard; without it VSR cannot hear it anew with a better base."""
    privacy_budget: float = 0.0
    """Most epsilon that all rounds of the person's life may come to, 0.0 for no limit."""
    smallest_sum: int = 2
    """Fewest people that a sum with this person's update is over."""
    together: dict[str, Any] | None = None
    """The membership in a federation, None where there is none."""


class Preferences:
    """The preferences in one data folder. Every call reads what is there now: other processes write too."""

    def __init__(self, database: Database) -> None:
        """Look into `database`."""
        self._database = database

    def get(self) -> Chosen:
        """Return what was chosen, defaults for the rest."""
        with self._database.reading() as session:
            return _chosen(self._database.value(session, _NAME))

    def change(self, **values: Any) -> Chosen:
        """Choose `values` and return everything; UsageError where a name or a type is not one of a preference."""
        with self._database.writing() as session:
            before = _chosen(self._database.value(session, _NAME))
            for name, value in values.items():
                _check(name, value)
            after = replace(before, **values)
            self._database.put_value(session, _NAME, asdict(after))
        return after


def _chosen(kept: dict[str, Any] | None) -> Chosen:
    known = {field.name for field in fields(Chosen)}
    return Chosen(**{name: value for name, value in (kept or {}).items() if name in known})


def _check(name: str, value: object) -> None:
    default = {field.name: field.default for field in fields(Chosen)}
    if name not in default:
        raise UsageError(f"there is no preference {name!r}; there are {', '.join(default)}")
    kinds = (dict, type(None)) if default[name] is None else (type(default[name]),)
    if not isinstance(value, kinds):
        raise UsageError(f"preference {name!r} takes {kinds[0].__name__}, not {type(value).__name__}")
