"""What a machine that takes part in rounds tells the person, as it happens."""

from collections.abc import Mapping
from dataclasses import dataclass

from vsr_shared.federation.events import Event
from vsr_shared.federation.messages import CLIP_NORM


@dataclass(frozen=True)
class Connected(Event):
    """The server knows this machine's key and will offer it rounds."""

    server: str
    node: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"connected to {self.server} as node {self.node}"


@dataclass(frozen=True)
class OfferReceived(Event):
    """The server asks for an update."""

    federation: str
    round: int
    bytes: int
    """Bytes of the common model's weights that came in."""
    minimum_cohort: int
    """The server says that it averages no fewer machines than this."""
    local: Mapping[str, float]
    """How it asks to train, by the names of `LocalTraining`."""
    metrics: list[str]
    """Figures that it asks for."""
    noise: Mapping[str, float] | None = None
    """Noise that it asks for, by the names of `NoiseTerms`; None where it asks for none."""
    clip_norm: float = CLIP_NORM
    """To what length it asks to shorten updates."""

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: the common model came in, {self.bytes:,} bytes; training on this machine"


@dataclass(frozen=True)
class UpdateSent(Event):
    """An update left this machine: this is everything that did."""

    federation: str
    round: int
    bytes: int
    """Bytes of the vector that went out and, in a secure sum, of the shares sealed for the others."""
    arrays: Mapping[str, list[int]]
    """Name and shape of each array that went out."""
    sha256: str
    """Of the bytes that went out."""
    minimum_cohort: int
    """The server says that it averages no fewer machines than this."""
    seconds: float
    """From the offer's arrival to the update's leaving."""
    content_sha256: str = ""
    """Of the vector before anything hid it; empty where nothing did."""

    def sentence(self) -> str:
        """The event in words for a person."""
        what = ", ".join(f"{name} of {' x '.join(map(str, shape))}" for name, shape in self.arrays.items())
        return f"round {self.round}: sent {self.bytes:,} bytes ({what} numbers) after {self.seconds:.1f} s"


@dataclass(frozen=True)
class ModelKept(Event):
    """The common model that the rounds led to came in and is kept."""

    federation: str
    round: int
    bytes: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"the common model after round {self.round} came in, {self.bytes:,} bytes, and is kept"


@dataclass(frozen=True)
class OfferRefused(Event):
    """This machine's own checks refused an offer; nothing but the refusal left it."""

    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"refused an offer: {self.reason}"


@dataclass(frozen=True)
class KeysPublished(Event):
    """Public halves of one-time keys for secure sums left this machine."""

    federation: str
    keys: int
    bytes: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"gave the server {self.keys} public keys, each for one round"


@dataclass(frozen=True)
class SharesGiven(Event):
    """Shares of a round's masks left this machine, so that the sum over these people can be read."""

    federation: str
    round: int
    people: int
    """Whose updates are in the sum, this machine's among them."""
    bytes: int

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: helped to read the sum over {self.people} people, and no single one of them"


@dataclass(frozen=True)
class TrainingFailed(Event):
    """An offer was in order but could not be trained on; the reason stays on this machine."""

    round: int
    reason: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"round {self.round}: could not train here ({self.reason}); the server heard only that"


@dataclass(frozen=True)
class ServerLost(Event):
    """The server no longer answers; this machine goes on trying."""

    server: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"{self.server} does not answer; trying again until it does"


@dataclass(frozen=True)
class ServerFound(Event):
    """The server answers again."""

    server: str

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"{self.server} answers again"


@dataclass(frozen=True)
class Rejoining(Event):
    """The connection ended and is made anew."""

    reason: str
    wait_seconds: float

    def sentence(self) -> str:
        """The event in words for a person."""
        return f"joining again in {self.wait_seconds:g} s: {self.reason}"
