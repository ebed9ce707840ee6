"""What a microphone is: one piece of equipment where it stands, as figures that say what it does to a voice."""

from dataclasses import asdict, dataclass
from typing import Any

Curve = tuple[tuple[float, float], ...]
"""(Hz, dB) in rising order, straight between over log frequency and flat beyond."""


@dataclass(frozen=True)
class Room:
    """A room with its mouth and its microphone: volume in m3, reverberation time (-60 dB) in s, distance in m.

    `rt60` is that of 1 kHz and changes by the factor `per_octave` upwards. With `reflections` the sound comes first
    by way of single walls, and is mixed only after a while; without, the whole tail is noise that dies away.
    """

    volume: float
    rt60: float
    distance: float
    per_octave: float = 1.0
    reflections: bool = False

    @property
    def direct_to_reverberant(self) -> float:
        """Energy of the direct sound over that of the reverberation: (critical distance / distance) squared.

        Kuttruff, Room Acoustics (6th ed.), 5.1: 0.057 sqrt(Q V / RT60) m is the distance where both are equal; Q = 2
        for a person who speaks towards the microphone.
        """
        return (0.057 / self.distance) ** 2 * 2 * self.volume / self.rt60


@dataclass(frozen=True)
class Noise:
    """Noise that is there: `snr_db` is speech over noise while the person speaks.

    Its spectrum is a `curve` of densities, else falls or rises by `slope` dB an octave. With `talkers` it comes and
    goes as so many people's syllables do (babble).
    """

    snr_db: float
    slope: float = 0.0
    curve: Curve = ()
    talkers: int = 0


@dataclass(frozen=True)
class GainControl:
    """Automatic gain: speech is brought towards `target_db` below full scale, as far and as fast as allowed.

    Gains in dB, `rise` and `fall` in dB a second; noise between words is lifted to `noise_db` below full scale at most.
    """

    target_db: float
    initial: float
    most: float
    rise: float
    fall: float
    noise_db: float


@dataclass(frozen=True)
class Codec:
    """A lossy codec as FFmpeg names its encoder and decoder, `bit_rate` in bits a second (0: the codec's only one)."""

    encoder: str
    decoder: str
    bit_rate: int = 0
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Line:
    """A digital line: samples a second, and how they are coded: by the A-law (ITU-T G.711) in 8 bits, or a codec."""

    sample_rate: int
    a_law: bool = False
    codec: Codec | None = None


@dataclass(frozen=True)
class Microphone:
    """Parameters of one piece of equipment where it stands; whatever is None or empty changes nothing.

    `clip_db` says how far below the recording's own peak the capsule has its limit. `unit` tells one such device with
    its room from another; where it is None the room is drawn anew for every recording.
    """

    name: str
    about: str
    source: str
    room: Room | None = None
    response: Curve = ()
    noise: Noise | None = None
    clip_db: float | None = None
    gain_control: GainControl | None = None
    line: Line | None = None
    unit: int | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether every sound comes out as it went in."""
        parts = (self.room, self.response, self.noise, self.gain_control, self.line)
        return not any(parts) and self.clip_db is None

    def to_dict(self) -> dict[str, Any]:
        """Return what changes the sound, for the key of a cache."""
        return {name: value for name, value in asdict(self).items() if name not in {"about", "source"}}
