"""Rounds of VSR in a deployment on loopback: real server, real machines, messages as heavy as real ones."""

import sys
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives import serialization

from vsr_client.node_key import make_node_key
from vsr_client.secure_keys import SecureKeys
from vsr_server.coordination.plan import Plan, SecurePlan
from vsr_server.coordination.round_events import RoundDone
from vsr_server.coordination.server_events import ServerUp
from vsr_server.coordination.serving import serve
from vsr_server.database import database_url, open_database
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.enrol import admit
from vsr_server.enrolment.federation_keys import federation_keys
from vsr_server.server_folder import ServerFolder
from vsr_shared.federation.events import Event
from vsr_simulations.bench.rounds.children import child
from vsr_simulations.bench.rounds.idle_machine import BASE


def our_rounds(folder: Path, numbers: int, machines: int, rounds: int, secure: bool) -> list[float]:
    """Return the seconds from each round's end to the next's, of `rounds` and one to begin with.

    `folder` is empty; `numbers` is the size of the model.
    """
    server = ServerFolder(folder / "server")
    files = make_certificates(server.certificates, datetime.now(UTC))
    keys = federation_keys(server)
    trust = [keys.trust.release_key.hex(), keys.trust.enrolment_key.hex()] if secure else []
    ends: list[float] = []
    for number in range(machines):
        _let_in(server, folder / str(number))
    plan = Plan(rounds + 1, machines, secure=SecurePlan() if secure else None)
    with ExitStack() as stack:

        def heard(event: Event) -> None:
            if isinstance(event, ServerUp):
                for number in range(machines):
                    own = folder / str(number)
                    command: list[object] = [sys.executable, "-m", "vsr_simulations.bench.rounds.idle_machine"]
                    command += [event.address, files.authority, own / "key", own / "data", *trust]
                    stack.enter_context(child(command, own / "log"))
            if isinstance(event, RoundDone):
                ends.append(time.monotonic())

        serve(server.root, BASE, {"w": np.zeros(numbers, np.float32)}, plan, on_event=heard)
    return [after - before for before, after in pairwise(ends)]


def _let_in(server: ServerFolder, own: Path) -> None:
    """Make a machine's keys in `own` and enrol it."""
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    public = make_node_key(own / "key").public_key().public_bytes(*form).decode()
    identity = SecureKeys(own / "data" / "secure").identity
    with closing(open_database(database_url(server.root), server.root)) as database, database.session() as session:
        admit(session, federation_keys(server), public, identity, own.name, datetime.now(UTC))
