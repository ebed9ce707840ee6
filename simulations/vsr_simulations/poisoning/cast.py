"""Who is who: the machines' people, those by whom the gate judges, and those by whom the end is judged.

Nobody stands on two sides. The judges of the end are people whom the base never heard. The others are, where there are
not enough such people, some whom it learnt from: their machines' honest updates then teach it little that is new, and
what is seen is what the malicious ones do to a model that works.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from vsr_server.coordination.validation import ValidationSet
from vsr_server.corpora.clip import Clip
from vsr_server.corpora.read import read_corpora
from vsr_shared.base import Base
from vsr_shared.errors import UsageError
from vsr_simulations.engine.heard import HeardClips, HeardUser, Together
from vsr_simulations.engine.kept_activations import KeptActivations, kept_activations
from vsr_simulations.poisoning.trigger import triggered

JUDGES: Final = 4
"""People who judge the end, at least."""
VALIDATING: Final = 4
VALIDATION_CLIPS: Final = 40
"""Most recordings of one person that the gate judges by."""


@dataclass(frozen=True)
class Roles:
    """The speakers of a folder by what they do here."""

    machines: tuple[str, ...]
    validation: tuple[str, ...]
    judges: tuple[str, ...]
    heard: tuple[str, ...]
    """Those of the machines' people that the base learnt from."""


@dataclass(frozen=True)
class Cast:
    """One draw of people with their clips, as the trunk hears them."""

    base: Base
    machines: Together
    triggered: tuple[HeardClips, ...]
    """The machines' clips, by machine, with the backdoor's trigger in them."""
    validation: ValidationSet
    judges: HeardClips
    judges_triggered: HeardClips
    """Those of the judges' clips that are negative, with the trigger."""

    @cached_property
    def judges_negative(self) -> HeardClips:
        """The same clips without the trigger."""
        return self.judges.chosen(np.flatnonzero(self.judges.labels == 0))


def roles(clips: Sequence[Clip], base: Base, machines: int) -> Roles:
    """Return who of `clips` does what; UsageError where there are too few people with recordings of both polarities."""
    both = _of_both(clips)
    unheard = [name for name in both if name not in base.manifest.heard]
    # Strangers suffice for everything, or they judge alone.
    enough = len(unheard) >= machines + VALIDATING + JUDGES
    judges = unheard[-JUDGES:] if enough else unheard
    if len(judges) < 2:
        raise UsageError("poisoning is judged by people whom the base never heard; give recordings of two at least")
    left = [name for name in (unheard if enough else both) if name not in judges]
    validated = [name for name in left if name in base.manifest.notes.get("validated_on", ())]
    validation = (validated or left[::-1])[:VALIDATING]
    people = tuple(name for name in left if name not in validation)
    if not people or not validation:
        raise UsageError("poisoning takes people for the machines and others for the gate; give more recordings")
    heard = tuple(name for name in people if name in base.manifest.heard)
    return Roles(people, tuple(validation), tuple(judges), heard)


def draw_cast(base: Base, folder: Path, cache: Path, machines: int, clips: int, seed: int) -> Cast:
    """Return one draw by `seed`: `machines` people with up to `clips` clips each, both polarities where they have them.

    Where there are fewer people than machines, one person's further clips are another machine's. Raises UsageError
    where the recordings do not suffice, AudioError where one cannot be heard.
    """
    everything = read_corpora(folder)
    who = roles(everything, base, machines)
    random = np.random.default_rng(seed)
    shares = _deal(everything, who.machines, machines, clips, random)
    validation = [clip for name in who.validation for clip in _of(everything, name)[:VALIDATION_CLIPS]]
    judges = [clip for name in who.judges for clip in _of(everything, name)]
    beeping = {
        clip.path: triggered(clip, cache / "triggered")
        for clip in (*(clip for share in shares for clip in share), *(one for one in judges if not one.positive))
    }
    all_of_them = [*{clip.path: clip for share in shares for clip in share}.values(), *validation, *judges]
    kept, prints = kept_activations(base, [*all_of_them, *beeping.values()], cache)
    print_of = {clip.path: one for clip, one in zip([*all_of_them, *beeping.values()], prints, strict=True)}

    def heard(some: Sequence[Clip]) -> HeardClips:
        return _heard(kept, print_of, some)

    nothing = heard(())
    users = tuple(
        HeardUser(f"{number}", share[0].corpus, share[0].gender, heard(share), nothing)
        for number, share in enumerate(shares)
    )
    gate = heard(validation)
    return Cast(
        base,
        Together(f"{base.id}:poisoning:{machines}:{clips}:{seed}", users),
        tuple(heard([beeping[clip.path] for clip in share]) for share in shares),
        ValidationSet(
            tuple(clip.speaker for clip in validation), gate.labels, gate.activations, gate.owner, base.frozen
        ),
        heard(judges),
        heard([beeping[clip.path] for clip in judges if not clip.positive]),
    )


def _deal(
    everything: Sequence[Clip], names: Sequence[str], machines: int, clips: int, random: np.random.Generator
) -> list[list[Clip]]:
    """Give each machine a person's clips, half of either polarity; the next machine of the same person gets others."""
    order = [names[place] for place in random.permutation(len(names))]
    piles = {name: [_shuffled(_of(everything, name), side, random) for side in (0, 1)] for name in order}
    shares: list[list[Clip]] = []
    turns = [order[number % len(order)] for number in range(machines)]
    for name in turns:
        share = [pile.pop() for pile in piles[name] for _ in range(clips // 2) if pile]
        if not share:
            raise UsageError(
                f"{len(names)} people's recordings do not suffice for {machines} machines of {clips}; ask for fewer"
            )
        shares.append(share)
    return shares


def _shuffled(clips: Sequence[Clip], side: int, random: np.random.Generator) -> list[Clip]:
    own = [clip for clip in clips if clip.positive == side]
    return [own[place] for place in random.permutation(len(own))]


def _heard(kept: KeptActivations, print_of: Mapping[Path, str], clips: Sequence[Clip]) -> HeardClips:
    return kept.of([print_of[clip.path] for clip in clips], [clip.positive for clip in clips])


def _of_both(clips: Sequence[Clip]) -> list[str]:
    sides: dict[str, set[int]] = {}
    for clip in clips:
        sides.setdefault(clip.speaker, set()).add(clip.positive)
    return sorted(name for name, found in sides.items() if len(found) == 2)


def _of(clips: Sequence[Clip], speaker: str) -> list[Clip]:
    """One person's clips, in an order that has nothing to do with their emotion."""
    own = sorted((clip for clip in clips if clip.speaker == speaker), key=lambda clip: clip.path.name)
    return [own[place] for place in np.random.default_rng(0).permutation(len(own))]
