"""Automatic gain control: quiet speech is lifted and loud speech lowered while it is being said.

After the adaptive digital controller of the WebRTC project (its second, modules/audio_processing/agc2): level by frames
of 10 ms that are speech, gain that moves by so many dB a second, noise that is not lifted above a limit, and samples
that never leave full scale. What it does with a trained detector of speech is done here by level alone.
"""

from typing import Final

import numpy as np

from vsr_server.microphones.microphone import GainControl
from vsr_server.microphones.signals import Floats, frame_powers
from vsr_shared.audio.decode import SAMPLE_RATE

FRAME: Final = SAMPLE_RATE // 100
"""Samples of 10 ms."""
_CONFIDENT: Final = 40
"""Frames of speech (400 ms) over which the level is a mean."""
_QUIETEST: Final = 1e-9


def controlled(sound: Floats, control: GainControl) -> Floats:
    """Return `sound` (n,), full scale 1, under `control`: nothing in it is above full scale."""
    levels = 10 * np.log10(np.maximum(frame_powers(sound, FRAME), _QUIETEST))
    gains = _gains(levels, control)
    ends = np.arange(1, len(gains)) * FRAME
    gain = 10 ** (np.interp(np.arange(len(sound)), np.concatenate([[0], ends]), gains) / 20)
    result: Floats = np.clip(sound * gain, -1.0, 1.0)
    return result


def _gains(levels: Floats, control: GainControl) -> Floats:
    """Return the gain in dB at the start of every frame, from their levels in dB below full scale (frames,)."""
    speech = levels >= levels.max() - 20
    still = levels[~speech]
    most = min(control.most, control.noise_db - float(np.median(still))) if len(still) else control.most
    gain, level, heard = control.initial, 0.0, 0
    gains = np.empty(len(levels))
    for place, (now, is_speech) in enumerate(zip(levels, speech, strict=True)):
        gains[place] = gain
        if is_speech:
            heard = min(heard + 1, _CONFIDENT)
            level += (now - level) / heard
        if heard:
            wanted = np.clip(control.target_db - level, 0.0, max(most, 0.0))
            gain += float(np.clip(wanted - gain, -control.fall / 100, control.rise / 100))
    return gains
