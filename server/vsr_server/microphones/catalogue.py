"""Which microphones there are: what each does to a voice, and where its figures come from.

Figures are those of a standard where `source` names one; what it calls an estimate is of the order that such equipment
has, and not a measurement of any one device.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Room:
    """A room with its mouth and its microphone: volume in m3, reverberation time (-60 dB) in s, distance in m."""

    volume: float
    rt60: float
    distance: float

    @property
    def direct_to_reverberant(self) -> float:
        """Energy of the direct sound over that of the reverberation: (critical distance / distance) squared.

        Kuttruff, Room Acoustics (6th ed.), 5.1: 0.057 sqrt(Q V / RT60) m is the distance where both are equal; Q = 2
        for a person who speaks towards the microphone.
        """
        return (0.057 / self.distance) ** 2 * 2 * self.volume / self.rt60


@dataclass(frozen=True)
class Line:
    """A digital line: samples a second, and whether they are companded to 8 bits by the A-law (ITU-T G.711)."""

    sample_rate: int
    a_law: bool = False


@dataclass(frozen=True)
class Microphone:
    """Parameters of one piece of equipment where it stands; whatever is None or empty changes nothing.

    `response` is (Hz, dB) in rising order, straight between over log frequency and flat beyond. `snr_db` is speech
    over noise while the person speaks; `noise_slope` the noise's tilt in dB an octave; `clip_db` how far below the
    recording's own peak the capsule has its limit.
    """

    name: str
    about: str
    source: str
    room: Room | None = None
    response: tuple[tuple[float, float], ...] = ()
    snr_db: float | None = None
    noise_slope: float = 0.0
    clip_db: float | None = None
    line: Line | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether every sound comes out as it went in."""
        return not (self.room or self.response or self.snr_db is not None or self.clip_db is not None or self.line)

    def to_dict(self) -> dict[str, Any]:
        """Return what changes the sound, for the key of a cache."""
        return {name: value for name, value in asdict(self).items() if name not in {"about", "source"}}


STUDIO: Final = Microphone("studio", "as recorded", "the corpus' own equipment")
HEADSET: Final = Microphone(
    "headset",
    "a wireless headset: wideband speech, close to the mouth",
    "50-7,000 Hz at 16 kHz: ITU-T G.722; 40 dB over noise: estimate",
    response=((40, -12), (70, -3), (150, 0), (6_000, 0), (7_000, -3), (8_000, -30)),
    snr_db=40,
    line=Line(16_000),
)
LAPTOP: Final = Microphone(
    "laptop",
    "a laptop's own microphone at half a metre, its fan running",
    "a MEMS capsule's roll-off below 100 Hz and rise towards its resonance, 40 m3, 0.4 s, 30 dB over noise: estimates",
    room=Room(volume=40, rt60=0.4, distance=0.5),
    response=((50, -8), (100, -3), (200, 0), (4_000, 0), (8_000, 3), (11_025, 5)),
    snr_db=30,
    noise_slope=-3,
)
PHONE: Final = Microphone(
    "phone call",
    "a telephone call",
    "300-3,400 Hz: ITU-T G.712; A-law, 8 bits at 8 kHz: ITU-T G.711; 30 dB over noise: estimate",
    response=((60, -26), (200, -8), (300, -0.5), (3_000, -0.5), (3_400, -1.8), (4_000, -14)),
    snr_db=30,
    line=Line(8_000, a_law=True),
)
FAR: Final = Microphone(
    "across the room",
    "a microphone 3 m away in a living room",
    "0.5 s: reference reverberation time of dwellings, ISO 16283-1; 60 m3, 3 m, 20 dB over noise: estimates",
    room=Room(volume=60, rt60=0.5, distance=3.0),
    snr_db=20,
    noise_slope=-4,
)
CHEAP: Final = Microphone(
    "cheap and noisy",
    "a cheap capsule: hiss, a resonance, and a limit that loud speech meets",
    "20 dB over white noise, limit 9 dB below the peak, resonance at 3 kHz: estimates",
    response=((80, -12), (200, 0), (2_000, 0), (3_000, 5), (4_500, 0), (8_000, -12)),
    snr_db=20,
    clip_db=9,
)
MICROPHONES: Final = (STUDIO, HEADSET, LAPTOP, PHONE, FAR, CHEAP)
