"""Each microphone does to a voice what its figures say, the same every time, and nothing else."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from vsr_server.microphones.acoustics import a_law, carried, heard_by, reverberated, speech_power
from vsr_server.microphones.catalogue import CHEAP, FAR, HEADSET, MICROPHONES, PHONE, STUDIO, Line, Microphone, Room

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
    heard = heard_by(replace(PHONE, snr_db=None), hiss(), "a1")
    band = decibels(heard, 500, 3000)
    assert decibels(heard, 3100, 3400) > band - 3
    assert decibels(heard, 20, 80) < band - 15
    assert decibels(heard, 4100, 11_000) < band - 50


def test_a_headset_carries_50_to_7000_hertz() -> None:
    heard = heard_by(replace(HEADSET, snr_db=None), hiss(), "a1")
    band = decibels(heard, 500, 3000)
    assert decibels(heard, 5000, 6500) == pytest.approx(band, abs=1)
    assert decibels(heard, 8200, 11_000) < band - 50


@pytest.mark.parametrize("rt60", [0.3, 0.8])
def test_a_room_dies_away_by_60_decibels_in_its_reverberation_time(rt60: float) -> None:
    click = np.zeros(RATE)
    click[0] = 1
    tail = reverberated(click, Room(60, rt60, 3), np.random.default_rng(0))[1:]
    energy = np.cumsum((tail**2)[::-1])[::-1]  # Schroeder's backward integral
    level = 10 * np.log10(energy / energy[0] + 1e-12)
    fell = np.searchsorted(-level, [5, 25]) / RATE  # as ISO 3382 measures it
    assert 3 * (fell[1] - fell[0]) == pytest.approx(rt60, rel=0.15)


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
        heard = heard_by(Microphone("m", "", "", snr_db=ratio), voice, "a1").astype(float)
        noise = np.mean(heard[: RATE // 2] ** 2)
        assert 10 * np.log10(speech_power(heard) / noise) == pytest.approx(ratio, abs=0.7)


def test_noise_of_a_room_is_deeper_than_hiss() -> None:
    silence = RATE // 2
    rumble = heard_by(Microphone("m", "", "", snr_db=20, noise_slope=-4), speech(), "a1")[:silence]
    white = heard_by(Microphone("m", "", "", snr_db=20), speech(), "a1")[:silence]
    tilt = [decibels(noise, 100, 200) - decibels(noise, 6400, 10_000) for noise in (rumble, white)]
    assert tilt[0] == pytest.approx(24, abs=3)
    assert tilt[1] == pytest.approx(0, abs=3)


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
    keys = [str(microphone.to_dict()) for microphone in (*MICROPHONES, replace(FAR, snr_db=19))]
    assert len(set(keys)) == len(keys)
