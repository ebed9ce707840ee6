"""What the server tells its operator, as it happens. No event carries a figure of a single person."""

from collections.abc import Mapping
from dataclasses import dataclass

from vsr_shared.federation.events import Event


@dataclass(frozen=True)
class ServerUp(Event):
    """The server listens; people need its address and its authority's certificate."""

    address: str
    authority: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"listening on {self.address}; people who join need {self.authority}"


@dataclass(frozen=True)
class Resumed(Event):
    """An earlier run of the server left a checkpoint, and this one goes on from it."""

    completed: int
    of: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"going on after {self.completed} of {self.of} rounds"


@dataclass(frozen=True)
class MachinesOnline(Event):
    """The number of connected machines changed."""

    online: int
    wanted: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"{self.online} machines connected, {self.wanted} needed for a round"


@dataclass(frozen=True)
class RoundStarted(Event):
    """Offers are on their way."""

    round: int
    machines: int
    bytes_each: int
    """Bytes of the common model's weights in each offer."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: offered to {self.machines} machines, {self.bytes_each:,} bytes each"


@dataclass(frozen=True)
class ReplyReceived(Event):
    """A machine's update came in."""

    round: int
    node: int
    bytes: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: {self.bytes:,} bytes from node {self.node}"


@dataclass(frozen=True)
class ReplyMissing(Event):
    """A machine refused, failed, went away or sent what cannot be used."""

    round: int
    node: int
    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: nothing from node {self.node}: {self.reason}"


@dataclass(frozen=True)
class RoundDone(Event):
    """The mean of a round is in the common model."""

    round: int
    completed: int
    of: int
    machines: int
    clips: float
    metrics: Mapping[str, float]
    """Means over the machines, weighted by their clips."""
    seconds: float

    def sentence(self) -> str:
        """The event in words for a person."""
        figures = "".join(f", mean {name} {value:.4f}" for name, value in self.metrics.items())
        return (
            f"round {self.round} done ({self.completed} of {self.of}): {self.machines} machines, "
            f"{self.clips:.0f} clips{figures}, {self.seconds:.1f} s"
        )


@dataclass(frozen=True)
class RoundFailed(Event):
    """A round brought nothing; its number is spent and the model unchanged."""

    round: int
    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round} failed: {self.reason}"


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
        return f"Flower's SuperLink is started again: {self.reason}"


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
