"""Measure what the size of the spectrogram image and the clamping of FMAX cost and give (docs/voices.md).

    python -m vsr_simulations.measure_images --voices DIR

UAR is that of a logistic regression over the pooled features of an untrained, seeded DenseNet201, and, as a
check, over the mean and deviation of each band of the image alone; by held-out speaker, ravdess actors 1-16.
"""

import argparse
import io
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vsr_server.corpora.read import read_corpora
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.audio.mel import MelBands, mel_filterbank
from vsr_shared.audio.segments import segments
from vsr_shared.audio.spectrogram import SpectrogramSpec, mel_decibels, quantised

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

CASES = (
    (SpectrogramSpec(n_mels=64, hop_length=1024), (True, False)),
    (SpectrogramSpec(n_mels=128, hop_length=512), (True, False)),
    (SpectrogramSpec(n_mels=224, hop_length=395), (True,)),
)
"""Image sizes, and whether FMAX is clamped to Nyquist."""

ACTORS = frozenset(f"rav{actor:02d}" for actor in range(1, 17))  # 17-20 are the demo's users
CUT = "conv5_block31_concat"
FOLDS = 4
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Clips:
    """First segments `(n, 88200)`, 1 where positive `(n,)`, and whose voice it is `(n,)`."""

    segments: Floats
    positive: Ints
    speakers: Ints


def read_clips(voices: Path, count: int | None, seed: int) -> Clips:
    """Return `count` clips of the actors, drawn by `seed` (default: all)."""
    clips = [clip for clip in read_corpora(voices) if clip.speaker in ACTORS]
    chosen = np.sort(np.random.default_rng(seed).permutation(len(clips))[:count])
    clips = [clips[index] for index in chosen]
    return Clips(
        np.stack([next(segments(decode_blocks(clip.path))).samples for clip in clips]),
        np.array([clip.positive for clip in clips]),
        np.array([int(clip.speaker.removeprefix("rav")) for clip in clips]),
    )


def bands_of(spec: SpectrogramSpec, *, clamped: bool) -> tuple[MelBands, int]:
    """Return the mel bands up to Nyquist or up to FMAX, and how many of them hold no frequency at all."""
    fmax = spec.top_frequency if clamped else spec.fmax
    bank = mel_filterbank(spec.sample_rate, spec.n_fft, spec.n_mels, spec.fmin, fmax)
    return MelBands.of(bank), int((bank.max(axis=1) == 0).sum())


class Network:
    """An untrained DenseNet201 for one image size: the trunk by LiteRT, the tail and pooling by Keras."""

    def __init__(self, shape: tuple[int, int], seed: int, threads: int) -> None:
        import keras
        import tensorflow as tf
        from ai_edge_litert.interpreter import Interpreter

        keras.utils.set_random_seed(seed)
        base: Any = keras.applications.DenseNet201(
            weights=None, include_top=False, pooling="avg", input_shape=(*shape, 3)
        )
        cut = base.get_layer(CUT).output
        converter: Any = tf.lite.TFLiteConverter.from_keras_model(keras.Model(base.input, cut))
        self._tail: Any = keras.Model(cut, base.output)
        with redirect_stdout(io.StringIO()):  # the converter prints a line for each of 1,000 variables
            trunk = converter.convert()
        self._trunk: Any = Interpreter(model_content=trunk, num_threads=threads)
        self._trunk.allocate_tensors()

    def activations(self, image: npt.NDArray[np.uint8]) -> Floats:
        """Return the trunk's output for one image."""
        pixels = (np.repeat(image[..., None], 3, axis=-1) / 255 - IMAGENET_MEAN) / IMAGENET_DEVIATION
        self._trunk.set_tensor(self._trunk.get_input_details()[0]["index"], pixels[None].astype(np.float32))
        self._trunk.invoke()
        output: Floats = self._trunk.get_tensor(self._trunk.get_output_details()[0]["index"])[0]
        return output

    def features(self, images: npt.NDArray[np.uint8]) -> Floats:
        """Return the pooled features `(n, 1920)` of `(n, bands, frames)`."""
        parts = [
            self._tail.predict_on_batch(np.stack([self.activations(image) for image in batch]))
            for batch in np.array_split(images, max(1, len(images) // 16))
        ]
        pooled: Floats = np.concatenate(parts)
        return pooled


def uar(features: Floats, clips: Clips) -> float:
    """Return the balanced accuracy of a logistic regression over speakers it was not fitted on."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=2000))
    predicted = cross_val_predict(model, features, clips.positive, groups=clips.speakers, cv=GroupKFold(FOLDS))
    return float(balanced_accuracy_score(clips.positive, predicted))


def milliseconds(work: Callable[[], object], repeats: int = 40) -> float:
    """Return the fastest time of `work`, which other programs disturb least."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def rows_of(spec: SpectrogramSpec, clamps: tuple[bool, ...], clips: Clips, network: Network) -> Iterator[str]:
    """Yield the table's lines for one image size, one for each of `clamps`."""
    for clamped in clamps:
        bands, empty = bands_of(spec, clamped=clamped)
        images = np.stack([quantised(mel_decibels(clip, spec, bands), spec) for clip in clips.segments])
        spectrogram = milliseconds(partial(mel_decibels, clips.segments[0], spec, bands))
        trunk = milliseconds(partial(network.activations, images[0]))
        plain = np.concatenate([images.mean(axis=2), images.std(axis=2)], axis=1).astype(np.float32)
        size = " x ".join(map(str, spec.shape))
        yield (
            f"| {size} | {'Nyquist' if clamped else 'FMAX'} | {empty} | {spectrogram:.1f} | {trunk:.1f} | "
            f"{uar(network.features(images), clips):.3f} | {uar(plain, clips):.3f} |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voices", type=Path, required=True, help="folder with MANIFEST.csv and ravdess")
    parser.add_argument("--clips", type=int, help="how many clips, drawn by the seed (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2, help="threads of LiteRT")
    options = parser.parse_args()
    clips = read_clips(options.voices, options.clips, options.seed)
    speakers, share = len(set(clips.speakers)), clips.positive.mean()
    print(f"{len(clips.positive)} clips of {speakers} speakers, {share:.0%} positive")
    print("| image | bands up to | empty bands | spectrogram, ms | trunk, ms | UAR, network | UAR, bands |")
    print("|---|---|---|---|---|---|---|")
    for spec, clamps in CASES:
        network = Network(spec.shape, options.seed, options.threads)
        for row in rows_of(spec, clamps, clips, network):
            print(row, flush=True)


if __name__ == "__main__":
    main()
