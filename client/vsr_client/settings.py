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
AppPort = Annotated[
    int,
    typer.Option(
        "--port",
        envvar="VSR_PORT",
        min=0,
        max=65535,
        show_default="the last one, or a free one",
        help="Port of the app's pages.",
    ),
]
AppHost = Annotated[
    str,
    typer.Option(
        "--host",
        envvar="VSR_HOST",
        help="Loopback address of the app's pages: 127.0.0.1, ::1, or localhost for both. Never another.",
    ),
]
NoBrowser = Annotated[
    bool,
    typer.Option(
        "--no-browser", envvar="VSR_NO_BROWSER", help="Print the link and open no browser.", show_default="opens it"
    ),
]
PASSPHRASE = "VSR_PASSPHRASE"  # noqa: S105 - its name, not its value
"""Environment variable that unlocks the data folder where the system has no keyring."""
NEW_PASSPHRASE = "VSR_NEW_PASSPHRASE"  # noqa: S105 - its name, not its value
"""Environment variable with the passphrase that `vsr passphrase` changes to."""
BACKUP_PASSPHRASE = "VSR_BACKUP_PASSPHRASE"  # noqa: S105 - its name, not its value
"""Environment variable with the passphrase of a backup."""
