import dataclasses
import warnings
from typing import Any

import numpy as np
import pytest

from tests.shared.recordings import RATE, real_voice, tone
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.audio.mel import MelBands, mel_filterbank
from vsr_shared.audio.segments import segments
from vsr_shared.audio.spectrogram import SpectrogramSpec, mel_decibels, spectrogram_image
from vsr_shared.errors import UsageError

SPECS = {
    "64 x 87": SpectrogramSpec(),
    "128 x 173": SpectrogramSpec(n_mels=128, hop_length=512),
    "224 x 224": SpectrogramSpec(n_mels=224, hop_length=395),
    "a short window": SpectrogramSpec(win_length=1024, fmin=50.0, fmax=8000.0, max_db=80.0),
}


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return next(segments(decode_blocks(real_voice()))).samples


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_the_image_is_librosas(voice: np.ndarray, spec: SpectrogramSpec) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's imports, not ours
        import librosa
    mel = librosa.feature.melspectrogram(
        y=voice, sr=RATE, n_fft=spec.n_fft, win_length=spec.win_length, hop_length=spec.hop_length,
        n_mels=spec.n_mels, fmin=spec.fmin, fmax=min(spec.fmax, RATE / 2),
    )  # fmt: skip
    reference = librosa.power_to_db(mel, ref=np.max, amin=1e-30, top_db=spec.max_db)
    bank = mel_filterbank(RATE, spec.n_fft, spec.n_mels, spec.fmin, spec.top_frequency)

    np.testing.assert_allclose(
        bank,
        librosa.filters.mel(sr=RATE, n_fft=spec.n_fft, n_mels=spec.n_mels, fmin=spec.fmin, fmax=spec.top_frequency),
        atol=1e-7,
    )
    np.testing.assert_allclose(mel_decibels(voice, spec, MelBands.of(bank)), reference, atol=2e-3)
    image = spectrogram_image(voice, spec)
    levels = (reference + spec.max_db) * 255 / spec.max_db
    assert np.abs(image - levels).max() < 0.51


def test_the_default_image_is_64_bands_by_87_frames(voice: np.ndarray) -> None:
    image = spectrogram_image(voice, SpectrogramSpec())
    assert image.shape == SpectrogramSpec().shape == (64, 87)
    assert image.dtype == np.uint8
    assert SPECS["128 x 173"].shape == (128, 173)
    assert SPECS["224 x 224"].shape == (224, 224)


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_a_batch_gives_what_each_segment_gives(voice: np.ndarray, spec: SpectrogramSpec) -> None:
    batch = np.stack([voice, voice[::-1], np.zeros_like(voice)])
    images = spectrogram_image(batch, spec)
    assert images.shape == (3, *spec.shape)
    for image, segment in zip(images, batch, strict=True):
        np.testing.assert_array_equal(image, spectrogram_image(segment, spec))
    assert spectrogram_image(batch[:0], spec).shape == (0, *spec.shape)


@pytest.mark.parametrize("gain", [2.0**-10, 0.001, 0.37, 3.0, 1000.0])
def test_the_image_does_not_depend_on_the_level(voice: np.ndarray, gain: float) -> None:
    plain, louder = (spectrogram_image(voice * np.float32(by), SpectrogramSpec()).astype(int) for by in (1, gain))
    # What is rounded to the other side of a level by float32 may move one level, nothing more.
    assert np.abs(plain - louder).max() <= 1
    assert (plain != louder).mean() < 0.001


def test_the_loudest_cell_is_255_and_100_db_below_is_0(voice: np.ndarray) -> None:
    image = spectrogram_image(voice, SpectrogramSpec())
    assert image.max() == 255
    faint_end = np.concatenate([voice[:44_100], 1e-7 * voice[44_100:]])
    assert not spectrogram_image(faint_end, SpectrogramSpec())[:, 46:].any()
    assert not spectrogram_image(np.zeros(88_200, np.float32), SpectrogramSpec()).any()


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 4000.0, 10_000.0])
def test_a_tone_lights_its_own_band_and_low_bands_come_first(hertz: float) -> None:
    spec = SpectrogramSpec()
    image = spectrogram_image(tone(4.0, hertz=hertz), spec)
    bank = mel_filterbank(RATE, spec.n_fft, spec.n_mels, 0.0, RATE / 2)
    nearest_bin = round(hertz * spec.n_fft / RATE)
    assert abs(int(image[:, 43].argmax()) - int(bank[:, nearest_bin].argmax())) <= 1
    assert spectrogram_image(tone(4.0, hertz=200), spec)[:, 43].argmax() < image[:, 43].argmax() or hertz == 200


def test_no_band_is_empty_although_fmax_lies_above_nyquist() -> None:
    for spec in SPECS.values():
        bands = mel_filterbank(RATE, spec.n_fft, spec.n_mels, spec.fmin, spec.top_frequency)
        assert (bands.max(axis=1) > 0).all()
    assert SpectrogramSpec().fmax == 20_000
    assert SpectrogramSpec().top_frequency == 11_025
    unclamped = {n: int((mel_filterbank(RATE, 2048, n, 0.0, 20_000.0).max(axis=1) == 0).sum()) for n in (64, 128)}
    assert unclamped == {64: 8, 128: 18}  # as docs/voices.md says


def test_the_parameters_travel_in_a_manifest() -> None:
    for spec in SPECS.values():
        assert SpectrogramSpec.from_dict(spec.to_dict()) == spec


@pytest.mark.parametrize(
    "change",
    [
        {"n_mels": 0},
        {"n_mels": 10**9},
        {"n_mels": 64.5},
        {"n_mels": "64"},
        {"n_mels": True},
        {"hop_length": 1},
        {"n_fft": 2**30},
        {"win_length": 4096},
        {"sample_rate": 16_000},
        {"seconds": 1e9},
        {"max_db": float("nan")},
        {"fmax": float("inf")},
        {"fmin": -1.0},
        {"fmin": 9_000.0, "fmax": 8_000.0},
        {"reference": "loudness"},
        {"surprise": 1},
        {"fmin": None},
    ],
    ids=str,
)
def test_a_manifest_with_impossible_parameters_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="spectrogram"):
        SpectrogramSpec.from_dict(SpectrogramSpec().to_dict() | change)


def test_a_manifest_that_lacks_a_parameter_is_refused() -> None:
    values = SpectrogramSpec().to_dict()
    del values["n_mels"]
    with pytest.raises(UsageError, match="n_mels"):
        SpectrogramSpec.from_dict(values)


def test_segments_of_another_length_are_refused() -> None:
    for shape in ((88_199,), (2, 44_100), (1, 1, 88_200)):
        with pytest.raises(UsageError, match="expected segments of 88200 samples"):
            spectrogram_image(np.zeros(shape, np.float32), SpectrogramSpec())


def test_the_parameters_cannot_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SpectrogramSpec().n_mels = 32  # type: ignore[misc]
