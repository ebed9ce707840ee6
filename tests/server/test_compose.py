"""docker-compose.yml and the Dockerfiles hold the rules of least privilege, and every command in them is one."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.federation.composed import read_compose
from vsr_server.cli import app as vsr_server_app

ROOT = Path(__file__).parents[2]
COMPOSE = read_compose()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("superlink", "coordinator", "app", "prepare")
DOCKERFILES = ("server/Dockerfile", "client/Dockerfile")

every_service = pytest.mark.parametrize("name", SERVICES)


@every_service
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    uid, _, gid = service["user"].partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert not {"privileged", "pid", "ipc", "devices", "userns_mode", "extra_hosts"} & set(service)
    assert service.get("network_mode", "none") == "none"
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", ()))


@every_service
def test_a_service_has_bounds_and_comes_back(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["pids_limit"] <= 256
    assert service["logging"]["options"]["max-size"]
    if name == "prepare":
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"


@every_service
def test_versions_are_exact(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert re.fullmatch(r"[a-z0-9/-]+", image)
    assert re.match(r"\d+\.\d+", tag), "a tag that moves is no version"


@every_service
def test_secrets_are_files_and_no_services_values(name: str) -> None:
    service = SERVICES[name]
    for key, value in service.get("environment", {}).items():
        assert not re.search(r"PASSWORD|SECRET|TOKEN|_KEY", key) or str(value).startswith("/run/secrets/"), key
        assert "://" not in str(value), key
    named = [one if isinstance(one, str) else one["source"] for one in service.get("secrets", ())]
    assert set(named) <= set(COMPOSE["secrets"])
    assert "ca.key" not in named, "nobody but `prepare` needs the authority's key"


def test_only_nginx_is_reached_from_outside_and_by_default_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"nginx"}
    assert all(port.startswith("127.0.0.1:") for port in published["nginx"])
    admin = [port for port in published["nginx"] if port.endswith(":9444")]
    assert admin == ["127.0.0.1:9444:9444"], "no variable opens the operator's port to others"
    ways_out = [name for name, network in COMPOSE["networks"].items() if not network.get("internal")]
    assert ways_out == ["outside"]
    assert [name for name, service in SERVICES.items() if "outside" in service.get("networks", ())] == ["nginx"]


def test_networks_join_those_who_speak_and_no_others() -> None:
    """What faces the outside is in no network with the SuperLink, whose control interface lets everybody in."""
    members = {
        network: {name for name, service in SERVICES.items() if network in service.get("networks", ())}
        for network in COMPOSE["networks"]
    }
    assert members == {
        "outside": {"nginx"},
        "people": {"nginx", "anna", "ben"},
        "front": {"nginx", "app"},
        "back": {"superlink", "coordinator", "app"},
        "data": {"coordinator", "app", "database"},
    }


def test_each_secret_goes_to_those_who_need_it() -> None:
    holders = {
        secret: {name for name, service in SERVICES.items() if secret in service.get("secrets", ())}
        for secret in COMPOSE["secrets"]
    }
    assert holders["public.key"] == {"nginx"}
    assert holders["app.key"] == {"app"}
    assert holders["superlink.key"] == {"superlink"}
    assert holders["runtime.secret"] == {"superlink", "coordinator"}
    assert holders["database.password"] == {"database"}
    assert holders["database.url"] == {"coordinator", "app"}


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_the_servers_with_its_options(name: str) -> None:
    command, *options = SERVICES[name]["command"]
    shown = subprocess.run(
        [sys.executable, "-m", "vsr_server.cli", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"TERMINAL_WIDTH": "300", "PATH": "", "COLUMNS": "300"},
    ).stdout
    for option in options:
        if option.startswith("--"):
            assert re.search(rf"{option.partition('=')[0]}\b", shown), option


def test_every_health_check_of_ours_is_a_command() -> None:
    from typer.main import get_command

    known = get_command(vsr_server_app).commands  # type: ignore[attr-defined]
    checks = [service["healthcheck"]["test"] for service in SERVICES.values() if "healthcheck" in service]
    ours = [check[2] for check in checks if check[1] == "vsr-server"]
    assert ours == ["answers", "answers"]
    assert set(ours) <= set(known)


@pytest.mark.parametrize("file", DOCKERFILES)
def test_images_run_as_somebody_without_rights_and_tell_nobody(file: str) -> None:
    text = (ROOT / file).read_text()
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-bookworm", base) for base in bases)
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1] == "10001:10001"
    assert "FLWR_TELEMETRY_ENABLED=0" in text
    assert "FLWR_DISABLE_UPDATE_CHECK=1" in text
    assert "-c constraints.txt" in text
    for source in re.findall(r"^COPY ([a-z][^ ]*) ", text, re.MULTILINE):
        assert (ROOT / source).exists()


def test_the_builder_is_given_the_source_and_nothing_else() -> None:
    """No secret and no data of the folder that the image is built in reaches a layer."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert all(line.startswith(("!", "**/__pycache__")) for line in lines[1:])
