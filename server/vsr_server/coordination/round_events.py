"""What happens in a round, as the server tells it. No event carries a figure of a single person."""

from collections.abc import Mapping
from dataclasses import dataclass

from vsr_shared.federation.events import Event


def so_many(completed: int, of: int | None) -> str:
    """Rounds completed, in words: `3 of 10`, or `3` where they go on for ever."""
    return str(completed) if of is None else f"{completed} of {of}"


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
class SharesAsked(Event):
    """The vectors of a round are in; those whose vector arrived are asked to uncover its masks."""

    round: int
    machines: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: {self.machines} machines are asked to uncover the sum's masks"


@dataclass(frozen=True)
class SumKnown(Event):
    """The mean of a round is known; the model that it leads to is compared with the current one."""

    round: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: the sum is known, its model is at the gate"


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
    of: int | None
    """Rounds of the plan, None where they go on for ever."""
    machines: int
    clips: float
    metrics: Mapping[str, float]
    """Means over the machines, weighted by their clips."""
    seconds: float
    groups: int
    version: int
    """The model version that came out of it, promoted or not."""
    verdict: str = ""
    """Why that version was promoted or rejected."""

    def sentence(self) -> str:
        """The event in words for a person."""
        figures = "".join(f", mean {name} {value:.4f}" for name, value in self.metrics.items())
        return (
            f"round {self.round} done ({so_many(self.completed, self.of)}): {self.machines} machines, "
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
class RoundLost(Event):
    """A round was open when the server, or the SuperLink, ended; its number is spent and the model unchanged."""

    round: int
    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round} is lost: {self.reason}"


@dataclass(frozen=True)
class AnswerLate(Event):
    """A machine answered after its deadline; the answer was not read."""

    group: str
    """Number of the round, or what else was asked."""
    node: int

    def sentence(self) -> str:
        """The event in words for a person."""
        asked = f"round {self.group}" if self.group.isdigit() else f"a question about {self.group}"
        return f"an answer to {asked} came too late from node {self.node} and was ignored"


@dataclass(frozen=True)
class SumLeftOut(Event):
    """A sum holds what honest machines cannot add up to: somebody in it sent something else than was asked."""

    round: int
    machines: int
    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: a sum over {self.machines} machines is left out: {self.reason}"
