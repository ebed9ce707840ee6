"""The corpora that VSR knows by their files' names; a new one is a small file and a line here."""

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from vsr_server.corpora.corpus import Corpus, Reading
from vsr_server.corpora.crema_d import CREMA_D
from vsr_server.corpora.nemo import NEMO
from vsr_server.corpora.ravdess import RAVDESS
from vsr_server.corpora.savee import SAVEE
from vsr_server.corpora.tess import TESS
from vsr_server.corpora.turev import TUREV
from vsr_server.corpora.urdu import URDU
from vsr_shared.errors import UsageError

KNOWN: Final[Mapping[str, Corpus]] = MappingProxyType(
    {corpus.name: corpus for corpus in (CREMA_D, TESS, SAVEE, RAVDESS, NEMO, TUREV, URDU)}
)


def corpus_named(name: str) -> Corpus:
    """Return the corpus of this name. UsageError where none has it."""
    if name not in KNOWN:
        raise UsageError(f"no corpus {name!r}; there are {', '.join(KNOWN)}")
    return KNOWN[name]


def recognise(path: PurePath) -> tuple[Corpus, Reading] | None:
    """Return the corpus whose file this is, by its name and its folder's, and what they say; None for no known one."""
    readings = ((corpus, corpus.read(path)) for corpus in KNOWN.values())
    return next(((corpus, reading) for corpus, reading in readings if reading is not None), None)
