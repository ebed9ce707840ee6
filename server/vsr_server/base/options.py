"""What several commands of `vsr-server base` ask alike."""

from pathlib import Path
from typing import Annotated

import typer

Voices = Annotated[Path, typer.Option(help="Folder of corpora, or of recordings with a MANIFEST.csv.")]
Cache = Annotated[Path, typer.Option(help="Folder that keeps the recordings' images between runs.")]
Validate = Annotated[
    str, typer.Option(help="Speakers who choose and calibrate, comma between; else those of the base that ships.")
]
Test = Annotated[str, typer.Option(help="Speakers left out altogether, comma between; else ravdess actors 17 to 20.")]


def names(text: str) -> tuple[str, ...]:
    """Return the names in `text`, commas between."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
