"""Asking the person for their passphrase: the environment first, then the terminal, else nobody."""

import getpass
import os
import sys

from vsr_client.settings import PASSPHRASE


def ask_passphrase(question: str) -> str | None:
    """Return the passphrase, or None where nobody can be asked."""
    if given := os.environ.get(PASSPHRASE):
        return given
    return getpass.getpass(question) if sys.stdin.isatty() else None
