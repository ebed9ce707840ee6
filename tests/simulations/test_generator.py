"""The generated voices: the same for everyone who asks, speech-like, and personal enough to be worth learning."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError
from vsr_simulations.generator import RATE, speaker, utter

Features = npt.NDArray[np.float64]


def test_the_same_arguments_give_the_same_samples() -> None:
    first = utter(speaker(3, 5), Emotion.HAPPY, 2, sentence=1)
    again = utter(speaker(3, 5), Emotion.HAPPY, 2, sentence=1)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    ("seed", "index", "emotion", "take", "sentence"),
    [
        (4, 5, Emotion.HAPPY, 2, 1),
        (3, 6, Emotion.HAPPY, 2, 1),
        (3, 5, Emotion.SAD, 2, 1),
        (3, 5, Emotion.HAPPY, 3, 1),
        (3, 5, Emotion.HAPPY, 2, 2),
    ],
)
def test_each_argument_changes_what_is_heard(seed: int, index: int, emotion: Emotion, take: int, sentence: int) -> None:
    other = utter(speaker(seed, index), emotion, take, sentence=sentence)
    assert not np.array_equal(utter(speaker(3, 5), Emotion.HAPPY, 2, sentence=1), other)


def test_a_speaker_does_not_depend_on_who_was_made_before() -> None:
    alone = speaker(0, 99_999)
    for index in range(5):
        utter(speaker(0, index), Emotion.CALM, 0, sentence=1)
    assert speaker(0, 99_999) == alone
    assert len({speaker(0, index).pitch for index in range(200)}) == 200


def test_takes_can_be_made_in_any_order() -> None:
    person = speaker(0, 0)
    forwards = [utter(person, Emotion.ANGRY, take, sentence=1) for take in range(3)]
    backwards = [utter(person, Emotion.ANGRY, take, sentence=1) for take in reversed(range(3))]
    for one, other in zip(forwards, reversed(backwards), strict=True):
        np.testing.assert_array_equal(one, other)


def test_clips_are_finite_unclipped_audible_and_of_speech_length() -> None:
    for index in range(6):
        for emotion in Emotion:
            clip = utter(speaker(11, index), emotion, 0, sentence=index)
            assert clip.dtype == np.float32
            assert clip.ndim == 1
            assert np.isfinite(clip).all()
            assert 0.02 < np.abs(clip).max() < 1
            assert 2.4 < clip.size / RATE <= 4.5


def test_loud_voices_stay_below_full_scale_in_large_populations() -> None:
    loudest = max((speaker(0, index) for index in range(2000)), key=lambda one: one.energy)
    assert all(np.abs(utter(loudest, Emotion.ANGRY, take, sentence=1)).max() < 1 for take in range(8))


def test_a_voice_has_the_harmonics_of_its_pitch() -> None:
    person = speaker(0, 1)
    clip = utter(person, Emotion.NEUTRAL, 0, sentence=1)
    pitches = [pitch for pitch in map(_pitch, _frames(clip)) if pitch is not None]
    assert len(pitches) > 60
    assert abs(12 * np.log2(np.median(pitches) / person.pitch)) < 4


def test_speech_has_syllables_and_pauses() -> None:
    clip = utter(speaker(0, 1), Emotion.NEUTRAL, 0, sentence=1)
    level = 10 * np.log10(np.mean(_frames(clip) ** 2, axis=1))
    loud = level > level.max() - 25
    assert 0.35 < loud.mean() < 0.95
    assert int(np.sum(np.diff(loud.astype(int)) == 1)) >= 2


def test_on_average_emotions_move_the_voice_as_the_literature_says() -> None:
    energy, pitch, length = (
        {
            emotion: float(np.mean([measure(one) for one in _takes(emotion)]))
            for emotion in (Emotion.ANGRY, Emotion.NEUTRAL, Emotion.SAD)
        }
        for measure in (_decibels, _median_pitch, len)
    )
    assert energy[Emotion.ANGRY] > energy[Emotion.NEUTRAL] + 3 > energy[Emotion.SAD] + 5
    assert pitch[Emotion.ANGRY] > 1.08 * pitch[Emotion.NEUTRAL]
    assert length[Emotion.SAD] > 1.1 * length[Emotion.ANGRY]


def test_people_differ_in_how_they_show_the_same_emotion() -> None:
    shifts = [speaker(0, index).habit(Emotion.ANGRY).energy for index in range(200)]
    assert np.mean(shifts) > 4
    assert np.std(shifts) > 2


def test_strangers_teach_something_and_the_person_teaches_more() -> None:
    """16 people say 16 clips of one sentence to teach from and 8 of another; each fold's four are judged."""
    features, positive, owner, sentence = _population(seed=7, speakers=16)
    common, personal = [], []
    for person in range(16):
        strangers = owner % 4 != person % 4
        own, judged = (owner == person) & (sentence == 1), (owner == person) & (sentence == 2)
        weight = np.where(own, 25.0, 1.0)
        common.append(_balanced(features, positive, strangers, weight, judged))
        personal.append(_balanced(features, positive, strangers | own, weight, judged))
    assert 0.62 < np.mean(common) < 0.85
    assert np.mean(personal) > np.mean(common) + 0.05


