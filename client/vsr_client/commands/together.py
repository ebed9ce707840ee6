"""`vsr join` and `vsr leave`: taking part without the app."""

import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from vsr_client.settings import BasePath, DataDir, Offline, Threads
from vsr_shared.errors import UsageError

if TYPE_CHECKING:
    from vsr_client.person import Person
    from vsr_client.together.membership import Membership
    from vsr_shared.federation.invitation import Invitation


def join(
    data_dir: DataDir,
    invitation: Annotated[
        str,
        typer.Argument(
            help="The line that the operator sent, or - to read it from standard input, where no other program of "
            "this machine sees it; without it you go on where you joined before."
        ),
    ] = "",
    fingerprint: Annotated[
        str, typer.Option(help="What the operator told you on another way; joins without asking where it is the same.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Join without asking.")] = False,
    base: BasePath = None,
    threads: Threads = None,
    offline: Offline = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Take part in a server's rounds until stopped: masked updates leave this machine, and nothing else."""
    from vsr_client.join_output import printer
    from vsr_client.participant import PersonParticipant
    from vsr_client.person import Person
    from vsr_client.together.by_line import run_until_stopped
    from vsr_shared.find_base import about

    found = _parsed(invitation)
    person = Person(data_dir, base, threads, offline, _tell)
    taught = PersonParticipant(person).taught()
    member = _member(person, found, fingerprint, yes)
    _tell(f"{about(person.base)}; {taught} recordings taught")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_until_stopped(person, member, printer(json), stop)


def leave(
    data_dir: DataDir,
    delete_model: Annotated[bool, typer.Option("--delete-model", help="Delete the common model here, too.")] = False,
    base: BasePath = None,
    offline: Offline = False,
) -> None:
    """End taking part: this machine's keys for the federation are deleted, the record of what left stays."""
    from vsr_client.join_folder import join_folder
    from vsr_client.person import Person
    from vsr_client.together import taking_part
    from vsr_client.together.places import federation_folder

    person = Person(data_dir, base, None, offline, _tell)
    with join_folder(federation_folder(data_dir)):
        taking_part.leave(person, delete_model=delete_model)
    typer.echo("You left. Nothing is sent any more.")


def _parsed(line: str) -> "Invitation | None":
    from vsr_shared.federation.invitation import parse_invitation

    return parse_invitation(sys.stdin.readline() if line == "-" else line) if line else None


def _member(person: "Person", found: "Invitation | None", fingerprint: str, yes: bool) -> "Membership":
    from vsr_client.together import taking_part
    from vsr_client.together.by_line import check_look, in_words
    from vsr_client.together.look import look

    member = taking_part.membership_of(person)
    if member is not None and (found is None or found.token.hex() == member.token):
        taking_part.resume(person)
        return member
    if found is None:
        raise UsageError("you take part in no federation yet; give the line that the operator sent you")
    found.check_time(time.time())
    seen = look(found, person.base.id)
    _tell(in_words(seen))
    check_look(seen, fingerprint)
    if not fingerprint and not yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody can be asked here; say --fingerprint as the operator told you, or --yes")
        typer.confirm("Is it the right fingerprint, and do you trust this server?", abort=True, err=True)
    return taking_part.join(person, found)


def _tell(message: str) -> None:
    typer.echo(f"vsr: {message}", err=True)
