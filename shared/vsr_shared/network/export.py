"""Keras' network -> what predicts and trains without Keras: a LiteRT trunk and named arrays."""

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from vsr_shared.learning.measure import plain_measure
from vsr_shared.network.keras_model import trunk_of, variable
from vsr_shared.network.parts import FROZEN_SHAPES, MEASURE, TRAINABLE_SHAPES
from vsr_shared.weights import Array

if TYPE_CHECKING:
    import keras

Precision = Literal["float32", "float16", "int8"]
"""How the trunk's weights are stored and used.

"float16" takes half the room of "float32"; the kernels unpack it once and compute in float32. "int8" takes a quarter:
kernels are whole numbers with a scale for each channel, and each image's activations are scaled to 8 bits on the way
(dynamic range), so that no recordings are needed to choose scales and images in a batch do not touch each other.
"""

PRECISION: Final[Precision] = "int8"
"""What ships: 2.6 times faster than float16, at differences that docs/benchmarks.md measures."""


def arrays_of(network: "keras.Model") -> tuple[dict[str, Array], dict[str, Array]]:
    """Return (trainable, frozen) arrays of a base, by name, float32; its memory compares by a plain measure."""
    import keras

    trainable, frozen = (
        {name: np.array(keras.ops.convert_to_numpy(variable(network, name)), np.float32) for name in shapes}
        for shapes in (TRAINABLE_SHAPES, FROZEN_SHAPES)
    )
    return trainable, frozen | {MEASURE: plain_measure()}


def trunk_to_litert(network: "keras.Model", precision: Precision = PRECISION) -> bytes:
    """Return the trunk as a LiteRT flatbuffer that takes any batch size; needs Keras on TensorFlow."""
    import tensorflow as tf

    trunk = trunk_of(network)
    signature = [tf.TensorSpec((None, *trunk.input.shape[1:]), tf.float32)]
    return to_litert(tf.function(lambda images: trunk(images, training=False), input_signature=signature), precision)


def to_litert(function: Any, precision: Precision) -> bytes:
    """Return a `tf.function` with one input signature as a LiteRT flatbuffer; needs TensorFlow.

    Variables are turned into constants first, so that the converter folds each batch normalisation into its
    convolution and needs no file on the way.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    frozen = convert_variables_to_constants_v2(function.get_concrete_function())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())
