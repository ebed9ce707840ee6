"""`vsr-server` as an operator meets it, up to where a server would start."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.enrolling import Asking, invited, server_keys
from vsr_server.cli import main
from vsr_server.database import open_database
from vsr_server.database.tables import Setting
from vsr_server.enrolment.enrol import enrol
from vsr_server.enrolment.federation_keys import federation_keys
from vsr_server.server_folder import ServerFolder
from vsr_shared.federation.invitation import parse_invitation


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def vsr_server(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`vsr-server` in this process, as its own would run it: starting Python a dozen times is slow."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["vsr-server", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A server's folder after its first start."""
    server_keys(tmp_path / "server", datetime.now(UTC))
    return tmp_path / "server"


def test_invitations_are_made_listed_and_taken_back(vsr_server: Run, folder: Path, tmp_path: Path) -> None:
    here = "--data-dir", folder
    qr = tmp_path / "anna.svg"
    done = vsr_server("invite", "--name", "Anna's laptop", "--address", "h.example:9443", "--qr", qr, *here)
    assert done.returncode == 0, done.stderr
    found = parse_invitation(done.stdout)
    assert found.server == "h.example:9443"
    assert found.fingerprint in done.stderr.replace(" ", "").replace("\n", "")
    picture = qr.read_text()
    assert picture.startswith("<svg")
    assert qr.stat().st_mode & 0o077 == 0, "who can read it can use it"
    (listed,) = vsr_server("invitations", "list", "--json", *here).stdout.splitlines()
    row = json.loads(listed)
    assert (row["state"], row["name"], row["machine"]) == ("open", "Anna's laptop", "")
    assert vsr_server("invitations", "withdraw", row["id"], *here).returncode == 0
    (listed,) = vsr_server("invitations", "list", "--json", *here).stdout.splitlines()
    assert json.loads(listed)["state"] == "withdrawn"


def test_many_invitations_are_one_each(vsr_server: Run, folder: Path, tmp_path: Path) -> None:
    here = "--address", "h:1", "--json", "--data-dir", folder
    done = vsr_server("invite", "--count", 3, "--name", "seat", "--qr", tmp_path / "q.svg", *here)
    made = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["name"] for one in made] == ["seat 1", "seat 2", "seat 3"]
    assert len({parse_invitation(one["invitation"]).token for one in made}) == 3
    assert {path.name for path in tmp_path.glob("*.svg")} == {f"q-{one['id']}.svg" for one in made}
    assert vsr_server("invite", "--qr", "-", "--address", "h:1", "--data-dir", folder).stderr.count("\u2588") > 100


def test_a_machine_is_let_in_certified_offline_listed_and_taken_out(
    vsr_server: Run, folder: Path, tmp_path: Path
) -> None:
    here = "--data-dir", folder
    drawer = (folder / "identities" / "enrolment_key").rename(tmp_path / "drawer")
    with closing(open_database(f"sqlite:///{folder / 'server.db'}", folder)) as database:
        keys = federation_keys(ServerFolder(folder))
        made = invited(database, keys, "anna", now=datetime.now(UTC))
        number = enrol(database, Asking().by(made), keys, lambda machine: None, datetime.now(UTC)).machine

    def status() -> object:
        (line,) = vsr_server("nodes", "list", "--json", *here).stdout.splitlines()
        return json.loads(line)

    assert status() == {"id": number, "name": "anna", "status": "pending"}
    waiting, answers = tmp_path / "waiting.jsonl", tmp_path / "answers.jsonl"
    waiting.write_text(vsr_server("nodes", "pending", *here).stdout)
    elsewhere = "--data-dir", tmp_path / "no-server-here"
    answers.write_text(vsr_server("nodes", "certify", "--enrolment-key", drawer, "--list", waiting, *elsewhere).stdout)
    assert not (tmp_path / "no-server-here").exists(), "the key needs no server to sign"
    done = vsr_server("nodes", "certify", "--certificates", answers, *here)
    assert "certified 1: the server does not run; they are let in when it starts" in done.stdout, done.stderr
    assert status() == {"id": number, "name": "anna", "status": "unknown"}
    assert "nobody waits" in vsr_server("nodes", "certify", "--enrolment-key", drawer, *here).stdout
    done = vsr_server("nodes", "revoke", "anna", *here)
    assert f"revoked anna ({number}): the server does not run; it is refused when it starts" in done.stdout
    assert status() == {"id": number, "name": "anna", "status": "revoked"}
    standing = json.loads(vsr_server("status", "--json", *here).stdout)
    assert (standing["address"], standing["registered"], standing["online"]) == (None, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nodes", "register", "{tmp}/text.pub"], 2, "No such command"),
        (["nodes", "revoke", "anna", "--data-dir", "{tmp}"], 2, "there is no machine 'anna'"),
        (["nodes", "certify", "--data-dir", "{tmp}"], 2, "say --enrolment-key FILE"),
        (["nodes", "certify", "--enrolment-key", "{tmp}/text.pub", "--data-dir", "{tmp}"], 6, "cannot be used"),
        (["nodes", "certify", "--certificates", "{tmp}/text.pub", "--data-dir", "{tmp}"], 2, "no list of machines"),
        (["invite", "--data-dir", "{tmp}"], 2, "this server does not run"),
        (["invite", "--address", "h:1", "--data-dir", "{tmp}"], 6, "start the server once, then invite"),
        (["invite", "--address", "nowhere", "--qr", "{tmp}/q.png", "--data-dir", "{tmp}"], 2, "written as .svg"),
        (["invitations", "withdraw", "ffffffff", "--data-dir", "{tmp}"], 2, "there is no invitation"),
        (["nodes", "list", "--data-dir", "{tmp}/text.pub"], 2, "names a folder"),
        (["start", "--base", "{tmp}/missing.vsr"], 4, "missing.vsr"),
        (["start", "--base", "{tmp}/text.pub"], 4, "text.pub"),
        (["start", "--base", "{tmp}/text.pub", "--rounds", "0"], 2, "rounds"),
    ],
)
def test_what_cannot_be_is_said_with_its_exit_code(
    vsr_server: Run, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "text.pub").write_text("no key, no base")
    done = vsr_server(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vsr_server.cli", "nodes", "revoke", "anna", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("vsr-server: there is no machine 'anna'")


def test_status_says_where_people_reach_the_server_and_when_the_next_round_is(vsr_server: Run, folder: Path) -> None:
    here = "--data-dir", folder
    assert vsr_server("status", *here).stdout.startswith("server: does not run, or is still starting\n")
    with closing(open_database(f"sqlite:///{folder / 'server.db'}", folder)) as database, database.session() as session:
        session.add(Setting(name="address", value="vsr.example.org:9443"))
        session.add(Setting(name="schedule", value={"every": "24h", "next": "2026-12-02T05:30:00.25+02:00"}))
    with ServerFolder(folder).announced("127.0.0.1:9092"):
        said = vsr_server("status", *here).stdout
        standing = json.loads(vsr_server("status", "--json", *here).stdout)
    assert "server: runs, people reach it at vsr.example.org:9443\n" in said
    assert "next round: 2026-12-02 03:30:00 UTC\n" in said
    assert (standing["address"], standing["public_address"]) == ("127.0.0.1:9092", "vsr.example.org:9443")
