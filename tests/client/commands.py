"""Running `vsr` as a person does: as a program."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """A person's machine: one data folder, one base (None for the one that ships), one passphrase."""

    folder: Path
    base: Path | None

    def vsr(self, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `vsr` with `arguments`; nobody can be asked for anything."""
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            stdin=subprocess.DEVNULL,
            env=self.environ() | environment,
        )

    def command(self, *arguments: object) -> list[str]:
        """Return the command line of `vsr` with `arguments`."""
        return [str(Path(sys.executable).with_name("vsr")), *map(str, arguments)]

    def environ(self) -> dict[str, str]:
        """Return the environment that makes `vsr` this machine's; it has no keyring."""
        return {
            **{name: value for name, value in os.environ.items() if name != "VSR_BASE"},
            **({"VSR_BASE": str(self.base)} if self.base else {}),
            "VSR_DATA_DIR": str(self.folder),
            "VSR_PASSPHRASE": "correct horse",
            "VSR_OFFLINE": "1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "COLUMNS": "200",
        }
