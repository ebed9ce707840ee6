"""`vsr join` and `vsr leave`: what is shown before trusting, and every way in which it is not joined."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.client.commands import Machine
from tests.client.stores import opened_by_passphrase, recording
from tests.server.enrolling import invited, server_keys
from tests.server.enrolment_server import serving
from vsr_server.database import Database, open_database
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.invitations import MadeInvitation
from vsr_server.enrolment.machines import machines
from vsr_server.enrolment.routes import router
from vsr_server.server_folder import ServerFolder
from vsr_shared.base import Base

NOW = datetime.now(UTC)


class Server:
    """A server that invites, and lets in as long as its enrolment key is away: nobody gets as far as rounds."""

    def __init__(self, root: Path, database: Database) -> None:
        self.folder, self.database = ServerFolder(root), database
        self.keys = server_keys(root, NOW)
        (self.folder.identities / "enrolment_key").unlink()
        self.address = ""

    def invite(self, address: str = "") -> MadeInvitation:
        return invited(self.database, self.keys, now=datetime.now(UTC), address=address or self.address)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("server")
    with closing(open_database(f"sqlite:///{root / 'server.db'}", root)) as database:
        found = Server(root, database)
        routes = router(database, found.folder, lambda machine: None)
        with serving([routes], found.folder.certificates) as found.address:
            yield found


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory, shipped: Base) -> Machine:
    """A machine on which something was taught."""
    folder = tmp_path_factory.mktemp("person") / "data"
    with closing(opened_by_passphrase(folder)) as vault:
        vault.recordings.add(recording(), [b"RIFF"])
    return Machine(folder, None)


def test_without_an_invitation_or_with_half_of_one_nothing_happens(person: Machine, server: Server) -> None:
    done = person.vsr("join", server.invite().line[:-7])
    assert (done.returncode, "damaged or cut short" in done.stderr) == (6, True), done.stderr
    done = person.vsr("join")
    assert (done.returncode, "give the line that the operator sent" in done.stderr) == (2, True), done.stderr
    done = person.vsr("leave")
    assert (done.returncode, "do not take part in any federation" in done.stderr) == (2, True), done.stderr


def test_it_shows_whom_one_would_trust_and_asks_nobody_it_cannot(person: Machine, server: Server) -> None:
    made = server.invite()
    done = person.vsr("join", made.line)
    assert (done.returncode, "nobody can be asked here" in done.stderr) == (2, True), done.stderr
    assert made.invitation.fingerprint in done.stderr.replace(" ", "")
    for words in (
        server.address,
        "VSR federation authority",
        "yes, and it is the one",
        "only models that this server's",
    ):
        assert words in done.stderr
    assert machines(server.database) == []
    assert not (person.folder / "node_key").exists()


def test_another_fingerprint_or_another_server_is_not_joined(person: Machine, server: Server, tmp_path: Path) -> None:
    done = person.vsr("join", server.invite().line, "--fingerprint", "00 11 22")
    assert (done.returncode, "is not the one that you were told" in done.stderr) == (6, True), done.stderr
    files = make_certificates(tmp_path / "other", NOW)
    with serving([], files.certificate.parent) as stranger:
        made = server.invite(stranger)
        done = person.vsr("join", made.line, "--fingerprint", made.invitation.fingerprint)
    assert (done.returncode, "do not join, and ask the operator" in done.stderr) == (6, True), done.stderr
    done = person.vsr("join", server.invite("127.0.0.1:9").line, "--yes")
    assert (done.returncode, "nothing answers" in done.stderr) == (6, True), done.stderr
    assert machines(server.database) == []
    assert not (person.folder / "node_key").exists()


def test_joined_it_waits_for_its_certificate_goes_on_later_and_leaves(person: Machine, server: Server) -> None:
    made = server.invite()
    fingerprint = made.invitation.fingerprint.upper()
    spaced = " ".join(fingerprint[start : start + 4] for start in range(0, 64, 4))
    said = waits(person, made.line + "\n", "join", "-", "--fingerprint", spaced, "--json")
    assert "operator has yet to" in said["message"]
    (machine,) = machines(server.database)
    assert (machine.name, machine.certificate) == ("anna", "")
    assert waits(person, "", "join", "--json")["code"] == "not_certified", "it goes on where it joined"
    other = person.vsr("join", server.invite().line, "--yes")
    assert (other.returncode, "leave it first" in other.stderr) == (2, True), other.stderr

    left = person.vsr("leave")
    assert (left.returncode, "You left" in left.stdout) == (0, True), left.stderr
    assert not (person.folder / "node_key").exists()
    used = person.vsr("join", made.line, "--yes")
    assert (used.returncode, "was used already" in used.stderr) == (6, True), used.stderr


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_keys(person: Machine, tmp_path: Path) -> None:
    """The server let the machine in and then failed: the invitation is used up, by this machine and nobody else."""

    failures = iter([RuntimeError("the answer never leaves")])

    def fails_once(machine: object) -> None:
        for failure in failures:
            raise failure

    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)) as database:
        found = Server(tmp_path, database)
        with serving([router(database, found.folder, fails_once)], found.folder.certificates) as found.address:
            line = found.invite().line
            assert waits(person, "", "join", line, "--yes", "--json")["code"] == "not_certified"
            assert len(machines(database)) == 1
    assert person.vsr("leave").returncode == 0


def waits(person: Machine, given: str, *arguments: object) -> dict[str, str]:
    """Run `vsr` until it says that it waits; return that event, and see that it ends when asked to."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        person.command(*arguments), stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=person.environ()
    ) as running:
        assert running.stdin is not None and running.stdout is not None and running.stderr is not None
        running.stdin.write(given)
        running.stdin.close()
        line = running.stdout.readline()
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0, running.stderr.read()
    found: dict[str, str] = json.loads(line or "{}")
    assert found.get("event") == "waiting", found
    return found
