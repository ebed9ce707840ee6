"""`vsr-server corpora`: which recordings VSR knows, whether a folder holds them whole, and fetching them."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from vsr_server.corpora.corpus import Corpus
from vsr_server.corpora.known import KNOWN, corpus_named

app = typer.Typer(no_args_is_help=True, help="Corpora of emotional speech: what is known, checked, fetched.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


@app.command("list")
def list_corpora(as_json: AsJson = False) -> None:
    """List the corpora that VSR knows, what they hold, their licence and how to get them."""
    if as_json:
        typer.echo(json.dumps([_facts(corpus) for corpus in KNOWN.values()]))
        return
    for corpus in KNOWN.values():
        typer.echo(f"{corpus.name}: {corpus.title}")
        holds = f"{corpus.speakers} speakers, {corpus.clips:,} clips, {len(corpus.emotions)} emotions"
        typer.echo(f"  {corpus.language}, {holds}, {corpus.licence}")
        typer.echo(f"  {'fetched by `vsr-server corpora fetch`, or ' if corpus.source else ''}{corpus.how_to_get}")
    typer.echo("any folder with a MANIFEST.csv (file, corpus, speaker, gender, emotion) is one too")


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="Folder of recordings.")], as_json: AsJson = False) -> None:
    """Say what a folder holds and what is wrong with it; exit code 1 where something is."""
    from vsr_server.corpora.checks import check as checked

    report = checked(folder)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False))
    else:
        for line in report.lines():
            typer.echo(line)
    if report.problems:
        raise typer.Exit(1)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="The corpus, as `list` names it.")],
    to: Annotated[Path, typer.Option(help="Folder in which the corpus' own folder is made.")],
) -> None:
    """Fetch a corpus whose licence allows that, and check it; the same command goes on where it broke off."""
    from vsr_server.corpora.checks import check as checked
    from vsr_server.corpora.fetch import fetch as fetched

    corpus = corpus_named(name)
    typer.echo(f"{corpus.title}, {corpus.licence}")
    folder = fetched(corpus, to, lambda line: typer.echo(f"  {line}"))
    report = checked(folder)
    for line in report.lines():
        typer.echo(line)
    if report.problems:
        raise typer.Exit(1)


def _facts(corpus: Corpus) -> dict[str, Any]:
    return {
        "name": corpus.name,
        "title": corpus.title,
        "language": corpus.language,
        "licence": corpus.licence,
        "speakers": corpus.speakers,
        "clips": corpus.clips,
        "emotions": list(corpus.emotions),
        "fetchable": corpus.source is not None,
        "how_to_get": corpus.how_to_get,
    }
