"""Neutral texts to read aloud: what is said should not tell the mood, only how it is said."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class SampleText:
    """A text of two or three sentences, some eight seconds long when read."""

    id: str
    """Language and number: "de-2"."""
    language: str
    """BCP 47."""
    text: str


@lru_cache(maxsize=1)
def sample_texts() -> tuple[SampleText, ...]:
    """Return the texts of the data file beside this, in its order."""
    tables = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))
    return tuple(
        SampleText(f"{language}-{number}", language, text)
        for language, texts in tables.items()
        for number, text in enumerate(texts["texts"], start=1)
    )
