"""What a person waits for: a prediction, the base being loaded, the first prediction, and personal training."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from vsr_client.one_thread import one_thread
from vsr_client.teaching import PERSONAL_TRAINING
from vsr_shared.audio.cepstrum import cepstral_statistics
from vsr_shared.audio.decode import SAMPLE_RATE
from vsr_shared.audio.segments import SEGMENT_SAMPLES
from vsr_shared.audio.spectrogram import spectrogram_image
from vsr_shared.base import Base, write_base
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.learning.local_training import train
from vsr_shared.learning.personalise import Recording, lessons_of
from vsr_shared.prediction import Predictor
from vsr_shared.shipped_base import BASE_FILE, RECORD_FILE, Record, read_shipped
from vsr_simulations.bench.comparison import Comparison, compare
from vsr_simulations.bench.keras_twin import KerasTwin
from vsr_simulations.generator import speaker, utter

CLIPS = 48

_KERAS_START = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, soundfile
from vsr_shared.audio.spectrogram import SpectrogramSpec, spectrogram_image
from vsr_shared.network.image_input import network_input
network = keras.models.load_model(sys.argv[1], compile=False)
samples, _ = soundfile.read(sys.argv[2], dtype="float32")
print(network.predict(network_input(spectrogram_image(samples[None], SpectrogramSpec())), verbose=0))
"""


def person_benchmarks(base: Base) -> Iterator[Comparison]:
    """Yield each comparison as it is done; needs TensorFlow for the alternatives."""
    twin = KerasTwin(base.manifest.spectrogram)
    yield from _prediction(base, twin)
    yield from _start(base, twin)
    yield _training(base, twin)


def _prediction(base: Base, twin: KerasTwin) -> Iterator[Comparison]:
    predictor = Predictor(base)
    segment = _segments(1)[0]

    def ours() -> object:
        return predictor.predict([segment])

    yield compare(
        "a 4-second clip, wave to probability",
        "Keras predict",
        ours,
        lambda: twin.predict(segment),
        ours_times=10,
        theirs_times=5,
    )
    yield compare(
        "a 4-second clip, wave to probability (compiled)",
        "compiled tf.function",
        ours,
        lambda: twin.predict_compiled(segment),
        ours_times=10,
        theirs_times=10,
    )


def _start(base: Base, twin: KerasTwin) -> Iterator[Comparison]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        soundfile.write(folder / "clip.wav", _segments(1)[0], SAMPLE_RATE)
        data = write_base(base)
        (folder / BASE_FILE).write_bytes(data)
        (folder / RECORD_FILE).write_bytes(Record.of(base, data).to_json())
        twin.network.save(folder / "network.keras")
        yield compare(
            "a base loaded and every byte of it checked, ready to predict",
            "the network loaded by Keras, unchecked",
            lambda: Predictor(read_shipped(folder)),
            lambda: twin.load(folder / "network.keras"),
            ours_times=2,
            theirs_times=1,
            turns=3,
        )
        settings: list[str | Path] = ["--base", folder / BASE_FILE, "--data-dir", folder / "data"]
        ours: list[str | Path] = [
            Path(sys.executable).with_name("vsr"),
            "predict",
            "--json",
            *settings,
            folder / "clip.wav",
        ]
        theirs: list[str | Path] = [sys.executable, "-c", _KERAS_START, folder / "network.keras", folder / "clip.wav"]

        def run(command: Sequence[str | Path]) -> None:
            subprocess.run(command, check=True, capture_output=True)

        yield compare(
            "process start to first prediction",
            "TensorFlow, model loaded by Keras",
            lambda: run(ours),
            lambda: run(theirs),
            ours_times=1,
            theirs_times=1,
            turns=3,
        )


def _training(base: Base, twin: KerasTwin) -> Comparison:
    predictor = Predictor(base)
    images = spectrogram_image(np.stack(_segments(CLIPS)), base.manifest.spectrogram)
    labels = np.arange(CLIPS) % 2
    polarities = [Polarity.POSITIVE if label else Polarity.NEGATIVE for label in labels]
    kept = predictor.trunk(images)
    heard = cepstral_statistics(images)
    recordings = [
        Recording(kept[place : place + 1], polarities[place], heard[place : place + 1]) for place in range(CLIPS)
    ]
    lessons = lessons_of(recordings, base.frozen)
    start = {name: array[None] for name, array in base.trainable.items()}
    settings = replace(PERSONAL_TRAINING, epochs=20)

    def ours() -> object:
        with one_thread():
            return train(start, base.frozen, lessons, settings, [0])

    return compare(
        f"an epoch of personal training on {CLIPS} clips, 774,914 parameters",
        "Keras fit of the same parameters through the whole network",
        ours,
        twin.trainer(images, labels, settings.batch_size),
        ours_times=1,
        theirs_times=1,
        ours_per=settings.epochs,
        turns=3,
    )


def _segments(count: int) -> list[np.ndarray[tuple[int], np.dtype[np.float32]]]:
    person = speaker(1, 0)
    emotions = list(Emotion)
    waves = [utter(person, emotions[take % len(emotions)], take, sentence=1) for take in range(count)]
    return [np.resize(wave, SEGMENT_SAMPLES).astype(np.float32) for wave in waves]
