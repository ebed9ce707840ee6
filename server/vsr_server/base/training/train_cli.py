"""`vsr-server base train`: one base, or one a fold of speakers."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from vsr_server.base.options import Cache, Test, Validate, Voices, names
from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    from vsr_server.base.training.checkpoint import Reading
    from vsr_server.base.training.recipe import Recipe


def train(
    voices: Voices,
    out: Annotated[Path, typer.Option(help="Folder for the base, its checkpoint, result and curves.")],
    validate: Validate = "",
    test: Test = "",
    without_corpus: Annotated[str, typer.Option(help="Corpora that are left out whole, comma between.")] = "",
    folds: Annotated[int | None, typer.Option(min=2, help="Train a base a fold, which never hears it.")] = None,
    fold_corpus: Annotated[str, typer.Option(help="Only this corpus' speakers take turns; the others train.")] = "",
    backbone: Annotated[str, typer.Option(help="densenet201, resnet50, xception or small_cnn.")] = "densenet201",
    imagenet: Annotated[bool, typer.Option(help="Begin with ImageNet's weights, fetched by Keras.")] = False,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of all phases together, else the recipe's.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights, batches and augmentation.")] = 1,
    mixed_precision: Annotated[bool, typer.Option(help="Compute in bfloat16 where it can be.")] = False,
    cache: Cache = Path("vsr-images"),
) -> None:
    """Train a base; the same command goes on where it was stopped."""
    from vsr_server.base.training.rotation import train_folds
    from vsr_server.base.training.run import run
    from vsr_server.base.who import Who

    recipe = recipe_of(backbone, imagenet, steps, seed, mixed_precision)
    who = Who(names(validate), names(test), names(without_corpus), seed)
    typer.echo(f"training {recipe.backbone} for up to {recipe.steps} steps of {recipe.batch_size} clips")
    if folds is None:
        outcome = run(recipe, voices, who, out, cache, show, typer.echo)
        typer.echo(f"best validation NLL {outcome.best.nll:.3f} (UAR {outcome.best.uar:.3f}) at {outcome.best.step}")
        typer.echo(f"calibrated by a temperature of {outcome.temperature:.2f}; written: {outcome.written}")
    else:
        typer.echo(train_folds(recipe, voices, who, folds, fold_corpus, out, cache, show, typer.echo))


def recipe_of(
    backbone: str, imagenet: bool = False, steps: int | None = None, seed: int = 1, mixed_precision: bool = False
) -> "Recipe":
    """Return the recipe of these choices; UsageError where the backbone is not known."""
    from vsr_server.base.training.recipe import FROM_IMAGENET, FROM_SCRATCH, Backbone, Phase, Recipe

    known = {str(name): name for name in get_args(Backbone)}
    if backbone not in known:
        raise UsageError(f"no backbone {backbone!r}; there are {', '.join(known)}")
    phases: tuple[Phase, ...] = FROM_IMAGENET if imagenet else FROM_SCRATCH
    if steps is not None:
        share = steps / sum(phase.steps for phase in phases)
        phases = tuple(replace(phase, steps=max(1, round(phase.steps * share))) for phase in phases)
    return Recipe(
        backbone=known[backbone],
        weights="imagenet" if imagenet else None,
        phases=phases,
        seed=seed,
        mixed_precision=mixed_precision,
    )


def show(reading: "Reading") -> None:
    """Print a validation as it comes."""
    typer.echo(
        f"step {reading.step}: loss {reading.loss:.3f}; validation NLL {reading.nll:.3f}, "
        f"UAR {reading.uar:.3f}, AUROC {reading.auroc:.3f}"
    )
