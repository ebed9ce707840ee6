"""The registry: versions signed, promoted, rolled back, and whole whatever dies in between."""

import resource
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import select

from vsr_server.audit.verify import verify as verify_audit
from vsr_server.database import Database, open_database
from vsr_server.database.tables import AuditEntry
from vsr_server.registry import Registry
from vsr_server.registry.registry import KEPT
from vsr_server.registry.release_key import public_bytes, release_key
from vsr_server.registry.version import UnknownVersion
from vsr_shared.errors import FederationError
from vsr_shared.federation.manifest import verify
from vsr_shared.weights import Array, digest


def weights(value: float, size: int = 8) -> dict[str, Array]:
    return {"tail": np.full((size, 4), value, np.float32), "head": np.full(3, -value, np.float32)}


@pytest.fixture
def registry(database: Database, tmp_path: Path) -> Registry:
    return Registry(database, tmp_path / "models", release_key(tmp_path / "keys"))


@pytest.fixture
def begun(registry: Registry) -> Registry:
    registry.begin("f00", "base-1", weights(0))
    return registry


def statuses(registry: Registry) -> dict[int, str]:
    return {version.version: version.status for version in registry.history()}


def test_before_it_begins_there_is_no_version(registry: Registry) -> None:
    assert registry.history() == []
    with pytest.raises(UnknownVersion, match="no version of the model yet"):
        registry.current()
    with pytest.raises(UnknownVersion, match="there is no version 1"):
        registry.version(1)


def test_it_begins_once(registry: Registry) -> None:
    first = registry.begin("f00", "base-1", weights(0))
    again = registry.begin("f00", "base-1", weights(9))
    assert (first.version, first.status, first.parent, again) == (1, "current", None, first)
    assert digest(registry.weights(1)) == digest(weights(0)) == first.sha256


@pytest.mark.parametrize("other", [("f01", "base-1"), ("f00", "base-2")])
def test_it_does_not_begin_with_another_federation_or_base(begun: Registry, other: tuple[str, str]) -> None:
    with pytest.raises(FederationError, match="another database and data folder"):
        begun.begin(*other, weights(0))


def test_a_candidate_is_current_only_when_promoted(begun: Registry) -> None:
    made = begun.propose(weights(1), 7, {"nll": 0.5, "broken": float("nan")})
    assert (made.version, made.status, made.parent, made.round, made.figures) == (2, "candidate", 1, 7, {"nll": 0.5})
    assert statuses(begun) == {2: "candidate", 1: "current"}
    begun.promote(2, "coordinator", "better")
    assert statuses(begun) == {2: "current", 1: "earlier"}
    current = begun.current()
    assert (current.version, current.reason) == (2, "better")


def test_every_version_is_signed_by_the_release_key(begun: Registry, tmp_path: Path) -> None:
    made = begun.propose(weights(1), 7, {"nll": 0.5}, note="the seventh")
    found = verify(made.signed, public_bytes(release_key(tmp_path / "keys")))
    assert (found.federation, found.version, found.base, found.round) == ("f00", 2, "base-1", 7)
    assert (found.sha256, found.parent, found.figures, found.note) == (
        digest(weights(1)),
        1,
        {"nll": 0.5},
        "the seventh",
    )
    assert abs(found.created - made.created_at.timestamp()) <= 1


def test_a_rejected_candidate_can_still_be_promoted_by_the_operator(begun: Registry) -> None:
    begun.propose(weights(1), 1, {})
    assert begun.reject(2, "worse").reason == "worse"
    begun.propose(weights(2), 2, {})
    begun.promote(2, "operator", "heard it myself")
    assert statuses(begun) == {3: "candidate", 2: "current", 1: "earlier"}


def test_what_is_in_use_is_not_rejected(begun: Registry) -> None:
    with pytest.raises(FederationError, match="roll back instead"):
        begun.reject(1, "worse")


