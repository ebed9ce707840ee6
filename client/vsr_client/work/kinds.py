"""The kinds of background work: a name, and the function that does it in the worker."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from threading import Event
from typing import Any, Final, Protocol

from vsr_client.person import Person


class Say(Protocol):
    """Tells the person what is being done; progress 0..1 where it is known. Raises Cancelled once cancelled."""

    def __call__(self, says: str, progress: float | None = None) -> None:
        """Tell."""


Work = Callable[[Person, Say, Event], dict[str, Any] | None]
"""Given the person, a way to speak and an event that says when to stop, return what the page is to know (JSON)."""


@dataclass(frozen=True)
class Kind:
    """One kind of work. Functions are named "module:function", so that the app imports neither."""

    work: str
    wanted: str = ""
    """Function of the person that says whether to start when the app starts; "" for never."""


KINDS: Final = {
    "train": Kind("vsr_client.work.train:train"),
    "together": Kind("vsr_client.together.worker:run_together", "vsr_client.together.worker:wanted"),
    "next_update": Kind("vsr_client.together.preview:preview"),
}


def function(name: str) -> Callable[..., Any]:
    """Return the function that `name` ("module:function") names."""
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found
