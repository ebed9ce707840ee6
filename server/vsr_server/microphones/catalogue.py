"""Which microphones there are: what each does to a voice, and where its figures come from.

Figures are those of a standard or a data sheet where `source` names one; what it calls an estimate is of the order that
such equipment has, and not a measurement of any one device. Speech over a capsule's own noise follows from both: speech
of normal effort has 60 dB(A) at 1 m (ISO 9921, annex A), 6 dB more at half of the distance, and a MEMS capsule's noise
sounds like 29 to 33 dB(A) (data sheets of ICS-43434 and INMP441).
"""

from typing import Final

from vsr_server.microphones.kinds import Kind
from vsr_server.microphones.microphone import Codec, GainControl, Line, Microphone, Noise, Room
from vsr_server.microphones.noises import HOTH, speech_curve

_DWELLINGS: Final = (0.35, 0.69)
"""Reverberation times of living rooms: 16 measured by the BBC 0.35 to 0.45 s, 50 British ones 0.40 to 0.69 s by octave
(Jackson & Leventhall, Applied Acoustics 5, 1972)."""
_BABBLE: Final = Noise(20, curve=speech_curve(), talkers=6)
_MURMUR: Final = Noise(20, curve=HOTH)
_GAIN: Final = GainControl(target_db=-25, initial=15, most=50, rise=6, fall=6, noise_db=-50)
"""Defaults of WebRTC's adaptive digital controller: 6 dB a second, 15 dB at first, 50 at most, noise up to -50 dBFS;
headroom of 5 dB and 20 dB between a voice's level and its peaks."""

STUDIO: Final = Microphone("studio", "as recorded", "the corpus' own equipment")
HEADSET: Final = Microphone(
    "headset",
    "a wireless headset: wideband speech, close to the mouth",
    "50-7,000 Hz at 16 kHz: ITU-T G.722; 40 dB over noise: estimate",
    response=((40, -12), (70, -3), (150, 0), (6_000, 0), (7_000, -3), (8_000, -30)),
    noise=Noise(40),
    line=Line(16_000),
)
LAPTOP: Final = Microphone(
    "laptop",
    "a laptop's own microphone at half a metre, its fan running",
    "a MEMS capsule's roll-off below 100 Hz and rise towards its resonance, 40 m3, 0.4 s, 30 dB over noise: estimates",
    room=Room(volume=40, rt60=0.4, distance=0.5),
    response=((50, -8), (100, -3), (200, 0), (4_000, 0), (8_000, 3), (11_025, 5)),
    noise=Noise(30, slope=-3),
)
_TELEPHONE: Final = ((60, -26), (200, -8), (300, -0.5), (3_000, -0.5), (3_400, -1.8), (4_000, -14))
PHONE: Final = Microphone(
    "phone call",
    "a telephone call",
    "300-3,400 Hz: ITU-T G.712; A-law, 8 bits at 8 kHz: ITU-T G.711; 30 dB over noise: estimate",
    response=_TELEPHONE,
    noise=Noise(30),
    line=Line(8_000, a_law=True),
)
FAR: Final = Microphone(
    "across the room",
    "a microphone 3 m away in a living room",
    "0.5 s: reference reverberation time of dwellings, ISO 16283-1; 60 m3, 3 m, 20 dB over noise: estimates",
    room=Room(volume=60, rt60=0.5, distance=3.0),
    noise=Noise(20, slope=-4),
)
CHEAP: Final = Microphone(
    "cheap and noisy",
    "a cheap capsule: hiss, a resonance, and a limit that loud speech meets",
    "20 dB over white noise, limit 9 dB below the peak, resonance at 3 kHz: estimates",
    response=((80, -12), (200, 0), (2_000, 0), (3_000, 5), (4_500, 0), (8_000, -12)),
    noise=Noise(20),
    clip_db=9,
)
MOBILE: Final = Microphone(
    "mobile call",
    "a mobile call among other people's talk",
    "AMR, 12.2 kbit/s: 3GPP TS 26.071; 300-3,400 Hz: ITU-T G.712; spectrum of talk: ITU-T P.50; 20 dB over it: "
    "estimate",
    response=_TELEPHONE,
    noise=_BABBLE,
    line=Line(8_000, codec=Codec("libopencore_amrnb", "libopencore_amrnb", 12_200)),
)
BLUETOOTH: Final = Microphone(
    "bluetooth headset",
    "a Bluetooth headset in a call, in a room",
    "mSBC, 16 kHz: Bluetooth Hands-Free Profile 1.6; 100-6,300 Hz within 5 dB: 3GPP TS 26.131, 6.4; room noise: "
    "IEEE 269; 25 dB over it: estimate",
    response=((60, -12), (100, -3), (200, 0), (5_000, 0), (6_300, -3), (8_000, -20)),
    noise=Noise(25, curve=HOTH),
    line=Line(16_000, codec=Codec("sbc", "sbc", options=(("msbc", "1"),))),
)
MESSAGE: Final = Microphone(
    "voice message",
    "a voice message: a phone held before the face, its gain automatic",
    "Opus, 16 kbit/s wideband: RFC 6716, 2.1.1; -3 dB at 60 Hz: INMP441 data sheet; gain: WebRTC's; room noise: IEEE "
    "269; 40 m3, 0.45 s, 0.3 m, 25 dB over noise: estimates",
    room=Room(volume=40, rt60=0.45, distance=0.3),
    response=((30, -9), (60, -3), (120, 0), (5_000, 0), (8_000, 2)),
    noise=Noise(25, curve=HOTH),
    gain_control=_GAIN,
    line=Line(16_000, codec=Codec("libopus", "libopus", 16_000, (("application", "voip"),))),
)
VIDEO: Final = Microphone(
    "video call",
    "a video call through a laptop: a room, automatic gain, a codec",
    "Opus, 32 kbit/s fullband: RFC 6716, 2.1.1; gain: WebRTC's; room noise: IEEE 269; the laptop's other estimates",
    room=Room(volume=40, rt60=0.45, distance=0.6),
    response=LAPTOP.response,
    noise=Noise(20, curve=HOTH),
    gain_control=_GAIN,
    line=Line(48_000, codec=Codec("libopus", "libopus", 32_000, (("application", "voip"),))),
)

