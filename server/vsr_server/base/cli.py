"""`vsr-server base`: train a base on corpora of voices, and evaluate one on speakers it never heard."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    from vsr_server.base.checkpoint import Reading
    from vsr_server.base.evaluate import Evaluation
    from vsr_server.base.recipe import Recipe

app = typer.Typer(no_args_is_help=True, help="The base model: train it, evaluate it.")

VALIDATE = "rav15,rav16,nemoWR0,turev7895,urduM6,urduF1,urduM7,urduF4"
TEST = "rav17,rav18,rav19,rav20"

Voices = Annotated[Path, typer.Option(help="Folder of recordings with a MANIFEST.csv.")]
Cache = Annotated[Path, typer.Option(help="Folder that keeps the recordings' images between runs.")]


@app.command()
def train(
    voices: Voices,
    out: Annotated[Path, typer.Option(help="Folder for the base, its checkpoint, result and curves.")],
    validate: Annotated[str, typer.Option(help="Speakers who choose and calibrate, comma between.")] = VALIDATE,
    test: Annotated[str, typer.Option(help="Speakers that are left out altogether, comma between.")] = TEST,
    backbone: Annotated[str, typer.Option(help="densenet201, resnet50, xception or small_cnn.")] = "densenet201",
    imagenet: Annotated[bool, typer.Option(help="Begin with ImageNet's weights, fetched by Keras.")] = False,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of the last phase, else the recipe's.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights, batches and augmentation.")] = 1,
    mixed_precision: Annotated[bool, typer.Option(help="Compute in bfloat16 where it can be.")] = False,
    cache: Cache = Path("vsr-images"),
) -> None:
    """Train a base; the same command goes on where it was stopped."""
    from vsr_server.base.run import run

    recipe = _recipe(backbone, imagenet, steps, seed, mixed_precision)
    typer.echo(f"training {recipe.backbone} for up to {recipe.steps} steps of {recipe.batch_size} clips")
    outcome = run(
        recipe, voices, _names(validate), _names(test), out, cache, _show, lambda line: typer.echo(f"  {line}")
    )
    typer.echo(f"best validation NLL {outcome.best.nll:.3f} (UAR {outcome.best.uar:.3f}) at step {outcome.best.step}")
    typer.echo(f"calibrated by a temperature of {outcome.temperature:.2f}; written: {outcome.written}")


@app.command()
def folds(
    voices: Voices,
    out: Annotated[Path, typer.Option(help="Folder, outside the repository, for one folder a fold.")],
    count: Annotated[int, typer.Option("--folds", min=2, help="Folds of speakers.")] = 5,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of the last phase, else the recipe's.")] = None,
    backbone: Annotated[str, typer.Option(help="densenet201, resnet50, xception or small_cnn.")] = "densenet201",
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights, batches and validation speakers.")] = 1,
    mixed_precision: Annotated[bool, typer.Option(help="Compute in bfloat16 where it can be.")] = False,
    cache: Cache = Path("vsr-images"),
) -> None:
    """Train a base a fold, each of which never heard the fold's speakers; goes on where it was stopped."""
    from vsr_server.base.folds import speaker_folds, validators
    from vsr_server.base.run import run
    from vsr_server.base.voices import read_voices

    recipe = _recipe(backbone, False, steps, seed, mixed_precision)
    recordings = read_voices(voices)
    for number, test in enumerate(speaker_folds(recordings, count), start=1):
        chosen = validators(recordings, test, seed)
        typer.echo(f"fold {number} of {count}: without {', '.join(test)}")
        outcome = run(recipe, voices, chosen, test, out / f"fold-{number}", cache, _show, typer.echo)
        typer.echo(f"written: {outcome.written}")


