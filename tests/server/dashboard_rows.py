"""A server's database and data folder as months of rounds leave them, made by the server's own functions."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vsr_server.audit import audit
from vsr_server.database import Database, database_url, open_database
from vsr_server.database.tables import EventRow, Invitation, Machine, ModelVersion, Round, Setting
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.federation_keys import FederationKeys, federation_keys
from vsr_server.enrolment.invitations import make_invitation
from vsr_server.registry.registry import Registry
from vsr_server.registry.release_key import release_key
from vsr_server.server_folder import ServerFolder
from vsr_shared.federation.enrolment import machine_number
from vsr_shared.secure_sum.enrolment import certify

FEDERATION = "f" * 32
BASE = "b" * 64
MODEL_BYTES = 3_100_040


class Seeded:
    """A filled server."""

    def __init__(self, root: Path, url: str = "") -> None:
        self.folder = ServerFolder(root)
        self.database: Database = open_database(url or database_url(root, {}), root)
        self.now = datetime.now(UTC)
        make_certificates(self.folder.certificates, self.now - timedelta(days=60))
        self.keys: FederationKeys = federation_keys(self.folder)
        self.registry = Registry(self.database, self.folder.models, release_key(self.folder.keys))
        self.put(Setting(name="address", value="vsr.example.org:9443"))

    def put(self, *rows: object) -> None:
        """Write rows."""
        with self.database.session() as session:
            session.add_all(rows)

    def invite(self, name: str, days: float = 7, ago: float = 0) -> str:
        """Make an invitation `ago` days ago; return its number."""
        then = self.now - timedelta(days=ago)
        return make_invitation(
            self.database,
            self.keys,
            address="vsr.example.org:9443",
            base=BASE,
            name=name,
            expires=then + timedelta(days=days),
            actor="operator",
            now=then,
        ).id

    def let_in(self, name: str, ago: float) -> Machine:
        """Let a machine in `ago` days ago."""
        at = self.now - timedelta(days=ago)
        invitation = self.invite(name, ago=ago + 1)
        key = ec.generate_private_key(ec.SECP384R1()).public_key()
        pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        identity = np.random.default_rng(len(name) * 1000 + int(ago * 10)).bytes(32)
        assert self.keys.enrolment is not None
        machine = Machine(
            id=machine_number(pem),
            name=name,
            node_key=pem,
            identity=identity.hex(),
            certificate=certify(self.keys.enrolment, identity).hex(),
            invitation=invitation,
            enrolled_at=at,
        )
        with self.database.session() as session:
            session.add(machine)
            row = session.get(Invitation, invitation)
            assert row is not None
            row.used_at, row.machine = at, machine.id
            session.add(row)
            audit(session, "enrolment", "machine enrolled", {"machine": machine.id, "name": name})
        return machine

    def begin(self) -> None:
        """Make version 1."""
        self.registry.begin(FEDERATION, BASE, {"w": np.zeros(4, np.float32)})

    def round(
        self,
        number: int,
        hours_ago: float,
        answered: int,
        metrics: dict[str, float],
        outcome: str = "done",
        noise: float | None = None,
    ) -> None:
        """Write a round's row."""
        began = self.now - timedelta(hours=hours_ago)
        seconds = 20 + 6 * math.sin(number) + answered
        done = outcome == "done"
        self.put(
            Round(
                number=number,
                federation=FEDERATION,
                started_at=began,
                ended_at=None if outcome == "open" else began + timedelta(seconds=seconds),
                outcome=outcome,
                reason="" if done or outcome == "open" else "2 machines answered, 3 are needed",
                asked=answered + number % 2,
                answered=answered,
                groups=1,
                clips=41.0 * answered,
                bytes_each=MODEL_BYTES,
                seconds=seconds if done else None,
                metrics=metrics,
                noise_multiplier=noise,
                clip_norm=1.5,
            )
        )

    def version(self, round: int, figures: dict[str, float], promote: bool = True) -> int:
        """Make a version out of `round`, promoted or rejected."""
        made = self.registry.propose({"w": np.full(4, round, np.float32)}, round, figures)
        if promote:
            self.registry.promote(made.version, "coordinator", "no worse than the version before")
        else:
            self.registry.reject(made.version, "the machines' mean loss rose by 0.31 nats")
        return made.version

    def event(self, name: str, sentence: str, level: str = "info", minutes_ago: float = 0.0) -> None:
        """Write an event's row."""
        self.put(EventRow(at=self.now - timedelta(minutes=minutes_ago), name=name, level=level, sentence=sentence))


def months_of_rounds(root: Path, url: str = "") -> Seeded:
    """Return a server with nine machines, eleven rounds, and what went wrong among them."""
    seeded = Seeded(root, url)
    for at, name in enumerate(["anna", "ben", "carla", "dora", "emil", "fritz", "greta", "hans", "ida"]):
        seeded.let_in(name, ago=21 - 2 * at)
    seeded.invite("jan")
    seeded.invite("karl", days=2, ago=9)
    seeded.begin()
    with seeded.database.session() as session:
        first = session.get(ModelVersion, 1)
        assert first is not None
        first.created_at = seeded.now - timedelta(days=4)
        session.add(first)
    loss = 0.66
    for number in range(1, 12):
        failed = number == 6
        loss -= 0.012 + 0.006 * math.cos(number)
        hours = 6.0 * (12 - number)
        if failed:
            seeded.round(number, hours, 2, {}, "failed", noise=6.0)
            continue
        seeded.round(
            number,
            hours,
            5 + number % 4,
            {"nll_before": loss, "accuracy_before": 1.1 - loss},
            noise=6.0 if number > 3 else None,
        )
        promoted = number != 9
        figures = {"uar": 0.62 + 0.011 * number - (0 if promoted else 0.09), "nll": loss, "clips": 200.0}
        made = seeded.version(number, figures, promoted)
        with seeded.database.session() as session:
            row, came = session.get(ModelVersion, made), session.get(Round, number)
            assert row is not None and came is not None
            row.created_at, came.version = came.ended_at or seeded.now, made
            came.reason = "" if promoted else "the machines' mean loss rose by 0.31 nats"
            session.add_all([row, came])
        if not promoted:
            seeded.event("version_rejected", f"model version {made} is not promoted: loss rose", "warning", 60 * hours)
    seeded.event("round_failed", "round 6 failed: 2 machines answered, 3 are needed", "warning", 60 * 36)
    seeded.event("super_link_restarted", "Flower's SuperLink is started again: it went away", "warning", 60 * 20)
    seeded.event("round_done", "round 11 done (11 of 20): 8 machines, 328 clips, mean nll_before 0.5, 20 s", "info", 59)
    seeded.event("checkpoint_written", "checkpoint after 10 rounds: checkpoints/000011.state", "info", 58)
    seeded.put(
        Setting(name="schedule", value={"every": 21600.0, "next": (seeded.now + timedelta(hours=5)).isoformat()})
    )
    return seeded
