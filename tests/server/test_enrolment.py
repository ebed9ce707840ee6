"""Letting machines in: one a line, by their own keys, on a real database, and out again."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import select

from tests.server.enrolling import NOW, Asking, invited, server_keys
from vsr_server.audit.verify import verify
from vsr_server.database import Database, open_database
from vsr_server.database.tables import AuditEntry, Invitation, Machine
from vsr_server.enrolment.enrol import NotEnrolled, enrol
from vsr_server.enrolment.federation_keys import FederationKeys
from vsr_server.enrolment.invitations import invitations, make_invitation, state_of, withdraw
from vsr_server.enrolment.machines import identities, machines, revoke
from vsr_shared.errors import BadInvitation, UsageError
from vsr_shared.federation.enrolment import EnrolmentRequest, machine_number
from vsr_shared.federation.invitation import parse_invitation
from vsr_shared.secure_sum.enrolment import Identity, is_enrolled


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """SQLite, the default; what depends on the database's own ways takes `either`."""
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}", tmp_path)) as found:
        yield found


@pytest.fixture
def either(url: str, tmp_path: Path) -> Iterator[Database]:
    """SQLite, and a PostgreSQL that really runs."""
    with closing(open_database(url, tmp_path)) as found:
        yield found


@pytest.fixture
def keys(tmp_path: Path) -> FederationKeys:
    return server_keys(tmp_path)


@pytest.fixture
def told() -> list[Machine]:
    """What the SuperLink was told."""
    return []


def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(NotEnrolled) as caught:
        ask()
    return caught.value.code


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return [entry.action for entry in session.exec(select(AuditEntry).order_by(AuditEntry.number))]  # type: ignore[arg-type]


def test_by_its_invitation_a_machine_comes_in_and_is_certified(
    either: Database, keys: FederationKeys, told: list[Machine], tmp_path: Path
) -> None:
    made, anna = invited(either, keys), Asking()
    assert parse_invitation(made.line) == made.invitation
    request = anna.by(made)
    let_in = enrol(either, request, keys, told.append, NOW)
    assert is_enrolled(Identity(request.identity, let_in.certificate), keys.trust.enrolment_key)
    (machine,) = machines(either)
    assert (machine.id, machine.name, machine.node_key) == (let_in.machine, "anna", request.node_key)
    assert (machine.invitation, machine.enrolled_at) == (made.id, NOW)
    assert [one.id for one in told] == [machine.id]
    assert identities(either) == {request.identity: Identity(request.identity, let_in.certificate)}
    (row,) = invitations(either)
    assert (state_of(row, NOW), row.machine, row.used_at) == ("used", machine.id, NOW)
    assert actions(either) == ["invitation.make", "machine.enrol"]
    with either.reading() as session:
        assert verify(session, tmp_path).whole


def test_of_the_token_the_database_has_a_hash_alone(database: Database, keys: FederationKeys, tmp_path: Path) -> None:
    """Threat: who reads the database, or a backup of it, lets themselves in."""
    made = invited(database, keys)
    with database.reading() as session:
        rows = str(session.execute(text("SELECT * FROM invitation")).all())
        entries = str(session.execute(text("SELECT * FROM audit_entry")).all())
    for form in (made.invitation.token.hex(), made.line):
        assert form not in rows + entries
    assert made.invitation.token.hex() not in repr(made)


