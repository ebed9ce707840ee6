"""Which machines the SuperLink is told of, and how they stand for the operator."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from tests.server.enrolling import NOW, Asking, invited, server_keys
from vsr_client.node_key import make_node_key
from vsr_server.database import open_database
from vsr_server.enrolment.enrol import enrol
from vsr_server.enrolment.machines import machines, may_take_part, revoke
from vsr_server.enrolment.nodes import unseen


def test_certified_and_not_revoked_is_who_may_take_part(tmp_path: Path) -> None:
    database, keys = open_database(f"sqlite:///{tmp_path / 'server.db'}"), server_keys(tmp_path)
    for name in ("anna", "ben"):
        enrol(database, Asking().by(invited(database, keys, name)), keys, lambda _: None, NOW)
    revoke(database, "ben", "operator", NOW)
    (tmp_path / "identities" / "enrolment_key").unlink()
    enrol(database, Asking().by(invited(database, keys, "chen")), server_keys(tmp_path), lambda _: None, NOW)
    found = {one.machine.name: one.status for one in unseen(machines(database))}
    assert found == {"anna": "unknown", "ben": "revoked", "chen": "pending"}
    assert [machine.name for machine in machines(database) if may_take_part(machine)] == ["anna"]
    database.close()


def test_the_curve_is_the_one_flower_documents(tmp_path: Path) -> None:
    assert isinstance(make_node_key(tmp_path / "key").curve, ec.SECP384R1)
