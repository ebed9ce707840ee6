"""Each microphone does to a voice what its figures say, the same every time, and nothing else."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from vsr_server.microphones.acoustics import a_law, carried, heard_by
from vsr_server.microphones.catalogue import (
    BLUETOOTH,
    CHEAP,
    FAR,
    HEADSET,
    KINDS,
    MESSAGE,
    MICROPHONES,
    MOBILE,
    PHONE,
    STUDIO,
    VIDEO,
)
from vsr_server.microphones.codecs import coded
from vsr_server.microphones.gain_control import controlled
from vsr_server.microphones.kinds import LIVING_ROOM
from vsr_server.microphones.microphone import Codec, GainControl, Line, Microphone, Noise, Room
from vsr_server.microphones.noises import HOTH, noise_like, speech_curve
from vsr_server.microphones.rooms import impulse_response, reverberated
from vsr_server.microphones.signals import speech_power
from vsr_shared.errors import UsageError

RATE = 22_050


def hiss(seconds: float = 2.0) -> npt.NDArray[np.float32]:
    """White noise: every frequency alike."""
    return np.random.default_rng(0).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def speech(seconds: float = 2.0) -> npt.NDArray[np.float32]:
    """Half a second of silence, then a buzz of a voice's harmonics that comes and goes."""
    time = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 40))
    return (0.1 * buzz * np.abs(np.sin(2 * np.pi * 1.5 * time)) * (time > 0.5)).astype(np.float32)


