"""`vsr-server` as an operator meets it, up to where a server would start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vsr_client.node_key import make_node_key


def vsr_server(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vsr_server.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_keys_can_be_registered_before_the_server_ever_ran(tmp_path: Path) -> None:
    key = make_node_key(tmp_path / "anna")
    done = vsr_server("nodes", "register", key, "--name", "Anna's laptop", "--data-dir", tmp_path / "server")
    assert done.returncode == 0, done.stderr
    assert "let in when the server starts" in done.stdout
    (line,) = vsr_server("nodes", "list", "--json", "--data-dir", tmp_path / "server").stdout.splitlines()
    assert json.loads(line) | {"fingerprint": ""} == {"fingerprint": "", "name": "Anna's laptop", "status": "unknown"}
    standing = json.loads(vsr_server("status", "--json", "--data-dir", tmp_path / "server").stdout)
    assert standing == {"address": None, "registered": 1, "online": 0, "progress": None}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nodes", "register", "{tmp}/missing.pub"], 2, "cannot read"),
        (["nodes", "register", "{tmp}/text.pub"], 2, "OpenSSH"),
        (["nodes", "list", "--data-dir", "{tmp}/text.pub"], 2, "names a folder"),
        (["start", "--base", "{tmp}/missing.vsr"], 4, "missing.vsr"),
        (["start", "--base", "{tmp}/text.pub"], 4, "text.pub"),
        (["start", "--base", "{tmp}/text.pub", "--rounds", "0"], 2, "rounds"),
    ],
)
def test_what_cannot_be_is_said_with_its_exit_code(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    (tmp_path / "text.pub").write_text("no key, no base")
    done = vsr_server(*(argument.format(tmp=tmp_path) for argument in arguments))
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
