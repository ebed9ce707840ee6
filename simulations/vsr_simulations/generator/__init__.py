"""Generated voices: speech-like audio by source and filter, for machines without recordings and for populations.

`speaker(seed, index)` draws a person, `utter(speaker, emotion, take, sentence=...)` lets them speak. No voice
of anybody went into it; sounds are after Klatt (1980), emotions after Juslin & Laukka (2003) and Scherer
(2003).

How hard the task is: 48 speakers of seed 21, 24 clips of one sentence to teach from and 24 of another to be judged
by, means and deviations of 20 MFCCs, logistic regression, six folds over speakers. UAR of positive against
negative: 0.715 from strangers, 0.807 with 20 of the person's own clips weighing 25 each
(0.762 weighing 8), 0.757 from those alone; 6 % of people are worse off with their own clips (weighing 25)
than without.
"""

from vsr_simulations.generator.source import RATE
from vsr_simulations.generator.speaker import Speaker, speaker
from vsr_simulations.generator.utterance import utter

__all__ = ["RATE", "Speaker", "speaker", "utter"]
