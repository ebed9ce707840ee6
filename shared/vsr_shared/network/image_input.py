"""Spectrogram image -> what the network takes."""

import numpy as np
import numpy.typing as npt

# Keras' own preprocessing of DenseNet (`imagenet_utils`, mode "torch"): ImageNet's mean and deviation per channel.
_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
_LOOKUP = ((np.arange(256, dtype=np.float32)[:, None] / 255.0 - _MEAN) / _DEVIATION).astype(np.float32)


def network_input(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return `images` (uint8, shape (n, height, width)) as the network's input, float32 (n, height, width, 3).

    The three channels hold the same picture, each normalised as ImageNet's was, so that ImageNet's weights fit.
    """
    return _LOOKUP[images]
