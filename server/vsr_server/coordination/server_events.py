"""What the server tells its operator between the rounds, as it happens."""

from collections.abc import Callable
from dataclasses import dataclass

from vsr_server.coordination.round_events import so_many
from vsr_shared.federation.events import Event

Tell = Callable[[Event], None]


@dataclass(frozen=True)
class ServerUp(Event):
    """The SuperLink answers, and rounds can begin."""

    address: str
    authority: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"the SuperLink listens on {self.address}; {self.authority} vouches for it"


@dataclass(frozen=True)
class Resumed(Event):
    """An earlier run of the server left a checkpoint, and this one goes on from it."""

    completed: int
    of: int | None
    """None where rounds go on for ever."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"going on after {so_many(self.completed, self.of)} rounds"


@dataclass(frozen=True)
class MachinesOnline(Event):
    """The number of connected machines changed."""

    online: int
    wanted: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"{self.online} machines connected, {self.wanted} needed for a round"


@dataclass(frozen=True)
class NoRoundYet(Event):
    """A round that was due did not begin; no number was spent."""

    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"no round: {self.reason}"


@dataclass(frozen=True)
class NextRound(Event):
    """When the next round is due."""

    at: str
    """ISO 8601, UTC."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"the next round is due at {self.at}"


@dataclass(frozen=True)
class Paused(Event):
    """The operator holds further rounds back; one that is open goes on to its end."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return "paused: no round begins until the operator goes on"


@dataclass(frozen=True)
class Unpaused(Event):
    """Rounds begin again."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return "no longer paused"


@dataclass(frozen=True)
class VersionTakenUp(Event):
    """The operator promoted or rolled back a version between two rounds; the next begins from it."""

    version: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"the rounds go on from model version {self.version}"


@dataclass(frozen=True)
class VersionRejected(Event):
    """A round's model was not promoted; the next round begins from the one before."""

    version: int
    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"model version {self.version} is not promoted: {self.reason}"


@dataclass(frozen=True)
class CheckpointWritten(Event):
    """What the rounds brought so far is safe on disk."""

    completed: int
    file: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"checkpoint after {self.completed} rounds: {self.file}"


@dataclass(frozen=True)
class SuperLinkRestarted(Event):
    """Flower's process died and is started again."""

    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"Flower's SuperLink went away and is waited for, or started again: {self.reason}"


@dataclass(frozen=True)
class ModelHandedOut(Event):
    """The machines that are connected have the common model that the rounds led to."""

    round: int
    machines: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"the common model after round {self.round} is with {self.machines} machines"


@dataclass(frozen=True)
class Finished(Event):
    """All rounds are done."""

    rounds: int
    model: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"{self.rounds} rounds done; the common model is {self.model}"