def decibels(samples: npt.NDArray[np.float32], low: float, high: float) -> float:
    """Mean power between two frequencies."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(10 * np.log10(power[(hertz >= low) & (hertz < high)].mean() + 1e-12))


@pytest.mark.parametrize("microphone", MICROPHONES, ids=lambda microphone: microphone.name)
def test_a_recording_keeps_its_length_and_level_and_always_sounds_the_same(microphone: Microphone) -> None:
    voice = speech()
    heard = heard_by(microphone, voice, "a1")
    assert heard.shape == voice.shape
    assert heard.dtype == np.float32
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(np.sqrt(np.mean(voice**2)), rel=1e-3)
    assert (heard == heard_by(microphone, voice, "a1")).all()
    assert np.array_equal(heard, heard_by(microphone, voice, "a2")) == (microphone is STUDIO)


def test_the_studio_changes_nothing_and_silence_stays_silence() -> None:
    voice = speech()
    assert (heard_by(STUDIO, voice, "a1") == voice).all()
    for microphone in MICROPHONES:
        assert not heard_by(microphone, np.zeros(RATE, np.float32), "a1").any()
        assert len(heard_by(microphone, np.zeros(0, np.float32), "a1")) == 0


def test_a_phone_carries_300_to_3400_hertz() -> None:
    heard = heard_by(replace(PHONE, noise=None), hiss(), "a1")
    band = decibels(heard, 500, 3000)
    assert decibels(heard, 3100, 3400) > band - 3
    assert decibels(heard, 20, 80) < band - 15
    assert decibels(heard, 4100, 11_000) < band - 50


def test_a_headset_carries_50_to_7000_hertz() -> None:
    heard = heard_by(replace(HEADSET, noise=None), hiss(), "a1")
    band = decibels(heard, 500, 3000)
    assert decibels(heard, 5000, 6500) == pytest.approx(band, abs=1)
    assert decibels(heard, 8200, 11_000) < band - 50


@pytest.mark.parametrize("microphone", [MOBILE, BLUETOOTH], ids=lambda microphone: microphone.name)
def test_a_codec_has_its_band_and_leaves_a_recording_at_its_place(microphone: Microphone) -> None:
    voice, line = speech(), microphone.line
    assert line is not None
    heard = carried(voice.astype(float), line)
    top = line.sample_rate / 2
    assert decibels(heard.astype(np.float32), top * 1.05, 11_000) < decibels(voice, 500, 3000) - 50
    starts = [int(np.argmax(np.abs(sound) > 0.02)) for sound in (voice, heard)]
    assert abs(starts[1] - starts[0]) < 0.004 * RATE


@pytest.mark.parametrize("microphone", [MOBILE, BLUETOOTH, MESSAGE, VIDEO], ids=lambda microphone: microphone.name)
def test_a_codec_is_late_by_nothing_and_gives_as_much_as_it_took(microphone: Microphone) -> None:
    line = microphone.line
    assert line is not None and line.codec is not None
    time = np.arange(line.sample_rate) / line.sample_rate
    chirp = 0.2 * np.sin(2 * np.pi * (300 * time + 400 * time**2))  # no two places of it are alike
    back = coded(chirp, line.sample_rate, line.codec)
    assert back.shape == chirp.shape
    alike = np.fft.irfft(np.fft.rfft(back, 2 * len(back)) * np.conj(np.fft.rfft(chirp, 2 * len(back))))
    late = (int(np.argmax(alike)) + len(back)) % (2 * len(back)) - len(back)
    assert abs(late) < 0.002 * line.sample_rate


def test_a_codec_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="nobodys_codec"):
        coded(np.zeros(800), 8_000, Codec("nobodys_codec", "nobodys_codec"))


def test_gain_control_holds_the_level_of_speech_within_full_scale() -> None:
    control = GainControl(target_db=-25, initial=15, most=50, rise=60, fall=60, noise_db=-50)
    voice = speech(4).astype(float)
    voice *= np.sqrt(1 / speech_power(voice))
    levels = []
    for level in (-55, -40, -30):
        heard = controlled(voice * 10 ** (level / 20), control)[3 * RATE :]
        levels.append(10 * np.log10(speech_power(heard)))
    assert max(levels) - min(levels) < 2
    assert levels[0] == pytest.approx(-25, abs=3)
    assert np.abs(controlled(voice * 3, control)).max() == 1.0


def test_gain_control_takes_its_time_and_lifts_noise_to_its_limit_alone() -> None:
    control = GainControl(target_db=-25, initial=0, most=50, rise=6, fall=6, noise_db=-50)
    quiet = 0.02 * speech(4).astype(float)
    ratio = controlled(quiet, control)[1:] / np.where(quiet == 0, np.nan, quiet)[1:]
    assert 20 * np.log10(np.nanmax(ratio[: 2 * RATE])) <= 6 * 2 + 0.1
    noisy = quiet + 10 ** (-60 / 20) * np.random.default_rng(0).normal(size=len(quiet))
    still = controlled(noisy, control)[: RATE // 2]
    assert 10 * np.log10(np.mean(still**2)) <= -49


@pytest.mark.parametrize("rt60", [0.3, 0.8])
@pytest.mark.parametrize("drawn", [False, True])
def test_a_room_dies_away_by_60_decibels_in_its_reverberation_time(rt60: float, drawn: bool) -> None:
    room = Room(60, rt60, 3, LIVING_ROOM if drawn else 1.0, drawn)
    tail = impulse_response(room, np.random.default_rng(0))[1:]
    energy = np.cumsum((tail**2)[::-1])[::-1]  # Schroeder's backward integral
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    fell = np.searchsorted(-level, [5, 25]) / RATE  # as ISO 3382 measures it
    assert 3 * (fell[1] - fell[0]) == pytest.approx(rt60, rel=0.15)


def test_high_notes_die_away_first_and_single_walls_are_heard_before_the_rest() -> None:
    response = impulse_response(Room(60, 0.6, 2, LIVING_ROOM, reflections=True), np.random.default_rng(1))
    early, late = response[: int(0.1 * RATE)], response[int(0.3 * RATE) : int(0.4 * RATE)]
    fell = [
        decibels(early.astype(np.float32), low, high) - decibels(late.astype(np.float32), low, high)
        for low, high in ((200, 700), (5700, 11_000))
    ]
    assert fell[1] > fell[0] + 5
    before_mixing = response[1 : int(np.sqrt(60) / 1000 * RATE)]
    assert 0 < np.count_nonzero(before_mixing) < 30


def test_farther_away_there_is_more_room_and_less_voice() -> None:
    near, far = (Room(60, 0.5, distance).direct_to_reverberant for distance in (0.5, 3))
    assert 10 * np.log10(near / far) == pytest.approx(20 * np.log10(6))
    click = np.zeros(RATE)
    click[0] = 1
    tail = reverberated(click, Room(60, 0.5, 3), np.random.default_rng(0))[1:]
    assert np.square(tail).sum() == pytest.approx(1 / far, rel=1e-6)


def test_noise_lies_as_far_below_speech_as_it_says() -> None:
    voice = speech()
    for ratio in (25, 40):
        heard = heard_by(Microphone("m", "", "", noise=Noise(ratio)), voice, "a1").astype(float)
        noise = np.mean(heard[: RATE // 2] ** 2)
        assert 10 * np.log10(speech_power(heard) / noise) == pytest.approx(ratio, abs=0.7)


def test_noise_of_a_room_is_deeper_than_hiss() -> None:
    silence = RATE // 2
    rumble = heard_by(Microphone("m", "", "", noise=Noise(20, slope=-4)), speech(), "a1")[:silence]
    white = heard_by(Microphone("m", "", "", noise=Noise(20)), speech(), "a1")[:silence]
    tilt = [decibels(noise, 100, 200) - decibels(noise, 6400, 10_000) for noise in (rumble, white)]
    assert tilt[0] == pytest.approx(24, abs=3)
    assert tilt[1] == pytest.approx(0, abs=3)


def test_noises_have_the_spectra_of_their_standards() -> None:
    rng = np.random.default_rng(0)
    room = noise_like(Noise(20, curve=HOTH), 20 * RATE, rng).astype(np.float32)
    assert decibels(room, 950, 1050) - decibels(room, 3900, 4100) == pytest.approx(16.2 - 5.4, abs=1)
    talk = noise_like(Noise(20, curve=speech_curve(), talkers=4), 20 * RATE, rng)
    curve = dict(speech_curve())
    assert curve[100.0] == pytest.approx(57.2, abs=0.1)  # what the recommendation's formula gives
    still = noise_like(Noise(20, curve=speech_curve()), 20 * RATE, rng)
    swing = [np.std(np.log(np.square(sound).reshape(-1, RATE // 10).mean(axis=1))) for sound in (talk, still)]
    assert swing[0] > 3 * swing[1]


def test_a_cheap_capsule_cuts_off_what_is_loud() -> None:
    heard = heard_by(CHEAP, speech(), "a1")
    at_limit = np.abs(heard) > 0.999 * np.abs(heard).max()
    assert at_limit.mean() > 0.01
    assert np.mean(np.abs(speech()) > 0.999 * np.abs(speech()).max()) < 0.001


def test_eight_bits_by_the_a_law_keep_38_decibels() -> None:
    loud = np.sin(np.linspace(0, 3000, 8000)) * 0.5
    for level in (1.0, 0.1):
        error = a_law(loud * level) - loud * level
        assert 10 * np.log10(np.mean((loud * level) ** 2) / np.mean(error**2)) == pytest.approx(38, abs=2)
    assert len(np.unique(a_law(np.linspace(-1, 1, 100_001)))) == 257  # 128 sizes of either sign, and nothing at all


def test_a_line_gives_back_as_many_samples_as_it_took() -> None:
    for count in (7_717, 22_050, 31_123):
        assert carried(hiss(2)[:count].astype(float), Line(8_000)).shape == (count,)


def test_every_figure_has_a_source_and_makes_another_cache_key() -> None:
    assert all(microphone.source and microphone.about for microphone in MICROPHONES)
    keys = [str(microphone.to_dict()) for microphone in (*MICROPHONES, replace(FAR, noise=Noise(19, slope=-4)))]
    assert len(set(keys)) == len(keys)


def test_a_persons_microphone_is_theirs_and_within_its_kind() -> None:
    for kind in KINDS[1:]:
        own, again, others = kind.drawn(1, "anna"), kind.drawn(1, "anna"), [kind.drawn(1, name) for name in "bcdef"]
        assert own == again
        assert len({str(one.to_dict()) for one in (own, *others, kind.drawn(2, "anna"))}) == 7
        for one in (own, *others):
            assert one.name == kind.name
            if kind.snr_db and one.noise:
                assert kind.snr_db[0] <= one.noise.snr_db <= kind.snr_db[1]
            if kind.rt60 and one.room:
                assert kind.rt60[0] <= one.room.rt60 <= kind.rt60[1]
    assert KINDS[0].drawn(1, "anna") == STUDIO


def test_a_persons_room_is_the_same_in_every_recording() -> None:
    mine = replace(KINDS[4].drawn(1, "anna"), noise=None)
    assert mine.room is not None
    click = np.zeros(RATE, np.float32)
    click[100] = 1
    assert np.array_equal(heard_by(mine, click, "a1"), heard_by(mine, click, "a2"))
    assert not np.array_equal(heard_by(mine, click, "a1"), heard_by(replace(mine, unit=5), click, "a1"))
