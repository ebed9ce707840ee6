"""Asking the person for their passphrase: the environment first, then the terminal, else nobody."""

import getpass
import os
import sys

from vsr_client.settings import PASSPHRASE
from vsr_shared.errors import UsageError


def ask_passphrase(question: str) -> str | None:
    """Return the passphrase, or None where nobody can be asked."""
    return ask_secret(question, PASSPHRASE)


def ask_secret(question: str, variable: str) -> str | None:
    """Return what the environment's `variable` holds, else what the person types; None where nobody can be asked."""
    if given := os.environ.get(variable):
        return given
    return getpass.getpass(question) if sys.stdin.isatty() else None


def ask_new_passphrase(question: str, variable: str) -> str | None:
    """Return a new passphrase as `ask_secret` does, typed twice; UsageError where the two differ."""
    if given := os.environ.get(variable):
        return given
    if not sys.stdin.isatty():
        return None
    first = getpass.getpass(question)
    if getpass.getpass("The same again: ") != first:
        raise UsageError("the two passphrases differ; nothing was changed")
    return first
