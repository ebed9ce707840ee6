"""Keras' network -> what predicts and trains without Keras: a LiteRT trunk and named arrays.

The trunk's weights are stored as float16 (half the size; the kernels compute in float32 after unpacking them once).
"""

from typing import TYPE_CHECKING

import numpy as np

from vsr_shared.network.keras_model import trunk_of, variable
from vsr_shared.network.parts import FROZEN_SHAPES, TRAINABLE_SHAPES
from vsr_shared.weights import Array

if TYPE_CHECKING:
    import keras


def arrays_of(network: "keras.Model") -> tuple[dict[str, Array], dict[str, Array]]:
    """Return (trainable, frozen) arrays behind the cut, by name, float32."""
    import keras

    trainable, frozen = (
        {name: np.array(keras.ops.convert_to_numpy(variable(network, name)), np.float32) for name in shapes}
        for shapes in (TRAINABLE_SHAPES, FROZEN_SHAPES)
    )
    return trainable, frozen


def trunk_to_litert(network: "keras.Model", *, half: bool = True) -> bytes:
    """Return the trunk as a LiteRT flatbuffer that takes any batch size; needs Keras on TensorFlow.

    `half` stores the weights as float16. Variables are turned into constants first, so that the converter folds each
    batch normalisation into its convolution and needs no file on the way.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    trunk = trunk_of(network)
    signature = [tf.TensorSpec((None, *trunk.input.shape[1:]), tf.float32)]
    run = tf.function(lambda images: trunk(images, training=False), input_signature=signature)
    frozen = convert_variables_to_constants_v2(run.get_concrete_function())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if half:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())