def test_a_roll_back_is_a_new_version_with_earlier_weights(begun: Registry) -> None:
    for number in (1, 2):
        begun.promote(begun.propose(weights(number), number, {}).version, "coordinator", "")
    back = begun.roll_back(1, "operator", "it went wrong")
    assert (back.version, back.parent, back.sha256, back.round) == (4, 3, digest(weights(0)), 0)
    assert statuses(begun) == {4: "current", 3: "rejected", 2: "earlier", 1: "earlier"}
    assert digest(begun.weights(4)) == digest(weights(0))
    assert "it went wrong" in begun.version(3).reason


def test_an_older_version_is_rolled_back_to_and_not_promoted(begun: Registry) -> None:
    begun.promote(begun.propose(weights(1), 1, {}).version, "coordinator", "")
    with pytest.raises(FederationError, match="vsr-server models rollback 1"):
        begun.promote(1, "operator", "")
    assert begun.promote(2, "operator", "again").version == 2


def test_what_was_never_promoted_is_not_rolled_back_to(begun: Registry) -> None:
    begun.propose(weights(1), 1, {})
    with pytest.raises(FederationError, match="vsr-server models promote 2"):
        begun.roll_back(2, "operator", "")
    with pytest.raises(FederationError, match="is the current one"):
        begun.roll_back(1, "operator", "")


def test_weights_that_were_exchanged_are_neither_given_out_nor_promoted(begun: Registry) -> None:
    begun.propose(weights(1), 1, {})
    begun.weights_file(2).write_bytes(begun.weights_file(1).read_bytes())
    with pytest.raises(FederationError, match="does not hold the weights of version 2"):
        begun.weights(2)
    with pytest.raises(FederationError, match="does not hold the weights of version 2"):
        begun.promote(2, "operator", "")
    assert statuses(begun) == {2: "candidate", 1: "current"}


def test_old_weights_go_and_the_current_ones_stay(begun: Registry) -> None:
    for number in range(KEPT + 4):
        begun.propose(weights(number), number + 1, {})
    kept = sorted(int(path.stem) for path in begun.weights_file(1).parent.iterdir())
    assert kept == [1, *range(5, KEPT + 6)]
    with pytest.raises(FederationError, match="weights of version 3 are not kept any more"):
        begun.weights(3)


def test_another_release_key_is_noticed_and_can_be_taken_on_purpose(
    begun: Registry, database: Database, tmp_path: Path
) -> None:
    other = Ed25519PrivateKey.generate()
    changed = Registry(database, tmp_path / "models", other)
    with pytest.raises(FederationError, match="not the one that signed version 1; restore"):
        changed.begin("f00", "base-1", weights(0))
    with pytest.raises(FederationError, match="not the one that signed version 1; restore"):
        changed.propose(weights(1), 1, {})
    anew = changed.sign_anew("operator", "the old key leaked")
    assert verify(anew.signed, public_bytes(other)).sha256 == digest(weights(0))
    assert changed.propose(weights(1), 1, {}).version == 3


def test_what_happens_to_versions_is_in_the_audit_log(begun: Registry, database: Database, tmp_path: Path) -> None:
    begun.promote(begun.propose(weights(1), 1, {}).version, "coordinator", "better")
    begun.reject(begun.propose(weights(2), 2, {}).version, "worse")
    begun.roll_back(1, "operator", "why not")
    with database.reading() as session:
        found = [(entry.actor, entry.action) for entry in session.exec(select(AuditEntry).order_by(AuditEntry.number))]  # type: ignore[arg-type]
        assert verify_audit(session, tmp_path).whole
    assert found == [
        ("server", "model.begin"),
        ("coordinator", "model.promote"),
        ("coordinator", "model.reject"),
        ("operator", "model.rollback"),
    ]


# What dies, what is full, what comes at once

