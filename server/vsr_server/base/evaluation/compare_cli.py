"""`vsr-server base compare`: backbones and features beside each other."""

from pathlib import Path
from typing import Annotated

import typer

from vsr_server.base.options import Cache, Test, Validate, Voices, names
from vsr_server.base.training.train_cli import recipe_of
from vsr_shared.errors import UsageError


def compare(
    voices: Voices,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints and the picture.")],
    backbones: Annotated[str, typer.Option(help="Which, comma between.")] = "small_cnn,resnet50,xception,densenet201",
    validate: Validate = "",
    test: Test = "",
    without_corpus: Annotated[str, typer.Option(help="Corpora to leave out and compare on, comma between.")] = "",
    steps: Annotated[int | None, typer.Option(min=1, help="Steps for each, else the recipe's.")] = None,
    cache: Cache = Path("vsr-images"),
) -> None:
    """Train several backbones alike and print how good they are beside the majority and hand-made features."""
    from vsr_server.base.evaluation.compare import compare as compared
    from vsr_server.base.evaluation.compare import table
    from vsr_server.base.training.pictures import draw_comparison
    from vsr_server.base.who import Who

    chosen = [recipe_of(name, steps=steps) for name in names(backbones)]
    if not chosen:
        raise UsageError("name at least one backbone")
    found = compared(
        chosen[0],
        [recipe.backbone for recipe in chosen],
        voices,
        Who(names(validate), names(test), names(without_corpus)),
        out,
        cache,
        lambda name, reading: typer.echo(f"{name}, step {reading.step}: validation NLL {reading.nll:.3f}"),
    )
    draw_comparison(found, out / "comparison.png")
    typer.echo(table(found))
