"""The model and the data, by names in a folder."""

import json
from pathlib import Path
from typing import Any

import numpy as np

BN_EPSILON = 1.001e-5


def read(folder: Path) -> dict[str, Any]:
    """Return the task's settings."""
    said: dict[str, Any] = json.loads((folder / "task.json").read_text())
    return said


def load_data(folder: Path, person: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one person's kept activations and labels, as each message needs them."""
    inputs = np.load(folder / "people" / f"{person}.npy")
    labels = np.load(folder / "people" / f"{person}-labels.npy")
    return inputs, labels


def load_model(folder: Path) -> Any:
    """Return the compiled model, with the numbers that the rounds start from."""
    import keras
    import tensorflow as tf

    if not tf.config.threading.get_intra_op_parallelism_threads():
        # An actor has one core; more threads would only wait for each other.
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    said, layers = read(folder), keras.layers
    heard = layers.Input(tuple(said["input_shape"]))
    pooled = heard if said["part"] == "head" else _tail(layers, heard)
    hidden = layers.Dense(256, activation="relu", name="hidden")(pooled)
    model = keras.Model(heard, layers.Dense(2, activation="softmax", name="polarity")(hidden))
    with np.load(folder / "model.npz") as arrays:
        for name in arrays.files:
            layer, _, attribute = name.partition("/")
            if any(one.name == layer for one in model.layers):
                getattr(model.get_layer(layer), attribute).assign(arrays[name])
    model.compile(keras.optimizers.Adam(said["learning_rate"]), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _tail(layers: Any, heard: Any) -> Any:
    def normalised(maps: Any, name: str, trained: bool = True) -> Any:
        layer = layers.BatchNormalization(epsilon=BN_EPSILON, name=name)
        layer.trainable = trained
        return layer(maps, training=False)

    entry = layers.Activation("relu")(normalised(heard, "conv5_block32_0_bn", False))
    out = layers.Conv2D(128, 1, use_bias=False, name="conv5_block32_1_conv")(entry)
    out = layers.Activation("relu")(normalised(out, "conv5_block32_1_bn"))
    out = layers.Conv2D(32, 3, padding="same", use_bias=False, name="conv5_block32_2_conv")(out)
    out = layers.Concatenate()([heard, out])
    return layers.GlobalAveragePooling2D()(layers.Activation("relu")(normalised(out, "bn")))