def test_with_one_line_two_people_at_once_are_one_machine(either: Database, keys: FederationKeys) -> None:
    made = invited(either, keys)
    people = [Asking() for _ in range(8)]
    requests = [person.by(made) for person in people]
    together, came, turned_away = threading.Barrier(len(people)), [], []

    def ask(request: EnrolmentRequest) -> None:
        together.wait()
        try:
            came.append(enrol(either, request, keys, lambda _: None, NOW).machine)
        except NotEnrolled as error:
            turned_away.append(error.code)

    threads = [threading.Thread(target=ask, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(came) == 1
    assert turned_away == ["used_invitation"] * 7
    assert [machine.id for machine in machines(either)] == came


def test_one_machine_that_asks_many_times_at_once_is_let_in_once_and_always_told_so(
    either: Database, keys: FederationKeys
) -> None:
    made, anna = invited(either, keys), Asking()
    together, answers = threading.Barrier(6), []

    def ask(request: EnrolmentRequest) -> None:
        together.wait()
        answers.append(enrol(either, request, keys, lambda _: None, NOW))

    threads = [threading.Thread(target=ask, args=(anna.by(made),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 6
    assert len({(one.machine, one.certificate) for one in answers}) == 1
    assert len(machines(either)) == 1
    assert actions(either).count("machine.enrol") == 1


def test_a_lost_answer_loses_nobody(database: Database, keys: FederationKeys, told: list[Machine]) -> None:
    made, anna = invited(database, keys), Asking()
    first = enrol(database, anna.by(made), keys, told.append, NOW)
    again = enrol(database, anna.by(made), keys, told.append, NOW + timedelta(days=1))
    assert again == first
    assert len(told) == 2, "the SuperLink may have missed it, too"
    stolen = Asking()
    assert refused(lambda: enrol(database, stolen.by(made), keys, told.append, NOW)) == "used_invitation"


def test_a_superlink_that_is_away_keeps_nobody_out(database: Database, keys: FederationKeys) -> None:
    def away(_: Machine) -> None:
        raise httpx.ConnectError("nobody there")

    assert enrol(database, Asking().by(invited(database, keys)), keys, away, NOW).certificate
    assert len(machines(database)) == 1


def test_an_invitation_that_does_not_hold_is_refused_for_its_reason(
    database: Database, keys: FederationKeys, told: list[Machine]
) -> None:
    made, anna = invited(database, keys), Asking()
    late = NOW + timedelta(days=8)
    assert refused(lambda: enrol(database, anna.by(made), keys, told.append, late)) == "expired_invitation"
    withdraw(database, made.id, "operator", NOW)
    assert refused(lambda: enrol(database, anna.by(made), keys, told.append, NOW)) == "withdrawn_invitation"
    unknown = replace(made, invitation=replace(made.invitation, token=bytes(16)))
    assert refused(lambda: enrol(database, anna.by(unknown), keys, told.append, NOW)) == "unknown_invitation"
    assert machines(database) == []
    assert told == []


def test_both_keys_have_to_be_proved_to_this_very_server(
    database: Database, keys: FederationKeys, told: list[Machine], tmp_path: Path
) -> None:
    """Threat: a machine brings in somebody else's key, or a request made for another server is passed on."""
    made, anna, ben = invited(database, keys), Asking(), Asking()
    good, other = anna.by(made), ben.by(made)
    elsewhere = server_keys(tmp_path / "elsewhere")
    for forged in (
        replace(good, node_key=other.node_key),
        replace(good, identity=other.identity),
        replace(good, node_proof=other.node_proof),
        replace(good, identity_proof=other.identity_proof),
        replace(good, identity=other.identity, identity_proof=other.identity_proof),
        anna.by(made, elsewhere.fingerprint),
    ):
        assert refused(lambda forged=forged: enrol(database, forged, keys, told.append, NOW)) == "other_keys"  # type: ignore[misc]
    assert invitations(database)[0].used_at is None, "a forged request uses nothing up"
    enrol(database, good, keys, told.append, NOW)


def test_nobody_comes_in_twice_under_one_identity(
    database: Database, keys: FederationKeys, told: list[Machine]
) -> None:
    anna = Asking()
    enrol(database, anna.by(invited(database, keys)), keys, told.append, NOW)
    same_identity = Asking(identity=anna.identity)
    second = invited(database, keys, "double")
    assert refused(lambda: enrol(database, same_identity.by(second), keys, told.append, NOW)) == "other_keys"
    states = {row.id: state_of(row, NOW) for row in invitations(database)}
    assert states[second.id] == "open", "the change was undone as a whole"
    assert len(machines(database)) == 1


def test_a_revoked_machine_is_out_of_every_sum_and_told_so(
    database: Database, keys: FederationKeys, told: list[Machine]
) -> None:
    made, anna, ben = invited(database, keys), Asking(), Asking()
    enrol(database, anna.by(made), keys, told.append, NOW)
    staying = enrol(database, ben.by(invited(database, keys, "ben")), keys, told.append, NOW)
    out = revoke(database, "anna", "operator", NOW)
    assert out.revoked_at == NOW
    assert set(identities(database)) == {ben.by(made).identity}
    assert refused(lambda: enrol(database, anna.by(made), keys, told.append, NOW)) == "revoked_machine"
    fresh = invited(database, keys, "anna again")
    assert refused(lambda: enrol(database, anna.by(fresh), keys, told.append, NOW)) == "revoked_machine"
    assert revoke(database, out.id, "operator", NOW + timedelta(days=1)).revoked_at == NOW, "again changes nothing"
    assert actions(database).count("machine.revoke") == 1
    assert [machine.id for machine in told] == [out.id, staying.machine]


def test_a_machine_is_found_by_what_an_operator_would_type(database: Database, keys: FederationKeys) -> None:
    for name in ("anna", "ben", "ben"):
        enrol(database, Asking().by(invited(database, keys, name)), keys, lambda _: None, NOW)
    with pytest.raises(UsageError, match="is 2 machines"):
        revoke(database, "ben", "operator", NOW)
    with pytest.raises(UsageError, match="there is no machine 'chen'"):
        revoke(database, "chen", "operator", NOW)
    by_number = next(machine for machine in machines(database) if machine.name == "ben")
    assert revoke(database, by_number.id[:8], "operator", NOW).id == by_number.id
    assert revoke(database, "ben", "operator", NOW).id != by_number.id, "one of them is left"


def test_invitations_are_withdrawn_before_they_are_used(database: Database, keys: FederationKeys) -> None:
    made = invited(database, keys)
    enrol(database, Asking().by(made), keys, lambda _: None, NOW)
    with pytest.raises(UsageError, match=r"was used by machine .*revoke"):
        withdraw(database, made.id, "operator", NOW)
    with pytest.raises(UsageError, match="there is no invitation 'ffff'"):
        withdraw(database, "ffff", "operator", NOW)


def test_what_cannot_be_an_invitation_is_not_made(database: Database, keys: FederationKeys) -> None:
    given = {"base": "", "expires": NOW + timedelta(days=1), "actor": "test", "now": NOW}
    with pytest.raises(BadInvitation, match="names no server"):
        make_invitation(database, keys, address="nowhere", name="", **given)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at most 100 characters"):
        make_invitation(database, keys, address="h:1", name="a" * 101, **given)  # type: ignore[arg-type]
    with database.reading() as session:
        assert session.exec(select(Invitation)).all() == []


def test_the_number_of_a_machine_is_that_of_its_key(database: Database, keys: FederationKeys) -> None:
    request = Asking().by(invited(database, keys))
    assert enrol(database, request, keys, lambda _: None, NOW).machine == machine_number(request.node_key)
