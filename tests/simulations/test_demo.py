"""`make demo`'s command: the whole way on one machine, and nothing left of it but results."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vsr_simulations.demo.outcome import COLUMNS


@pytest.mark.long
def test_the_whole_way_on_one_machine(base_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    done = subprocess.run(
        [Path(sys.executable).with_name("vsr-simulate"), "demo", "--generated", "--rounds", "4", "--out", out],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"VSR_BASE": str(base_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((out / "demo.json").read_text())
    assert "generated voices" in done.stdout
    assert len(result["rows"]) == 4
    means = {name: sum(row["scores"][name]["auroc"] for row in result["rows"]) / 4 for name in COLUMNS}
    assert means["common_after"] > means["common_before"], "rounds that make nothing better are no demonstration"
    update = 4 * (774_914 + 2) + 128
    (sent,) = set(result["bytes_sent"].values())
    assert 4 * update < sent < 1.005 * 4 * update, "a masked vector a round, and beside it hardly anything"
    assert (out / "demo.png").read_bytes().startswith(b"\x89PNG")
    assert _processes(str(out)) == []


def _processes(word: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in command:
            found.append(command)
    return found