KINDS: Final = (
    Kind(STUDIO),
    Kind(HEADSET, tolerance=3, snr_db=(30, 45)),
    Kind(LAPTOP, tolerance=3, snr_db=(20, 35), volume=(25, 60), rt60=_DWELLINGS, distance=(0.4, 0.8)),
    Kind(PHONE, tolerance=3, snr_db=(20, 35)),
    Kind(FAR, tolerance=3, snr_db=(10, 22), volume=(30, 80), rt60=_DWELLINGS, distance=(2.0, 4.0)),
    Kind(CHEAP, tolerance=5, snr_db=(15, 25), clip_db=(6, 12)),
    Kind(
        MOBILE, tolerance=5, snr_db=(10, 25), noises=(_BABBLE, _MURMUR), bit_rates=(4_750, 5_900, 7_400, 10_200, 12_200)
    ),
    Kind(BLUETOOTH, tolerance=5, snr_db=(15, 30), noises=(_MURMUR, _BABBLE)),
    Kind(
        MESSAGE,
        tolerance=5,
        snr_db=(15, 30),
        noises=(_MURMUR, _BABBLE),
        volume=(25, 60),
        rt60=_DWELLINGS,
        distance=(0.2, 0.5),
        bit_rates=(16_000, 18_000, 20_000),
    ),
    Kind(
        VIDEO,
        tolerance=3,
        snr_db=(12, 28),
        noises=(_MURMUR, Noise(20, slope=-3)),
        volume=(25, 60),
        rt60=_DWELLINGS,
        distance=(0.4, 0.9),
        bit_rates=(28_000, 32_000, 40_000),
    ),
)
"""Every kind with how far people's own differ: bit rates of AMR's modes and of Opus' sweet spots, reverberation of
dwellings, responses within the mask of 3GPP TS 26.131 (5 dB, table 13); distances and volumes are estimates."""

MICROPHONES: Final = tuple(kind.typical for kind in KINDS)
