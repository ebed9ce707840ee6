"""The network, cut in three, is Keras' own network."""

import os

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
keras = pytest.importorskip("keras")

from vsr_shared.network.export import arrays_of, trunk_to_litert  # noqa: E402
from vsr_shared.network.image_input import network_input  # noqa: E402
from vsr_shared.network.keras_model import build_network, freeze_trunk, trunk_of  # noqa: E402
from vsr_shared.network.tail_head import log_probabilities, logits, prepare  # noqa: E402
from vsr_shared.network.trunk import LiteRTTrunk, stream  # noqa: E402

SHAPE = (64, 87)


@pytest.fixture(scope="module")
def network():
    """The whole network with every normalisation's statistics moved away from their neutral start."""
    keras.utils.set_random_seed(7)
    network = build_network(SHAPE)
    rng = np.random.default_rng(7)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights(
                [
                    rng.uniform(0.8, 1.2, gamma.shape),
                    rng.normal(0, 0.1, beta.shape),
                    rng.normal(0, 0.05, mean.shape),
                    rng.uniform(0.5, 1.0, variance.shape),
                ]
            )
    return network


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, size=(10, *SHAPE), dtype=np.uint8)


def test_counts_are_the_recovered_ones(network) -> None:
    assert network.count_params() == 18_814_274
    freeze_trunk(network)
    trainable = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    network.trainable = True
    assert trainable == 774_914


def test_trunk_tail_and_head_in_a_row_equal_the_whole_network(network, images) -> None:
    whole = network.predict(network_input(images), verbose=0)
    trainable, frozen = arrays_of(network)
    lead = {name: array[None] for name, array in trainable.items()}

    def through(trunk: LiteRTTrunk) -> np.ndarray:
        return np.exp(log_probabilities(logits(lead, frozen, prepare(trunk(images)[None], frozen))))[0]

    full = LiteRTTrunk(trunk_to_litert(network, "float32"), SHAPE)
    half = LiteRTTrunk(trunk_to_litert(network, "float16"), SHAPE, threads=1)
    shipped_as = trunk_to_litert(network)
    assert len(shipped_as) < 0.3 * 4 * 18_000_000, "8 bits a weight, and little beside them"
    assert whole.std() > 1e-3, "a network that says the same of every image would pass any test"
    np.testing.assert_allclose(through(full), whole, atol=1e-4)
    np.testing.assert_allclose(through(half), whole, atol=2e-3)
    eight_bits = LiteRTTrunk(shipped_as, SHAPE)
    np.testing.assert_allclose(through(eight_bits), whole, atol=0.05)
    alone = np.concatenate([eight_bits(images[place : place + 1]) for place in range(len(images))])
    np.testing.assert_allclose(alone, eight_bits(images), atol=1e-3 * np.abs(alone).max(), err_msg="neighbours matter")
    activations = trunk_of(network).predict(network_input(images), verbose=0)
    np.testing.assert_allclose(full(images), activations, atol=1e-4 * np.abs(activations).max())
    np.testing.assert_allclose(np.stack(list(stream(full, iter(images)))), full(images), atol=1e-5)
