"""A base a fold of speakers, each tested on those it never heard."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from vsr_server.base.evaluation.evaluate import Evaluation
from vsr_server.base.evaluation.examination import Exam, examine
from vsr_server.base.folds import speaker_folds, validators
from vsr_server.base.training.checkpoint import Reading
from vsr_server.base.training.recipe import Recipe
from vsr_server.base.training.run import BASE_FILE, run
from vsr_server.base.who import Who
from vsr_server.corpora.read import read_corpora
from vsr_shared.errors import UsageError


def train_folds(
    recipe: Recipe,
    folder: Path,
    who: Who,
    folds: int,
    corpus: str,
    out: Path,
    cache: Path,
    show: Callable[[Reading], None],
    say: Callable[[str], None],
) -> str:
    """Train a base a fold into `out`/fold-N, going on where it was stopped; return the table of what they reach.

    The speakers of `corpus` alone take turns where it is named, all speakers else. UsageError where it is not there.
    """
    everybody = read_corpora(folder)
    turning = [voice for voice in everybody if corpus in {"", voice.corpus}]
    if not turning:
        raise UsageError(f"no corpus {corpus} in {folder}; correct the name")
    found: list[Evaluation] = []
    for number, test in enumerate(speaker_folds(turning, folds), start=1):
        say(f"fold {number} of {folds}: without {', '.join(test)}")
        chosen = who.validate or validators(everybody, test, who.seed)
        sides = replace(who, test=test, validate=[name for name in chosen if name not in test])
        place = out / f"fold-{number}"
        run(recipe, folder, sides, place, cache, show, say)
        if (base := place / BASE_FILE).exists():
            found.append(examine(Exam(folder, base, cache, speakers=test, features=False)).ways["base"])
    return table(found)


def table(found: list[Evaluation]) -> str:
    """Return the figures of each fold on its own speakers, and their mean."""
    if not found:
        return "no fold has a base: only a DenseNet201 becomes one"
    rows = {
        f"fold {number}": [one.overall.uar, one.overall.auroc, one.overall.nll, one.overall.ece, one.worst_speaker[1]]
        for number, one in enumerate(found, start=1)
    }
    rows["mean"] = np.mean(list(rows.values()), axis=0).tolist()
    lines = [f"{'':8}{'UAR':>7}{'AUROC':>7}{'NLL':>7}{'ECE':>7}{'worst':>7}"]
    return "\n".join(lines + [f"{name:8}" + "".join(f"{value:7.3f}" for value in row) for name, row in rows.items()])
