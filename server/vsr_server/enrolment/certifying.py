"""Certifying machines with the enrolment key when it does not lie on the server, also on another machine.

`pending` is what waits, `certificates` signs it where the key is, `take_certificates` keeps the answers: they are
signatures, which anybody can check who knows the public key.
"""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import select

from vsr_server.audit import audit
from vsr_server.database import Database
from vsr_server.database.tables import Machine
from vsr_shared.errors import FederationError, UsageError
from vsr_shared.secure_sum.enrolment import KEY_BYTES, Identity, certify, is_enrolled


def pending(database: Database) -> list[Machine]:
    """Return the machines that were let in by invitation and wait to be certified, the oldest first."""
    with database.reading() as session:
        found = session.exec(select(Machine).where(Machine.certificate == "")).all()
    return sorted((machine for machine in found if machine.revoked_at is None), key=lambda one: one.enrolled_at)


def certificates(key: Ed25519PrivateKey, identities: Mapping[str, str]) -> dict[str, str]:
    """Return a certificate for each of `identities` (by machine, hexadecimal digits); UsageError where one is none."""
    found = {}
    for machine, identity in identities.items():
        try:
            raw = bytes.fromhex(identity)
        except ValueError:
            raw = b""
        if len(raw) != KEY_BYTES:
            raise UsageError(f"the identity of machine {machine} is no key; write the list anew with `nodes pending`")
        found[machine] = certify(key, raw).hex()
    return found


def take_certificates(database: Database, enrolment: bytes, given: Mapping[str, str], actor: str) -> list[Machine]:
    """Keep the certificates `given` (by machine), each checked with the public key `enrolment`; return the machines.

    Raises FederationError where one is not that key's, and keeps none then.
    """
    with database.session() as session:
        machines = [
            machine for number in given if (machine := session.get(Machine, number)) and not machine.certificate
        ]
        for machine in machines:
            machine.certificate = given[machine.id]
            if not _is_certified(machine, enrolment):
                raise FederationError(
                    f"the certificate of machine {machine.id} is not of this federation's enrolment key; use that key"
                )
            session.add(machine)
        if machines:
            audit(session, actor, "machine.certify", {"machines": [machine.id for machine in machines]})
    return machines


def _is_certified(machine: Machine, enrolment: bytes) -> bool:
    try:
        certificate = bytes.fromhex(machine.certificate)
    except ValueError:
        return False
    return is_enrolled(Identity(bytes.fromhex(machine.identity), certificate), enrolment)
