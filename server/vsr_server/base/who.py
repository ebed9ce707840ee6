"""Who trains, validates and tests where the operator does not say: the sides of the base that ships."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from vsr_server.base.folds import validators
from vsr_server.base.speaker_split import SpeakerSplit, split_speakers
from vsr_server.corpora.clip import Clip
from vsr_shared.errors import UsageError

VALIDATE: Final = ("rav15", "rav16", "nemoWR0", "turev7895", "urduM6", "urduF1", "urduM7", "urduF4")
TEST: Final = ("rav17", "rav18", "rav19", "rav20")


@dataclass(frozen=True)
class Who:
    """What the operator said: speakers who validate and who test, corpora held out whole, seed of what is drawn."""

    validate: Sequence[str] = ()
    test: Sequence[str] = ()
    without_corpora: Sequence[str] = ()
    seed: int = 1

    def split(self, voices: Sequence[Clip]) -> SpeakerSplit:
        """Return the sides; UsageError as `split_speakers` raises it, or where a corpus named is not there.

        Without a word about it, the speakers of the base that ships test and validate; in corpora where none of them
        is, speakers drawn by `seed` validate.
        """
        if absent := set(self.without_corpora) - {voice.corpus for voice in voices}:
            raise UsageError(f"no corpus {', '.join(sorted(absent))} in these recordings; correct the names")
        there = {voice.speaker for voice in voices}
        without = {voice.speaker for voice in voices if voice.corpus in self.without_corpora}
        test = without | set(self.test or there.intersection(TEST))
        return split_speakers(voices, self.validate or self._drawn(voices, test), test)

    def _drawn(self, voices: Sequence[Clip], test: Iterable[str]) -> tuple[str, ...]:
        left = [voice for voice in voices if voice.speaker not in set(test)]
        usual = {voice.speaker for voice in left}.intersection(VALIDATE)
        served = {voice.corpus for voice in left if voice.speaker in usual}
        others = [voice for voice in left if voice.corpus not in served]
        return (*sorted(usual), *validators(others, (), self.seed))