PROPOSE = """
import sys, pathlib
import numpy as np
from vsr_server.database import open_database
from vsr_server.registry import Registry
from vsr_server.registry.release_key import release_key

root = pathlib.Path(sys.argv[2])
registry = Registry(open_database(sys.argv[1], root), root / "models", release_key(root / "keys"))
{before}
for number in range({count}):
    registry.propose({{"tail": np.full((8, 4), number, np.float32), "head": np.zeros(3, np.float32)}}, number + 1, {{}})
"""
STOP_AFTER_THE_FILE = """
from vsr_server.registry import weight_files
put = weight_files.WeightFiles.put

def put_and_wait(*given):
    put(*given)
    print("written", flush=True)
    sys.stdin.read()

weight_files.WeightFiles.put = put_and_wait
"""
STOP_IN_THE_FILE = """
import os

def wait(number, fsync=os.fsync):
    print("writing", flush=True)
    sys.stdin.read()

os.fsync = wait
"""


@pytest.mark.parametrize("stop", [STOP_AFTER_THE_FILE, STOP_IN_THE_FILE], ids=["after the file", "in the file"])
def test_a_server_killed_while_it_makes_a_version_leaves_none(
    begun: Registry, url: str, tmp_path: Path, stop: str
) -> None:
    code = PROPOSE.format(before=stop, count=1)
    with subprocess.Popen(
        [sys.executable, "-c", code, url, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        left = [path.name for path in (tmp_path / "models").iterdir()]
        assert any(name.startswith("000002") for name in left)
        process.send_signal(signal.SIGKILL)
    assert statuses(begun) == {1: "current"}
    made = begun.propose(weights(5), 5, {})
    assert (made.version, digest(begun.weights(2))) == (2, digest(weights(5)))
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == ["000001.safetensors", "000002.safetensors"]


def test_two_processes_that_propose_at_once_make_versions_of_their_own(
    begun: Registry, url: str, tmp_path: Path
) -> None:
    code = PROPOSE.format(before="", count=8)
    both = [subprocess.Popen([sys.executable, "-c", code, url, str(tmp_path)]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    found = begun.history()
    assert [version.version for version in found] == list(range(17, 0, -1))
    for version in found:
        assert digest(begun.weights(version.version)) == version.sha256


def test_a_full_disk_is_told_and_loses_nothing(begun: Registry, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    # The system refuses to make any file larger than this, as a full disk does.
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, hard))
    try:
        with pytest.raises(FederationError, match=r"version 2 .* cannot be kept .* versions before are whole"):
            begun.propose(weights(1, size=1 << 19), 1, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["000001.safetensors"]
    assert (statuses(begun), digest(begun.weights(1))) == ({1: "current"}, digest(weights(0)))
    assert begun.propose(weights(1), 1, {}).version == 2


def test_a_database_that_takes_no_more_leaves_no_version(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}")) as database:
        registry = Registry(database, tmp_path / "models", release_key(tmp_path / "keys"))
        registry.begin("f00", "base-1", weights(0))
        with database.reading() as session:
            connection = session.connection()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(FederationError, match="free space"):
            for number in range(500):
                registry.propose(weights(number), number + 1, {})
        for version in registry.history()[:KEPT]:
            assert digest(registry.weights(version.version)) == version.sha256


# The release key


def test_the_release_key_is_made_once_and_its_owners_alone(tmp_path: Path) -> None:
    first, again = release_key(tmp_path / "keys"), release_key(tmp_path / "keys")
    assert public_bytes(first) == public_bytes(again)
    assert (tmp_path / "keys" / "release_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["release_key"]


def test_processes_that_start_at_once_have_one_release_key(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from vsr_server.registry.release_key import release_key, public_bytes;"
        "print(public_bytes(release_key(pathlib.Path(sys.argv[1]) / 'keys')).hex())"
    )
    several = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert len({process.communicate(timeout=60)[0] for process in several}) == 1


def test_a_damaged_release_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "release_key").write_text("no key")
    with pytest.raises(FederationError, match="restore it from a backup"):
        release_key(tmp_path)
