"""Speakers normalised without labels: each one's activations are given the mean and deviation that the base expects.

Busso et al., Iterative Feature Normalization Scheme for Automatic Emotion Detection, IEEE TAFFC 2013, of cepstral and
prosodic features; Li et al., Adaptive Batch Normalization, Pattern Recognition 2018, of activations. What is known of
somebody counts the more the more of their segments there are (`learning.speaker_normalisation`).
"""

from dataclasses import replace

from vsr_shared.learning.speaker_normalisation import KNOWN_BY, speaker_of
from vsr_shared.weights import Weights
from vsr_simulations.engine.heard import HeardUser
from vsr_simulations.engine.method import Method


def speaker_norm(method: Method, known_by: float = KNOWN_BY) -> Method:
    """Return `method` with everybody's activations normalised by their own clips to teach with, labelled or not.

    With an endless `known_by` nothing is known of anybody and it is `method`.
    """

    def hear(user: HeardUser, frozen: Weights) -> HeardUser:
        speaker = speaker_of(user.teach.activations, frozen, known_by)
        teach, held_out = (
            replace(clips, activations=speaker.normalised(clips.activations)) for clips in (user.teach, user.held_out)
        )
        return replace(user, teach=teach, held_out=held_out)

    return replace(
        method,
        name=f"{method.name}, speakers normalised",
        source=f"{method.source}; Busso et al., TAFFC 2013; Li et al., Pattern Recognition 2018",
        hear=hear,
    )
