"""Where taking part keeps its own files in a person's data folder; none of them is about the person."""

import shutil
from pathlib import Path
from typing import Final

from vsr_client.store.files import reporting

_OF_ONE_FEDERATION: Final = ("ca.crt", "nodes.json", "secure", "flower")
"""What goes when the person leaves. `answered.json` stays: it keeps a server from asking twice about one round."""


def node_key_path(data_dir: Path) -> Path:
    """Return where this machine's key for federations lies."""
    return data_dir / "node_key"


def federation_folder(data_dir: Path) -> Path:
    """Return the folder of what taking part needs between two starts."""
    return data_dir / "federation"


def secure_folder(data_dir: Path) -> Path:
    """Return the folder of this machine's identity and one-time keys."""
    return federation_folder(data_dir) / "secure"


def forget_keys(data_dir: Path) -> None:
    """Delete this machine's keys for its federation and what else belongs to that one; StoreError where it cannot."""
    with reporting(data_dir):
        node_key_path(data_dir).unlink(missing_ok=True)
        for name in _OF_ONE_FEDERATION:
            path = federation_folder(data_dir) / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
