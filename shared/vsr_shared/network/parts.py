"""Where the network is cut, and the names of what lies behind the cut.

DenseNet201 (Huang et al., CVPR 2017) is cut at `conv5_block31_concat`. In front of the cut lies the TRUNK, frozen
and run once a clip. Behind it lie the TAIL (the last 7 layers of the base, 282,624 trainable parameters) and the HEAD
(global average pooling, Dense 256, Dense 2: 492,290), together 774,914 parameters, which are all that VSR ever trains
on a person's machine or in a round.

Names are those of Keras' variables. Batch normalisation in the tail always uses its stored statistics, in training too:
a batch of one person's clips would otherwise set them, and they would travel.
"""

from typing import Final

from vsr_shared.audio.cepstrum import STATISTICS

TRUNK_OUTPUT: Final = "conv5_block31_concat"
TRUNK_CHANNELS: Final = 1888
"""Channels of an activation: its shape is (height, width, 1888), 2 x 2 x 1888 for a 64 x 87 image."""

BN_EPSILON: Final = 1.001e-5
"""The epsilon of every batch normalisation in Keras' DenseNet."""

TAIL_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "conv5_block32_1_conv/kernel": (1, 1, TRUNK_CHANNELS, 128),
    "conv5_block32_1_bn/gamma": (128,),
    "conv5_block32_1_bn/beta": (128,),
    "conv5_block32_2_conv/kernel": (3, 3, 128, 32),
    "bn/gamma": (1920,),
    "bn/beta": (1920,),
}
HEAD_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "hidden/kernel": (1920, 256),
    "hidden/bias": (256,),
    "polarity/kernel": (256, 2),
    "polarity/bias": (2,),
}
TRAINABLE_SHAPES: Final = TAIL_SHAPES | HEAD_SHAPES

FROZEN_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "conv5_block32_0_bn/gamma": (TRUNK_CHANNELS,),
    "conv5_block32_0_bn/beta": (TRUNK_CHANNELS,),
    "conv5_block32_0_bn/moving_mean": (TRUNK_CHANNELS,),
    "conv5_block32_0_bn/moving_variance": (TRUNK_CHANNELS,),
    "conv5_block32_1_bn/moving_mean": (128,),
    "conv5_block32_1_bn/moving_variance": (128,),
    "bn/moving_mean": (1920,),
    "bn/moving_variance": (1920,),
}
"""What lies behind the cut and is never trained: one normalisation and the stored statistics."""

MEASURE: Final = "memory/measure"
MEASURES: Final = 40
BASE_SHAPES: Final[dict[str, tuple[int, ...]]] = FROZEN_SHAPES | {MEASURE: (STATISTICS, MEASURES)}
"""What a base holds besides tail and head: what is frozen in the network, and by what a memory compares voices."""

TRAINABLE_PARAMETERS: Final = 774_914
ALL_PARAMETERS: Final = 18_814_274
