"""Every setting of the client, declared once: command line, environment, default and help."""

from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path


def default_data_dir() -> Path:
    """Return where this system keeps a person's data of an application."""
    return user_data_path("vsr")


DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir",
        envvar="VSR_DATA_DIR",
        default_factory=default_data_dir,
        show_default="the system's folder for it",
        help="Folder that holds everything personal, encrypted, and the base model.",
    ),
]
BasePath = Annotated[
    Path | None,
    typer.Option(
        "--base",
        envvar="VSR_BASE",
        show_default="the one that ships",
        help="Base model: a VSR base file, Keras weights (.keras, .weights.h5), or the word imagenet or random.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        envvar="VSR_THREADS",
        min=1,
        max=64,
        help="Cores that listening may use; all, up to 4, if not said.",
    ),
]
Offline = Annotated[
    bool,
    typer.Option("--offline", envvar="VSR_OFFLINE", help="Never fetch ImageNet's weights.", show_default="may fetch"),
]
PASSPHRASE = "VSR_PASSPHRASE"  # noqa: S105 - its name, not its value
"""Environment variable that unlocks the data folder where the system has no keyring."""
