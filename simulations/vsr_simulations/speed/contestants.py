"""Who does the task: each in a process of its own, ours in this environment, the others in one that has them."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vsr_shared.errors import VsrError
from vsr_simulations.flower_engine.superlink import simulation_link

_HERE: Final = Path(__file__).parent
_ROOT: Final = _HERE.parents[1]
"""From where an environment without VSR finds the rivals' programs, which import nothing of it but each other."""
_RIVALS: Final = "vsr_simulations.speed.rivals"
_LONGEST_SECONDS: Final = 3600.0
_PROJECT: Final = """\
[project]
name = "quickstart"
version = "1.0.0"
[tool.flwr.app]
publisher = "vsr"
[tool.flwr.app.components]
serverapp = "quickstart.server_app:app"
clientapp = "quickstart.client_app:app"
[tool.flwr.app.config]
folder = {folder}
"""

Said = Mapping[str, Any]
"""`rounds` (seconds), `threads`; ours says the `limit` of the matrix products too."""


@dataclass(frozen=True)
class Contestant:
    """One way to do the task."""

    name: str
    title: str
    needs: tuple[str, ...]
    """Packages that its environment must have."""
    get: str
    """How to get them."""
    run: Callable[[Path, Path], Said]
    """Given the task's folder and the environment's Python."""

    def missing(self, python: Path) -> str:
        """Return why it cannot run in that environment; nothing where it can."""
        code = f"import importlib.util as u; print([n for n in {list(self.needs)} if not u.find_spec(n)])"
        done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
        if done.returncode:
            return f"{self.title}: {python} does not run; name another with --python"
        absent = done.stdout.strip()
        if absent == "[]":
            return ""
        return f"{self.title} is left out: {python} lacks {absent[1:-1]}; {self.get}, and name it with --python"


def _program(folder: Path, command: list[str], where: Path | None = None) -> Said:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=where, timeout=_LONGEST_SECONDS)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise VsrError(f"{' '.join(command[-4:])} failed with {done.returncode}; what it said stands above")
    said: Said = json.loads(lines[-1])
    return said


def _ours(folder: Path, python: Path) -> Said:
    return _program(folder, [sys.executable, "-m", "vsr_simulations.speed.ours", str(folder)])


def _pytorch(folder: Path, python: Path) -> Said:
    return _program(folder, [str(python), "-m", f"{_RIVALS}.pytorch_loop", str(folder)], _ROOT)


def _pfl(folder: Path, python: Path) -> Said:
    workers = json.loads((folder / "task.json").read_text())["cores"]
    launch = [str(python), "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={workers}"]
    return _program(folder, [*launch, "-m", f"{_RIVALS}.pfl_research", str(folder)], _ROOT)


def _flower(folder: Path, python: Path) -> Said:
    work = folder / "flower"
    shutil.copytree(_HERE / "rivals" / "flower_keras", work / "app" / "quickstart", ignore=_no_caches)
    (work / "app" / "pyproject.toml").write_text(_PROJECT.format(folder=json.dumps(str(folder))))
    task = json.loads((folder / "task.json").read_text())
    result, deadline = folder / "flower_keras.json", time.monotonic() + _LONGEST_SECONDS
    with simulation_link(work, python.parent) as link:
        link.submit(work / "app", task["people"], task["cores"])
        while not result.exists():
            time.sleep(1)
            if time.monotonic() > deadline or (int(time.monotonic()) % 30 == 0 and link.ended()):
                if result.exists():
                    break
                raise VsrError(f"Flower's rounds did not end well; its logs are in {work}")
    said: Said = json.loads(result.read_text())
    return said


def _no_caches(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]


OURS: Final = Contestant("ours", "VSR, in process", (), "", _ours)
RIVALS: Final = (
    Contestant(
        "flower_keras",
        "Flower's simulation engine, Keras fit",
        ("flwr", "ray", "tensorflow"),
        "pip install 'flwr[simulation]==1.41.*' 'tensorflow==2.21.*' there",
        _flower,
    ),
    Contestant("pfl_research", "pfl-research", ("pfl", "torch"), "pip install pfl torch there", _pfl),
    Contestant(
        "pytorch_loop", "PyTorch loop in PFLlib's style", ("torch", "numpy"), "pip install torch numpy there", _pytorch
    ),
)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))
