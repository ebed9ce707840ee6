"""The machines that were let in, as the database has them: who may take part, who may stand in sums, who no longer."""

from datetime import datetime

from sqlmodel import Session, col, select

from vsr_server.audit import audit
from vsr_server.database import Database
from vsr_server.database.tables import Machine
from vsr_shared.errors import UsageError
from vsr_shared.secure_sum.enrolment import Identity


def machines(database: Database) -> list[Machine]:
    """Return every machine that was ever let in, the oldest first."""
    with database.reading() as session:
        return list(session.exec(select(Machine).order_by(col(Machine.enrolled_at), Machine.id)))


def may_take_part(machine: Machine) -> bool:
    """Whether the SuperLink is to let `machine` in: certified, and not revoked."""
    return bool(machine.certificate) and machine.revoked_at is None


def identities(database: Database) -> dict[bytes, Identity]:
    """Return who may stand in secure sums now, by identity key (32 bytes)."""
    found = [machine for machine in machines(database) if may_take_part(machine)]
    keys = [Identity(bytes.fromhex(machine.identity), bytes.fromhex(machine.certificate)) for machine in found]
    return {identity.key: identity for identity in keys}


def find_machine(session: Session, named: str) -> Machine:
    """Return the machine whose number begins with `named` or whose name it is; UsageError where that is not one."""
    every = list(session.exec(select(Machine)))
    found = [machine for machine in every if machine.id == named]
    found = found or [machine for machine in every if machine.name == named and machine.revoked_at is None]
    found = found or [machine for machine in every if len(named) >= 4 and machine.id.startswith(named)]
    if not found:
        raise UsageError(f"there is no machine {named!r}; `vsr-server nodes list` shows them")
    if len(found) > 1:
        numbers = ", ".join(machine.id for machine in found)
        raise UsageError(f"{named!r} is {len(found)} machines ({numbers}); say which number")
    return found[0]


def revoke(database: Database, named: str, actor: str, now: datetime) -> Machine:
    """Take the machine `named` out for good; UsageError where there is none. Again changes nothing."""
    with database.session() as session:
        machine = find_machine(session, named)
        if machine.revoked_at is None:
            machine.revoked_at = now
            session.add(machine)
            audit(session, actor, "machine.revoke", {"machine": machine.id, "name": machine.name})
    return machine
