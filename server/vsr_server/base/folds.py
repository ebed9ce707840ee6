"""Speakers in K folds, so that every speaker can be given a base that never heard them."""

import hashlib
from collections.abc import Sequence

from vsr_server.corpora.clip import Clip
from vsr_shared.errors import UsageError


def speaker_folds(voices: Sequence[Clip], folds: int) -> tuple[tuple[str, ...], ...]:
    """Return the speakers of `voices` in `folds` groups, each corpus and gender spread over all of them.

    The same speakers always fall together, whatever the order of `voices`. UsageError where a fold would be empty.
    """
    kinds: dict[tuple[str, str], set[str]] = {}
    for voice in voices:
        kinds.setdefault((voice.corpus, voice.gender), set()).add(voice.speaker)
    total = len({voice.speaker for voice in voices})
    if not 2 <= folds <= total:
        raise UsageError(f"{folds} folds cannot be made of {total} speakers; choose 2 to {total}")
    groups: list[list[str]] = [[] for _ in range(folds)]
    place = 0
    for kind in sorted(kinds):
        for speaker in sorted(kinds[kind], key=lambda name: hashlib.sha256(name.encode()).digest()):
            groups[place % folds].append(speaker)
            place += 1
    return tuple(tuple(sorted(group)) for group in groups)


def validators(voices: Sequence[Clip], test: Sequence[str], seed: int) -> tuple[str, ...]:
    """Return speakers to validate beside `test`: of each corpus the tenth of its others, one at least, by `seed`.

    Only speakers with both polarities are taken, and never the last one of a corpus.
    """
    chosen: list[str] = []
    for corpus in sorted({voice.corpus for voice in voices}):
        polarities: dict[str, set[int]] = {}
        for voice in voices:
            if voice.corpus == corpus and voice.speaker not in test:
                polarities.setdefault(voice.speaker, set()).add(voice.positive)
        both = sorted(
            (name for name, found in polarities.items() if len(found) == 2),
            key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest(),
        )
        chosen += both[: min(len(polarities) - 1, max(1, len(polarities) // 10))]
    return tuple(chosen)
