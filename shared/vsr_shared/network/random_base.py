"""A base nobody trained: seeded random weights, for when there is nothing else.

Its predictions mean nothing until a person has taught it. Untrained normalisations would leave its activations
thousands of times too small to learn from, so the stored statistics behind the cut are set from the network's own
response to seeded noise pictures (data-dependent initialisation: Mishkin & Matas, ICLR 2016).
"""

import numpy as np
import numpy.typing as npt

from vsr_shared.audio.spectrogram import SpectrogramSpec
from vsr_shared.base import Base, make_base
from vsr_shared.network.export import PRECISION, arrays_of, trunk_to_litert
from vsr_shared.network.keras_model import build_network
from vsr_shared.network.parts import BN_EPSILON
from vsr_shared.network.trunk import LiteRTTrunk
from vsr_shared.weights import Array


def random_base(spec: SpectrogramSpec, seed: int) -> Base:
    """Return a base of random weights from `seed`; needs TensorFlow and half a minute."""
    import keras

    keras.utils.set_random_seed(seed)
    network = build_network(spec.shape)
    trainable, frozen = arrays_of(network)
    trunk = trunk_to_litert(network)
    activations = LiteRTTrunk(trunk, spec.shape)(_noise_pictures(spec.shape, seed))
    frozen = _standardising(activations, trainable, frozen)
    notes = {"seed": seed, "trunk": PRECISION}
    return make_base(trunk, trainable, frozen, name="random", origin="random", spectrogram=spec, notes=notes)


def _noise_pictures(shape: tuple[int, int], seed: int, count: int = 24) -> npt.NDArray[np.uint8]:
    """Return pictures whose neighbouring cells are alike, as a spectrogram's are, with dark and bright regions."""
    rng = np.random.default_rng(seed)
    spectrum = 1 / (1 + np.hypot(*np.meshgrid(np.fft.fftfreq(shape[1]) * 60, np.fft.fftfreq(shape[0]) * 60)))
    smooth = np.fft.ifft2(np.fft.fft2(rng.normal(size=(count, *shape))) * spectrum).real
    smooth = smooth / smooth.std(axis=(1, 2), keepdims=True)
    pictures: npt.NDArray[np.uint8] = np.clip(110 + 50 * smooth, 0, 255).astype(np.uint8)
    return pictures


def _standardising(activations: Array, trainable: dict[str, Array], frozen: dict[str, Array]) -> dict[str, Array]:
    """Return `frozen` with every stored mean and variance taken from `activations` (n, h, w, 1888)."""
    adjusted = dict(frozen)

    def store(layer: str, values: Array, start: int = 0) -> Array:
        flat = values.reshape(-1, values.shape[-1])
        end = start + flat.shape[1]
        for statistic, value in (("moving_mean", flat.mean(axis=0)), ("moving_variance", flat.var(axis=0))):
            array = adjusted[f"{layer}/{statistic}"].copy()
            array[start:end] = value
            adjusted[f"{layer}/{statistic}"] = array
        result: Array = (values - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + np.float32(BN_EPSILON))
        return result

    entry = np.maximum(store("conv5_block32_0_bn", activations), 0)
    store("bn", activations)
    bottleneck = entry @ trainable["conv5_block32_1_conv/kernel"][0, 0]
    active = np.maximum(store("conv5_block32_1_bn", bottleneck), 0)
    # Away from the border the middle tap alone says enough about the scale of a random 3 x 3 kernel's output.
    growth = active @ trainable["conv5_block32_2_conv/kernel"][1, 1] * 3
    store("bn", growth, start=activations.shape[-1])
    return adjusted
