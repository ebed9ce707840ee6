"""The alternative: the same network, driven by Keras alone."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vsr_shared.audio.spectrogram import SpectrogramSpec, spectrogram_image
from vsr_shared.network.image_input import network_input
from vsr_shared.network.keras_model import build_network, freeze_trunk

if TYPE_CHECKING:
    import keras


class KerasTwin:
    """The network in Keras with random weights: what it says means nothing, how long it takes does not depend on it."""

    def __init__(self, spec: SpectrogramSpec) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        self._spec = spec

    @cached_property
    def network(self) -> "keras.Model":
        """The whole network."""
        return build_network(self._spec.shape)

    @cached_property
    def compiled(self) -> Any:
        """The network as a `tf.function`, traced for one image."""
        import tensorflow as tf

        shape = tf.TensorSpec((1, *self._spec.shape, 3), tf.float32)
        return tf.function(lambda image: self.network(image, training=False), input_signature=[shape])

    def predict(self, segment: npt.NDArray[np.float32]) -> float:
        """Wave to probability through `keras.Model.predict`."""
        return float(self.network.predict(self._input(segment), verbose=0)[0, 1])

    def predict_compiled(self, segment: npt.NDArray[np.float32]) -> float:
        """Wave to probability through a compiled `tf.function`."""
        return float(self.compiled(self._input(segment))[0, 1])

    def load(self, path: Path) -> Any:
        """Load a network that Keras saved."""
        import keras

        return keras.models.load_model(path, compile=False)

    def trainer(self, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], batch_size: int) -> Any:
        """Return what trains one epoch of the same 774,914 parameters through the whole network."""
        import keras

        network = build_network(self._spec.shape)
        freeze_trunk(network)
        network.compile(keras.optimizers.Adam(3e-4), "sparse_categorical_crossentropy")
        prepared = network_input(images)
        return lambda: network.fit(prepared, labels, batch_size=batch_size, epochs=1, verbose=0)

    def _input(self, segment: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return network_input(spectrogram_image(segment[None], self._spec))
