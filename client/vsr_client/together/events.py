"""What a person, or this machine for them, does about taking part; the rounds' own events are in `round_events`."""

from dataclasses import dataclass

from vsr_shared.federation.events import Event


@dataclass(frozen=True)
class Joined(Event):
    """The person accepted an invitation."""

    server: str
    fingerprint: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"you joined the federation at {self.server}"


@dataclass(frozen=True)
class LetIn(Event):
    """The server let this machine in, and its certificate was checked."""

    server: str
    machine: str
    """The server's number of it."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"{self.server} let this machine in, as {self.machine}"


@dataclass(frozen=True)
class Left(Event):
    """The person ended it."""

    server: str
    model_deleted: bool

    def sentence(self) -> str:
        """The event in words for a person."""
        also = "; the common model was deleted here" if self.model_deleted else ""
        return f"you left the federation at {self.server}{also}"


@dataclass(frozen=True)
class Paused(Event):
    """The person paused it."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return "you paused: nothing is sent until you go on"


@dataclass(frozen=True)
class Resumed(Event):
    """The person went on."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return "you went on taking part"


@dataclass(frozen=True)
class BudgetSet(Event):
    """The person said how much may be given away about them in all."""

    most: float | None
    """Epsilon; None where they set no limit."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"you set your privacy budget to {self.most:g}" if self.most else "you took the privacy budget away"


@dataclass(frozen=True)
class SmallestSumSet(Event):
    """The person said with how many people's updates theirs is added up at least."""

    people: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"you asked for sums over at least {self.people} people"


@dataclass(frozen=True)
class Started(Event):
    """This machine looks for the server."""

    server: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"looking for {self.server}"


@dataclass(frozen=True)
class Waiting(Event):
    """This machine cannot take part now and tries again by itself."""

    code: str
    """not_certified, unknown_node, server_unreachable or nothing_taught."""
    message: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return self.message


@dataclass(frozen=True)
class Stopped(Event):
    """This machine gave up; the person must look at it."""

    code: str
    message: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return self.message
