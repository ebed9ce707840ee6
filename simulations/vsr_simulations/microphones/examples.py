"""Sound examples: a generated voice, of nobody, as each kind of microphone hears it."""

from pathlib import Path
from typing import Final

import numpy as np

from vsr_server.microphones.acoustics import heard_by
from vsr_server.microphones.catalogue import MICROPHONES
from vsr_server.microphones.signals import Samples
from vsr_shared.audio.decode import SAMPLE_RATE
from vsr_shared.emotions import Emotion
from vsr_shared.errors import StoreError
from vsr_simulations.generator import speaker, utter

SAID: Final = (Emotion.HAPPY, Emotion.SAD)


def example_voice(seed: int = 1) -> Samples:
    """Return one generated person's sentence, first happy and then sad: (n,) at 22,050 Hz."""
    person = speaker(seed, 0)
    return np.concatenate([utter(person, emotion, 0, sentence=1) for emotion in SAID])


def write_examples(folder: Path, voice: Samples) -> list[Path]:
    """Write a WAV for each kind into `folder` and return them; StoreError where it does not take them."""
    import soundfile

    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for microphone in MICROPHONES:
            path = folder / f"{microphone.name.replace(' ', '-')}.wav"
            sound = heard_by(microphone, voice, "example")
            soundfile.write(path, sound / max(1.0, float(np.abs(sound).max())), SAMPLE_RATE, subtype="PCM_16")
            written.append(path)
    except (OSError, soundfile.SoundFileError) as error:
        raise StoreError(f"sounds cannot be written to {folder} ({error}); make room or name another --out") from error
    return written
