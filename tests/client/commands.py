"""Running `vsr` as a person does: as a program."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """A person's machine: one data folder, one base, one passphrase."""

    folder: Path
    base: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def vsr(self, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `vsr` with `arguments`; nobody can be asked for anything."""
        return subprocess.run(
            [Path(sys.executable).with_name("vsr"), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            stdin=subprocess.DEVNULL,
            env=os.environ
            | {
                "VSR_DATA_DIR": str(self.folder),
                "VSR_BASE": str(self.base),
                "VSR_PASSPHRASE": "correct horse",
                "VSR_OFFLINE": "1",
                "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
                "COLUMNS": "200",
            }
            | self.environment
            | environment,
        )
