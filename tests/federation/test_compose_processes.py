"""docker-compose.yml without containers: every service with its own command, on PostgreSQL, and a secure round."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.federation.composed import Composed
from tests.federation.deployment import REPOSITORY, Running
from tests.federation.nginx import nginx_or_skip
from tests.server.postgres import HOW_TO_GET_ONE, Postgres, find_postgres, required, running_postgres
from vsr_client.together.letting_in import ask_to_be_let_in
from vsr_client.together.places import federation_folder, node_key_path
from vsr_server.deployment.secret_files import write_secrets
from vsr_shared.base import Base
from vsr_shared.federation.invitation import parse_invitation

NAMES = ("anna", "ben", "chen")


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """The database's service."""
    programs = find_postgres()
    if programs is None:
        say = pytest.fail if required() else pytest.skip
        say(f"no PostgreSQL here; {HOW_TO_GET_ONE}")
    with running_postgres(programs) as found:
        yield found


@pytest.fixture
def composed(tmp_path: Path, postgres: Postgres) -> Iterator[Composed]:
    """The secrets, as `prepare` makes them, and no process yet."""
    found = Composed(tmp_path, {"VSR_PUBLIC_NAME": "localhost"})
    write_secrets(found.secrets, ("localhost", "127.0.0.1"), datetime.now(UTC))
    (found.secrets / "database.url").write_text(postgres.url("postgres"))
    try:
        yield found
    finally:
        found.close()


def test_a_secure_round_in_the_processes_of_docker_compose(composed: Composed, shipped: Base) -> None:
    nginx_or_skip()
    composed.run("superlink")
    coordinator = composed.run("coordinator", "--json")
    composed.run("app")
    coordinator.wait_for("machines_online", 120)
    composed.nginx()

    machines = [let_in(composed, name, shipped.id) for name in NAMES]
    done = coordinator.wait_for("round_done", 120)
    assert done["machines"] == len(NAMES)
    assert all(machine.wait_for("update_sent")["bytes"] > 3_000_000 for machine in machines)
    for service in ("app", "superlink"):
        test = composed.compose["services"][service]["healthcheck"]["test"]
        port = composed.ports["app:9443" if service == "app" else "superlink:9093"]
        given = [f"localhost:{port}", f"--authority={composed.secrets / 'ca.crt'}"]
        assert test[1:3] == ["vsr-server", "answers"]
        assert vsr_server("answers", *given).returncode == 0
    assert (composed.server_data / "running.json").exists(), "the coordinator's health check looks for it"
    kept = [path.name for path in composed.server_data.iterdir()]
    assert "server.db" not in kept, "PostgreSQL is where the rows are"


def let_in(composed: Composed, name: str, base: str) -> Running:
    """Invite the machine `name` as `docker compose exec app` does, let it enrol and start it."""
    made = vsr_server(
        "invite",
        *("--name", name, "--address", composed.door, "--json"),
        VSR_SERVER_DATA_DIR=str(composed.server_data),
        VSR_DATABASE_URL_FILE=str(composed.secrets / "database.url"),
    )
    assert made.returncode == 0, made.stderr
    invitation = parse_invitation(json.loads(made.stdout)["invitation"])
    person, authority = composed.folder / name, composed.secrets / "ca.crt"
    fingerprint, trust = invitation.fingerprint, invitation.trust
    enrolled = ask_to_be_let_in(person, composed.door, authority.read_text(), fingerprint, trust, invitation.token)
    assert enrolled.certificate
    given: list[object] = [composed.door, authority, node_key_path(person), federation_folder(person), base]
    given += [trust.release_key.hex(), trust.enrolment_key.hex()]
    return composed.keep(Running("still_machine", given, composed.folder / f"{name}.out"))


def vsr_server(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the server to its end."""
    import os

    command = [sys.executable, "-m", "vsr_server.cli", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
