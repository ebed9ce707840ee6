"""Tail and head in NumPy are Keras' tail and head, forward and backward."""

import numpy as np
import pytest

from vsr_shared.learning.measure import plain_measure
from vsr_shared.network import tail_head
from vsr_shared.network.parts import FROZEN_SHAPES, MEASURE, TRAINABLE_PARAMETERS, TRAINABLE_SHAPES
from vsr_shared.weights import Array


def random_network(people: int, seed: int = 0) -> tuple[dict[str, Array], dict[str, Array]]:
    rng = np.random.default_rng(seed)
    weights = {
        name: (rng.normal(size=(people, *shape)) * (0.05 if "kernel" in name else 0.5)).astype(np.float32)
        for name, shape in TRAINABLE_SHAPES.items()
    }
    frozen = {
        name: (rng.uniform(0.5, 2, shape) if "variance" in name else rng.normal(size=shape)).astype(np.float32)
        for name, shape in FROZEN_SHAPES.items()
    }
    return weights, frozen | {MEASURE: plain_measure()}


def clips(people: int, count: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(size=(people, count, 2, 3, 1888)).astype(np.float32)


def test_parameters_behind_the_cut_number_774_914() -> None:
    assert sum(int(np.prod(shape)) for shape in TRAINABLE_SHAPES.values()) == TRAINABLE_PARAMETERS == 774_914


@pytest.mark.parametrize("name", list(TRAINABLE_SHAPES))
def test_gradient_is_the_slope_of_the_loss(name: str) -> None:
    weights, frozen = random_network(2)
    wide = {key: value.astype(np.float64) for key, value in weights.items()}
    prepared = tail_head.prepare(clips(2, 3), frozen)
    targets = np.eye(2)[np.array([[0, 1, 1], [1, 0, 0]])]
    clip_weights = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 2.0]])

    def loss(step: float, direction: np.ndarray) -> np.ndarray:
        moved = wide | {name: wide[name] + step * direction}
        return tail_head.loss_and_gradient(moved, frozen, prepared, targets, clip_weights)[0]  # type: ignore[arg-type]

    _, gradient = tail_head.loss_and_gradient(wide, frozen, prepared, targets, clip_weights)  # type: ignore[arg-type]
    direction = np.random.default_rng(5).normal(size=wide[name].shape)
    slope = (loss(1e-6, direction) - loss(-1e-6, direction)) / 2e-6
    expected = (gradient[name] * direction).reshape(2, -1).sum(axis=1)
    np.testing.assert_allclose(slope, expected, rtol=2e-3, atol=1e-6)


def test_kernels_gradients_stand_where_they_were_asked_for() -> None:
    weights, frozen = random_network(2)
    prepared = tail_head.prepare(clips(2, 3), frozen)
    asked = prepared, np.full((2, 3, 2), 0.5, np.float32), np.ones((2, 3), np.float32)
    _, plain = tail_head.loss_and_gradient(weights, frozen, *asked)
    into = {name: np.full_like(weights[name], 7) for name in ("hidden/kernel", "conv5_block32_1_conv/kernel")}
    _, given = tail_head.loss_and_gradient(weights, frozen, *asked, into=into)
    assert plain.keys() == given.keys()
    for name, array in plain.items():
        assert np.array_equal(array, given[name])
    for name, array in into.items():
        assert np.shares_memory(array, given[name])


@pytest.mark.parametrize("name", ["bn/gamma", "hidden/kernel", "polarity/kernel"])
def test_a_term_at_the_representations_adds_its_slope(name: str) -> None:
    weights, frozen = random_network(1)
    wide = {key: value.astype(np.float64) for key, value in weights.items()}
    prepared = tail_head.prepare(clips(1, 3), frozen)
    towards, targets, clip_weights = (
        np.random.default_rng(2).normal(size=(1, 3, 256)),
        np.ones((1, 3, 2)) / 2,
        np.ones((1, 3)),
    )

    def term(step: float, direction: np.ndarray) -> float:
        moved = wide | {name: wide[name] + step * direction}
        return float((towards * tail_head.representations(moved, frozen, prepared)).sum())  # type: ignore[arg-type]

    with_it, without = (
        tail_head.loss_and_gradient(wide, frozen, prepared, targets, clip_weights, at_hidden)[1][name]  # type: ignore[arg-type]
        for at_hidden in (lambda _: towards, None)
    )
    direction = np.random.default_rng(5).normal(size=wide[name].shape)
    slope = (term(1e-6, direction) - term(-1e-6, direction)) / 2e-6
    assert float(((with_it - without) * direction).sum()) == pytest.approx(slope, rel=2e-3, abs=1e-6)


def test_people_in_one_batch_do_not_mix() -> None:
    weights, frozen = random_network(3)
    activations = clips(3, 4)
    together = tail_head.logits(weights, frozen, tail_head.prepare(activations, frozen))
    for person in range(3):
        own = {name: value[person : person + 1] for name, value in weights.items()}
        alone = tail_head.logits(own, frozen, tail_head.prepare(activations[person : person + 1], frozen))
        np.testing.assert_allclose(together[person], alone[0], rtol=1e-5, atol=1e-5)


def test_choosing_clips_for_each_person() -> None:
    _, frozen = random_network(2)
    prepared = tail_head.prepare(clips(2, 5), frozen)
    chosen = prepared[np.array([[4, 0], [1, 1]])]
    np.testing.assert_array_equal(chosen.skip[0, 0], prepared.skip[0, 4])
    np.testing.assert_array_equal(chosen.entry[1, 1], prepared.entry[1, 1])
