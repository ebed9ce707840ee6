"""What travels in a secure sum besides its terms: two messages from each member, one to each.

first    server -> member    RoundTerms           member -> server    MaskedVector
second   server -> member    UnmaskRequest        member -> server    Uncovered
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vsr_shared.secure_sum.field import Words


@dataclass(frozen=True)
class MaskedVector:
    """A member's vector under its masks, and the means to take them off again, sealed for the others."""

    words: Words
    """Shape `(size,)`; uniform to whoever knows no seed."""
    sealed: tuple[bytes, ...]
    """For each member, by number, the shares it keeps: the self mask's, then one a neighbour in ascending order."""
    checks: tuple[bytes, ...]
    """16 bytes a seed, in the same order, by which a recovered seed is known to be right."""


@dataclass(frozen=True)
class UnmaskRequest:
    """Who stands in the sum, and the shares that its receiver keeps for them."""

    included: frozenset[int]
    """Numbers of the members whose vectors arrived. Everybody else counts as silent."""
    sealed: Mapping[int, bytes]
    """For each included member, what it sealed for the receiver."""


@dataclass(frozen=True)
class Uncovered:
    """The shares that a member gives back: of an included member's self mask and of its masks with silent ones."""

    shares: Mapping[int, Words]
    """By included member, `(1 + silent neighbours, 4)`; a member whose shares could not be opened is left out."""