@app.command()
def compare(
    voices: Voices,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the picture.")],
    backbones: Annotated[str, typer.Option(help="Which, comma between.")] = "small_cnn,resnet50,xception,densenet201",
    validate: Annotated[str, typer.Option(help="Speakers who choose and calibrate, comma between.")] = VALIDATE,
    test: Annotated[str, typer.Option(help="Speakers to compare on, comma between.")] = TEST,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps for each, else the recipe's.")] = None,
    cache: Cache = Path("vsr-images"),
) -> None:
    """Train several backbones alike and print how good they are beside the majority and hand-made features."""
    from vsr_server.base.compare import compare as compared
    from vsr_server.base.compare import table
    from vsr_server.base.pictures import draw_comparison

    chosen = [_recipe(name, False, steps, 1, False) for name in _names(backbones)]
    if not chosen:
        raise UsageError("name at least one backbone")
    found = compared(
        chosen[0],
        [recipe.backbone for recipe in chosen],
        voices,
        _names(validate),
        _names(test),
        out,
        cache,
        lambda name, reading: typer.echo(f"{name}, step {reading.step}: validation NLL {reading.nll:.3f}"),
    )
    draw_comparison(found, out / "comparison.png")
    typer.echo(table(found))


@app.command()
def evaluate(
    voices: Voices,
    base: Annotated[Path | None, typer.Option(help="Base file; without it the one that ships.")] = None,
    speaker: Annotated[str, typer.Option(help="Speakers to test, comma between; else all it never heard.")] = "",
    features: Annotated[bool, typer.Option(help="Also MFCC and SVM, trained on those the base heard.")] = True,
    pictures: Annotated[Path | None, typer.Option(help="PNG to draw reliability and confusion to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    cache: Cache = Path("vsr-images"),
) -> None:
    """Say how good a base is, by speaker, beside the majority and hand-made features."""
    from vsr_server.base.examination import examine
    from vsr_server.base.pictures import draw_reliability

    found = examine(voices, base, _names(speaker), features, cache)
    if pictures is not None:
        draw_reliability(found.labels, found.positive, pictures)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False))
        return
    typer.echo(f"{found.base_id}: {len(found.labels)} recordings of {len(found.ways['base'].speakers)} speakers")
    if found.left_out:
        typer.echo(f"left out, because this base was made with them: {len(found.left_out)} speakers")
    for name, evaluation in found.ways.items():
        typer.echo(_lines(name, evaluation))


def _recipe(backbone: str, imagenet: bool, steps: int | None, seed: int, mixed_precision: bool) -> "Recipe":
    from vsr_server.base.recipe import FROM_IMAGENET, FROM_SCRATCH, Backbone, Recipe

    known = {str(name): name for name in get_args(Backbone)}
    if backbone not in known:
        raise UsageError(f"no backbone {backbone!r}; there are {', '.join(known)}")
    phases = FROM_IMAGENET if imagenet else FROM_SCRATCH
    if steps is not None:
        phases = (*phases[:-1], replace(phases[-1], steps=steps))
    return Recipe(
        backbone=known[backbone],
        weights="imagenet" if imagenet else None,
        phases=phases,
        seed=seed,
        mixed_precision=mixed_precision,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _show(reading: "Reading") -> None:
    typer.echo(
        f"step {reading.step}: loss {reading.loss:.3f}; validation NLL {reading.nll:.3f}, "
        f"UAR {reading.uar:.3f}, AUROC {reading.auroc:.3f}"
    )


def _lines(name: str, evaluation: "Evaluation") -> str:
    overall, between = evaluation.overall, evaluation.intervals
    figures = ", ".join(
        f"{label} {value:.3f} ({between[key][0]:.2f} to {between[key][1]:.2f})"
        for label, key, value in (
            ("UAR", "uar", overall.uar),
            ("AUROC", "auroc", overall.auroc),
            ("NLL", "nll", overall.nll),
            ("ECE", "ece", overall.ece),
        )
    )
    who, worst = evaluation.worst_speaker
    tail = f"worst speaker {who} {worst:.3f}, worst tenth {evaluation.worst_tenth:.3f}"
    groups = [f"  {kind}: {_groups(found)}" for kind, found in _kinds(evaluation)]
    return "\n".join([f"{name}: {figures}; {tail}", *groups])


def _kinds(evaluation: "Evaluation") -> Sequence[tuple[str, Sequence[tuple[str, float]]]]:
    return [
        ("by corpus, UAR", [(name, found.uar) for name, found in evaluation.corpora.items()]),
        ("by gender, UAR", [(name, found.uar) for name, found in evaluation.genders.items()]),
    ]


def _groups(found: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in found)