def test_impossible_requests_are_refused_in_words() -> None:
    with pytest.raises(UsageError, match="index -1"):
        speaker(0, -1)
    with pytest.raises(UsageError, match="numbered from 0, got -2"):
        utter(speaker(0, 0), Emotion.CALM, -2, sentence=1)
    with pytest.raises(UsageError, match="sentences are numbered"):
        utter(speaker(0, 0), Emotion.CALM, 0, sentence=-1)


def _takes(emotion: Emotion) -> list[npt.NDArray[np.float32]]:
    return [utter(speaker(0, index), emotion, 0, sentence=1) for index in range(12)]


def _frames(clip: npt.NDArray[np.float32]) -> Features:
    return np.lib.stride_tricks.sliding_window_view(clip, 1024)[::512].astype(np.float64)


def _decibels(clip: npt.NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(clip**2)))


def _pitch(frame: Features) -> float | None:
    """The strongest period between 70 and 500 Hz by autocorrelation, None where nothing repeats."""
    spectrum = np.abs(np.fft.rfft(frame * np.hanning(frame.size), 2 * frame.size)) ** 2
    likeness = np.fft.irfft(spectrum)
    first, last = RATE // 500, RATE // 70
    lag = first + int(np.argmax(likeness[first:last]))
    return RATE / lag if likeness[lag] > 0.4 * likeness[0] else None


def _median_pitch(clip: npt.NDArray[np.float32]) -> float:
    return float(np.median([pitch for pitch in map(_pitch, _frames(clip)) if pitch is not None]))


def _mfcc(clip: npt.NDArray[np.float32]) -> Features:
    """Means and deviations of 20 mel cepstra and the deviations of their steps."""
    from scipy.fft import dct

    power = np.abs(np.fft.rfft(_frames(clip) * np.hanning(1024), axis=1)) ** 2
    cepstra = dct(np.log(power @ _mel_bands().T + 1e-6), axis=1, norm="ortho")[:, :20]
    return np.concatenate((cepstra.mean(axis=0), cepstra.std(axis=0), np.diff(cepstra, axis=0).std(axis=0)))


@cache
def _mel_bands() -> Features:
    mels = np.linspace(2595 * np.log10(1 + 50 / 700), 2595 * np.log10(1 + 10_000 / 700), 42)
    edges = 700 * (10 ** (mels / 2595) - 1)
    bins = np.arange(513) * RATE / 1024
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rise, fall))


def _population(seed: int, speakers: int) -> tuple[Features, Features, Features, Features]:
    rows = [
        (_mfcc(utter(person, emotion, take, sentence=sentence)), emotion.polarity.output, index, sentence)
        for index, person in enumerate(speaker(seed, number) for number in range(speakers))
        for emotion in Emotion
        for sentence, takes in ((1, 2), (2, 1))
        for take in range(takes)
    ]
    features, positive, owner, sentence = zip(*rows, strict=True)
    return np.stack(features), np.array(positive), np.array(owner), np.array(sentence)


def _balanced(features: Features, positive: Features, rows: Features, weight: Features, judged: Features) -> float:
    """UAR on `judged` of a logistic regression on `rows`; nothing is fitted on what is judged."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(features[rows])
    model = LogisticRegression(C=0.05, max_iter=2000)
    model.fit(scaler.transform(features[rows]), positive[rows], sample_weight=weight[rows])
    return float(balanced_accuracy_score(positive[judged], model.predict(scaler.transform(features[judged]))))
