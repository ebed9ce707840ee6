"""What this VSR is made of, with the licences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, requires, version


@dataclass(frozen=True)
class Part:
    """A library that VSR is made of."""

    name: str
    version: str
    licence: str


def parts() -> list[Part]:
    """Return the libraries that VSR asks for by name, with their licences as they state them."""
    return sorted(_parts(), key=lambda part: part.name.lower())


def _parts() -> Iterator[Part]:
    for requirement in requires("vsr") or []:
        name, _, condition = requirement.partition(";")
        if "extra" in condition:
            continue
        bare = re.split(r"[^\w.-]", name.strip(), maxsplit=1)[0]
        try:
            yield Part(bare, version(bare), _licence(bare))
        except PackageNotFoundError:
            continue


def _licence(name: str) -> str:
    found = metadata(name)
    said = _said(found, "License-Expression") or _first_line(_said(found, "License"))
    if said:
        return said
    classifiers = [line for line in found.get_all("Classifier") or [] if line.startswith("License ::")]
    return classifiers[0].rsplit(" :: ", 1)[-1] if classifiers else "see its own files"


def _said(found: PackageMetadata, field: str) -> str:
    return str(found[field]) if found.get_all(field) else ""


def _first_line(text: str) -> str:
    # Some put the whole text of the licence there.
    line = text.strip().splitlines()[0].strip() if text.strip() else ""
    return line if len(line) <= 60 else ""
