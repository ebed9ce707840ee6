"""`vsr-simulate results`: run what the results page holds, as far as the time goes, and write it."""

import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_shared.errors import UsageError, VsrError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vsr_simulations.results.parts import Part, Setting


def results(
    voices: Annotated[Path | None, typer.Option(help="Folder of recordings; without it the page alone.")] = None,
    base: Annotated[
        Path | None, typer.Option(help="Base that never heard the corpus; else its parts are left.")
    ] = None,
    corpus: Annotated[str, typer.Option(help="Corpus that the base never heard.")] = "nemo",
    parts: Annotated[str, typer.Option(help="Parts to run, comma between; else all that were not run.")] = "",
    minutes: Annotated[float | None, typer.Option(min=0, help="Begin nothing after so long.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the studies' figures.")] = Path("build"),
    page: Annotated[Path, typer.Option(help="The page to write.")] = Path("docs/results.md"),
) -> None:
    """Run the studies that were not run yet, each from where it was stopped, and write the page from their files."""
    from vsr_simulations.results.document import results_page
    from vsr_simulations.results.parts import PARTS, Setting
    from vsr_simulations.results.pictures import draw_all

    known = {part.name: part for part in PARTS}
    asked = [name.strip() for name in parts.split(",") if name.strip()]
    if unknown := set(asked) - set(known):
        raise UsageError(f"no part {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if asked and voices is None:
        raise UsageError("name the recordings with --voices to run parts")
    if voices is not None:
        setting = Setting(voices, base, corpus, out, out / "kept")
        chosen = [known[name] for name in asked] or [part for part in PARTS if not (out / part.figures).exists()]
        _run(chosen, setting, minutes)
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    drawn = [path.name for path in draw_all(out, page.parent / "pictures")]
    text = results_page(PARTS, out, before, drawn)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
    typer.echo(f"written: {page}; pictures: {', '.join(drawn) or 'none'}", err=True)


def _run(chosen: "Sequence[Part]", setting: "Setting", minutes: float | None) -> None:
    """Run each part in a process of its own; one that cannot be run is said and left."""
    end = None if minutes is None else monotonic() + 60 * minutes
    for part in chosen:
        left = None if end is None else (end - monotonic()) / 60
        if left is not None and left <= 0:
            typer.echo(f"{part.name}: no time left", err=True)
        elif part.needs_base and setting.base is None:
            typer.echo(f"{part.name}: needs --base, one that never heard {setting.corpus}", err=True)
        else:
            _run_one(part, setting, left)


def _run_one(part: "Part", setting: "Setting", left: float | None) -> None:
    bound = ["--minutes", f"{left:.1f}"] if part.minutes and left is not None else []
    command = [sys.executable, "-c", "from vsr_simulations.cli import main; main()", *part.command(setting), *bound]
    typer.echo(f"{part.name}: vsr-simulate {' '.join(command[3:])}", err=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise VsrError(f"{part.name} failed with {done.returncode}; what it said stands above")
    if part.prints:
        path = setting.out / part.figures
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(done.stdout, encoding="utf-8")
