"""Machines wait while the enrolment key is away, and are certified with it, here or elsewhere."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.enrolling import NOW, Asking, invited, server_keys
from vsr_server.database import Database, open_database
from vsr_server.database.tables import Machine
from vsr_server.enrolment.certifying import certificates, pending, take_certificates
from vsr_server.enrolment.enrol import enrol
from vsr_server.enrolment.identities import load_enrolment_key
from vsr_server.enrolment.machines import identities, machines
from vsr_shared.errors import FederationError, UsageError
from vsr_shared.secure_sum.enrolment import Identity, is_enrolled


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)) as found:
        yield found


@pytest.fixture
def drawer(tmp_path: Path) -> Path:
    """Where the operator put the enrolment key, off the server."""
    server_keys(tmp_path)
    return (tmp_path / "identities" / "enrolment_key").rename(tmp_path / "drawer")


def test_without_the_key_a_machine_waits_and_stands_in_no_sum(database: Database, drawer: Path, tmp_path: Path) -> None:
    keys, anna, told = server_keys(tmp_path), Asking(), list[Machine]()
    made = invited(database, keys)
    assert enrol(database, anna.by(made), keys, told.append, NOW).certificate == b""
    assert [machine.name for machine in pending(database)] == ["anna"]
    assert identities(database) == {}
    assert told == [], "the SuperLink hears of it when it is certified"

    waiting = {machine.id: machine.identity for machine in pending(database)}
    given = certificates(load_enrolment_key(drawer), waiting)
    (done,) = take_certificates(database, keys.trust.enrolment_key, given, "operator")
    assert pending(database) == []
    answer = enrol(database, anna.by(made), keys, told.append, NOW)
    assert answer.certificate.hex() == done.certificate
    assert is_enrolled(Identity(anna.by(made).identity, answer.certificate), keys.trust.enrolment_key)
    assert [machine.id for machine in told] == [done.id]
    assert take_certificates(database, keys.trust.enrolment_key, given, "operator") == []


def test_back_on_the_server_the_key_certifies_who_asks_again(database: Database, drawer: Path, tmp_path: Path) -> None:
    keys, anna = server_keys(tmp_path), Asking()
    made = invited(database, keys)
    enrol(database, anna.by(made), keys, lambda _: None, NOW)
    drawer.rename(tmp_path / "identities" / "enrolment_key")
    assert enrol(database, anna.by(made), server_keys(tmp_path), lambda _: None, NOW).certificate
    assert pending(database) == []


def test_certificates_of_another_key_are_not_taken(database: Database, drawer: Path, tmp_path: Path) -> None:
    keys = server_keys(tmp_path)
    for name in ("anna", "ben"):
        enrol(database, Asking().by(invited(database, keys, name)), keys, lambda _: None, NOW)
    server_keys(tmp_path / "other")
    waiting = {machine.id: machine.identity for machine in pending(database)}
    wrong = certificates(load_enrolment_key(tmp_path / "other" / "identities" / "enrolment_key"), waiting)
    right = certificates(load_enrolment_key(drawer), waiting)
    first, second = waiting
    for given in (wrong, {first: right[first], second: wrong[second]}, {first: "no hex"}, {first: ""}):
        with pytest.raises(FederationError, match="not of this federation's enrolment key"):
            take_certificates(database, keys.trust.enrolment_key, given, "operator")
    assert all(machine.certificate == "" for machine in machines(database)), "all or none"


def test_what_is_no_identity_is_not_signed(drawer: Path) -> None:
    key = load_enrolment_key(drawer)
    for identity in ("", "xy", "00" * 31):
        with pytest.raises(UsageError, match="is no key"):
            certificates(key, {"m": identity})
