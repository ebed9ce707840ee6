"""`vsr`: predict, teach and take part, from the command line."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_client.app.commands import open_app, token
from vsr_client.commands.keeping import forget, history
from vsr_client.commands.safekeeping import backup, passphrase, restore
from vsr_client.commands.taking_away import export, report
from vsr_client.commands.together import join, leave
from vsr_client.person import Person, Using
from vsr_client.settings import BasePath, DataDir, Offline, Threads
from vsr_shared.emotions import Polarity
from vsr_shared.errors import AudioError, UsageError, VsrError

if TYPE_CHECKING:
    from vsr_client.teaching import Lesson

app = typer.Typer(
    help="VSR hears whether a voice carries positive or negative emotion, and learns yours. Everything stays here.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
Files = Annotated[list[Path], typer.Argument(help="Recordings: WAV, FLAC, OGG, MP3, WebM, MP4.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def main() -> None:
    """Run the command; a VsrError becomes one line and its exit code (docs/settings.md)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        app(opening(spread(sys.argv[1:])))
    except VsrError as error:
        _complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Who read our output has enough; nothing is wrong, but Python must not try to flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def spread(arguments: list[str]) -> list[str]:
    """Return `arguments` with each file behind `--positive` or `--negative` given an option of its own.

    So that a shell's pattern works: `--positive happy/*.wav --negative sad/*.wav`.
    """
    result: list[str] = []
    option, alone = "", False
    for argument in [*arguments, "-"]:
        if not argument.startswith("-") and option:
            result += [option, argument]
            alone = False
            continue
        if alone:
            result.append(option)
        option = argument if argument in {"--positive", "--negative"} else ""
        alone = bool(option)
        if not option:
            result.append(argument)
    return result[:-1]


def opening(arguments: list[str]) -> list[str]:
    """Return `arguments` with the command `open` in front where there is none: `vsr` opens the app."""
    bare = not arguments or (arguments[0].startswith("-") and arguments[0] != "--help")
    return ["open", *arguments] if bare else arguments


app.command("open")(open_app)
app.command()(token)
app.command()(history)
app.command()(forget)
app.command()(backup)
app.command()(restore)
app.command()(passphrase)
app.command()(report)
app.command()(export)
app.command()(join)
app.command()(leave)


@app.command()
def predict(
    files: Files,
    data_dir: DataDir,
    base: BasePath = None,
    threads: Threads = None,
    offline: Offline = False,
    json: Json = False,
    using: Annotated[
        Using,
        typer.Option(help="Which tail and head: your own where there is one, the newest common one, or the base's."),
    ] = Using.AUTO,
) -> None:
    """Say of each recording whether it carries positive or negative emotion."""
    from vsr_client.prediction_output import as_json, as_table
    from vsr_shared.audio.decode import decode_blocks
    from vsr_shared.find_base import about

    person = Person(data_dir, base, threads, offline, _tell)
    model = person.model(using)
    head = model.id if model else "base"
    predictor = person.predictor(model)
    found, failure = [], None
    for file in files:
        try:
            prediction = predictor.predict(decode_blocks(file))
        except AudioError as error:
            failure = failure or error
            _complain(error, file)
            continue
        if json:
            typer.echo(as_json(str(file), prediction, person.base.id, head))
        found.append((str(file), prediction))
    if not json and found:
        from rich.console import Console

        Console(width=None if sys.stdout.isatty() else 1000).print(as_table(found))
        said = "the base's own" if model is None else f"{model.id}, from {model.origin}"
        typer.echo(f"{about(person.base)}; head: {said}")
    if failure:
        raise typer.Exit(failure.exit_code)


@app.command()
def train(
    data_dir: DataDir,
    positive: Annotated[
        list[Path] | None, typer.Option(help="Recordings of yours that carry positive emotion; several may follow.")
    ] = None,
    negative: Annotated[
        list[Path] | None, typer.Option(help="Recordings of yours that carry negative emotion; several may follow.")
    ] = None,
    base: BasePath = None,
    threads: Threads = None,
    offline: Offline = False,
) -> None:
    """Teach VSR your voice; with no recordings, learn again from those taught before."""
    from vsr_client.teaching import Lesson, take_in, train_personal
    from vsr_client.training_output import lessons_bar, report, training_bar
    from vsr_shared.find_base import about

    lessons = [Lesson(path, Polarity.POSITIVE) for path in positive or []]
    lessons += [Lesson(path, Polarity.NEGATIVE) for path in negative or []]
    _check(lessons)
    person = Person(data_dir, base, threads, offline, _tell)
    _tell(about(person.base))
    failures: list[AudioError] = []
    if lessons:
        with lessons_bar(len(lessons)) as heard:
            failures = take_in(person, lessons, heard)
    with training_bar() as told:
        head = train_personal(person, on_progress=told)
    report(head)
    if failures:
        raise typer.Exit(failures[0].exit_code)


def _check(lessons: "list[Lesson]") -> None:
    labels: dict[Path, Polarity] = {}
    for lesson in lessons:
        if labels.setdefault(lesson.path.resolve(), lesson.polarity) != lesson.polarity:
            raise UsageError(f"{lesson.path} is named as positive and as negative; keep it in one of the two")


def _tell(message: str) -> None:
    typer.echo(f"vsr: {message}", err=True)


def _complain(error: VsrError, file: Path | None = None) -> None:
    named = f"{file}: " if file is not None and file.name not in str(error) else ""
    typer.secho(f"vsr: {named}{error}", err=True, fg=typer.colors.RED)
