"""Putting a base into the package: checked, with the record of its bytes, its figures, and the card that has them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from vsr_server.base.shipping.card import card_part, with_part
from vsr_server.durable_file import write_durably
from vsr_shared.base import Base, read_base
from vsr_shared.errors import BaseError, StoreError, UsageError
from vsr_shared.prediction import Predictor
from vsr_shared.shipped_base import BASE_FILE, BASES, EVALUATION_FILE, RECORD_FILE, Record, read_shipped

NAME: Final = "vsr-base"
MOST_BYTES: Final = 45_000_000
UNHEARD: Final = frozenset({"rav17", "rav18", "rav19", "rav20"})
"""The demo's users, and those whose figures everybody compares: no base that ships may have heard them."""


@dataclass(frozen=True)
class Papers:
    """What goes with a base: its evaluation (`vsr-server base evaluate --json`) and the model card to bring up."""

    evaluation: Path
    card: Path


def ship(file: Path, papers: Papers, folder: Path = BASES) -> Record:
    """Make the base in `file` the one that ships from `folder`, and return its record.

    Raises BaseError where the base is damaged or may not ship, UsageError where evaluation or card do not belong to
    it, StoreError where something cannot be written. Nothing is written before all is checked.
    """
    try:
        data = file.read_bytes()
        base = read_base(data)
    except OSError as error:
        raise BaseError(f"the base {file} cannot be read ({error.strerror}); name another") from error
    except BaseError as error:
        raise BaseError(f"{file}: {error}") from error
    evaluation = _evaluation(papers.evaluation)
    check_base(base, len(data))
    check_evaluation(base, evaluation)
    record = Record.of(base, data)
    card = with_part(_text(papers.card), card_part(record, base.manifest, evaluation))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / BASE_FILE, data)
        write_durably(folder / EVALUATION_FILE, json.dumps(evaluation, indent=1, ensure_ascii=False).encode() + b"\n")
        write_durably(folder / RECORD_FILE, record.to_json())
        write_durably(papers.card, card.encode())
    except OSError as error:
        raise StoreError(f"the base cannot be put into {folder} ({error.strerror}); allow writing there") from error
    read_shipped(folder)
    return record


def check_base(base: Base, size: int) -> None:
    """Raise BaseError where `base`, of `size` bytes, may not ship."""
    manifest = base.manifest
    if manifest.name != NAME or manifest.origin != "trained":
        raise BaseError(f"{base.id} is {manifest.origin}; what ships is a trained base called {NAME}")
    if size >= MOST_BYTES:
        raise BaseError(f"{base.id} has {size:,} bytes; what ships has less than {MOST_BYTES:,}: keep it in float16")
    if not manifest.heard or not manifest.licence:
        raise BaseError(f"{base.id} does not say whom it heard and under which licences; train it by VSR's commands")
    if heard := UNHEARD & set(manifest.heard):
        raise BaseError(f"{base.id} heard {', '.join(sorted(heard))}, who are for testing; train one without them")
    predictor = Predictor(base, threads=1)
    said = predictor.judge(predictor.trunk(np.zeros((1, *manifest.spectrogram.shape), np.uint8)))
    if not np.isfinite(said).all():
        raise BaseError(f"{base.id} does not answer with a probability; its training went wrong")


def check_evaluation(base: Base, evaluation: Mapping[str, Any]) -> None:
    """Raise UsageError where `evaluation` is another base's, or was made on speakers that `base` heard."""
    if evaluation.get("base") != base.id:
        raise UsageError(f"this evaluation is of {evaluation.get('base')}, not of {base.id}; evaluate this one")
    try:
        tested = set(evaluation["ways"]["base"]["speakers"])
    except (KeyError, TypeError) as error:
        raise UsageError(f"this evaluation lacks {error}; make it by `vsr-server base evaluate --json`") from error
    if not tested or tested & set(base.manifest.heard):
        raise UsageError("this evaluation is not of speakers that the base never heard; evaluate it on others")


def _evaluation(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except ValueError as error:
        raise UsageError(f"{path} is not what `vsr-server base evaluate --json` prints ({error})") from error
    if not isinstance(found, dict):
        raise UsageError(f"{path} is not what `vsr-server base evaluate --json` prints; make it anew")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); name another") from error
    except ValueError as error:
        raise UsageError(f"{path} is not text ({error}); name another") from error
