"""The whole network in Keras: DenseNet201, global average pooling, Dense 256, Dense 2.

Only Keras' backend-neutral API, so that it builds and trains under TensorFlow, JAX and PyTorch. Keras is imported
inside: predicting never needs it.
"""

from typing import TYPE_CHECKING, Any

from vsr_shared.network.parts import TRAINABLE_SHAPES, TRUNK_OUTPUT

if TYPE_CHECKING:
    import keras


def build_network(image_shape: tuple[int, int], weights: str | None = None) -> "keras.Model":
    """Return the whole network for images of `image_shape` (height, width) pixels.

    `weights` is Keras' own word: None for random ones (call `keras.utils.set_random_seed` first to repeat them),
    "imagenet" for those that Keras fetches. Input (n, height, width, 3) as `image_input` makes it; output (n, 2)
    probabilities, negative then positive. 18,814,274 parameters.
    """
    import keras

    base = keras.applications.DenseNet201(include_top=False, weights=weights, input_shape=(*image_shape, 3))
    pooled = keras.layers.GlobalAveragePooling2D(name="pool_features")(base.output)
    hidden = keras.layers.Dense(256, activation="relu", name="hidden")(pooled)
    polarity = keras.layers.Dense(2, activation="softmax", name="polarity")(hidden)
    return keras.Model(base.input, polarity, name="vsr_densenet201")


def freeze_trunk(network: "keras.Model") -> None:
    """Leave trainable only what lies behind the cut and its frozen normalisation: 774,914 parameters."""
    trained = {name.split("/")[0] for name in TRAINABLE_SHAPES}
    for layer in network.layers:
        layer.trainable = layer.name in trained


def trunk_of(network: "keras.Model") -> "keras.Model":
    """Return the part of `network` in front of the cut."""
    import keras

    return keras.Model(network.input, network.get_layer(TRUNK_OUTPUT).output, name="trunk")


def variable(network: "keras.Model", name: str) -> Any:
    """Return the Keras variable that `parts` calls `name` ("layer/variable")."""
    layer, _, attribute = name.partition("/")
    return getattr(network.get_layer(layer), attribute)
