"""Cepstral statistics: what they know of a sound, and what they do not."""

import librosa
import numpy as np
import pytest
from numpy.polynomial import legendre

from vsr_shared.audio.cepstrum import _SCALES, COEFFICIENTS, COURSED, STATISTICS, TOGETHER, cepstral_statistics
from vsr_shared.audio.spectrogram import SpectrogramSpec, spectrogram_image

SPEC = SpectrogramSpec()
TIME = np.arange(SPEC.samples) / SPEC.sample_rate


def tone(hertz: float, beats: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    wave = np.sin(2 * np.pi * hertz * TIME) * (1 + np.sin(2 * np.pi * beats * TIME)) + rng.normal(0, 0.02, len(TIME))
    return (0.2 * wave).astype(np.float32)


def statistics(wave: np.ndarray) -> np.ndarray:
    return cepstral_statistics(spectrogram_image(wave[None], SPEC))[0]


def test_they_are_the_cepstral_coefficients_of_the_field() -> None:
    image = spectrogram_image(tone(300), SPEC)
    decibels = np.maximum(image.astype(np.float64) * 100 / 255 - 100, -60)
    spoken = decibels.max(axis=0) > -45
    theirs = librosa.feature.mfcc(S=decibels, n_mfcc=COEFFICIENTS)[:, spoken]
    time = np.linspace(-1, 1, theirs.shape[1])
    courses = (legendre.legval(time, [0, 1]), legendre.legval(time, [0, 0, 1]))
    rise, arch = ((theirs[:COURSED] * course).mean(axis=1) for course in courses)
    pairs = np.corrcoef(theirs[:TOGETHER])[np.triu_indices(TOGETHER, 1)]
    expected = np.concatenate([theirs.mean(axis=1), theirs.std(axis=1), rise, arch, pairs])
    np.testing.assert_allclose(cepstral_statistics(image[None])[0] * _SCALES, expected, rtol=1e-3, atol=1e-2)


def test_loudness_does_not_matter() -> None:
    np.testing.assert_allclose(statistics(tone(300)), statistics(tone(300) * 0.05), atol=0.05)


def test_what_is_far_below_the_voice_does_not_matter() -> None:
    """The silence before and after a recording, and the hiss of a room 70 dB below, are no part of the voice."""
    rng = np.random.default_rng(3)
    voice = np.where((TIME > 1) & (TIME < 3), tone(300), 0).astype(np.float32)
    hiss = (voice + 0.2 * 10 ** (-75 / 20) * rng.normal(size=len(TIME))).astype(np.float32)
    np.testing.assert_allclose(statistics(hiss), statistics(voice), atol=0.05)


def test_two_sounds_are_apart_and_one_is_near_itself() -> None:
    apart = np.square(statistics(tone(300)) - statistics(tone(2500))).sum()
    assert apart > 10 * np.square(statistics(tone(300)) - statistics(tone(300, beats=3.2))).sum()


@pytest.mark.parametrize("image", [np.zeros((1, 64, 87), np.uint8), np.full((1, 64, 87), 255, np.uint8)])
def test_nothing_and_everything_give_numbers(image: np.ndarray) -> None:
    found = cepstral_statistics(image)
    assert found.shape == (1, STATISTICS)
    assert np.isfinite(found).all()
