"""`vsr-server base evaluate`: how good a base is, on people it never heard."""

import json
from pathlib import Path
from typing import Annotated

import typer

from vsr_server.base.options import Cache, Voices, names


def evaluate(
    voices: Voices,
    base: Annotated[Path | None, typer.Option(help="Base file; without it the one that ships.")] = None,
    speaker: Annotated[str, typer.Option(help="Speakers to test, comma between; else all it never heard.")] = "",
    known: Annotated[
        Path | None,
        typer.Option(help="Folder of the voices it was made with, for the baselines; else --voices."),
    ] = None,
    features: Annotated[bool, typer.Option(help="Also majority, MFCC with linear model and SVM.")] = True,
    untrained: Annotated[bool, typer.Option(help="Also an untrained network's activations (minutes, once).")] = True,
    microphones: Annotated[bool, typer.Option("--microphones", help="Also by simulated microphone.")] = False,
    mark_heard: Annotated[
        bool, typer.Option("--mark-heard", help="Show speakers it heard too, apart, marked as not a test.")
    ] = False,
    pictures: Annotated[Path | None, typer.Option(help="PNG to draw to, or a folder for one PNG each.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    cache: Cache = Path("vsr-images"),
) -> None:
    """Say how good a base is, by speaker, beside the majority, hand-made features and an untrained network."""
    from vsr_server.base.evaluation.evaluation_pictures import draw, prepare
    from vsr_server.base.evaluation.examination import Exam, examine
    from vsr_server.base.evaluation.report import report

    if pictures is not None:
        prepare(pictures)
    exam = Exam(voices, base, cache, names(speaker), known, features, untrained, microphones, mark_heard)
    found = examine(exam, lambda line: typer.echo(line, err=True))
    if as_json:
        typer.echo(json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(report(found))
    if pictures is not None:
        for path in draw(found, pictures):
            typer.echo(f"drawn: {path}", err=True)
