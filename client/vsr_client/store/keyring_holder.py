"""The system's keyring as holder of a data key."""

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from vsr_shared.errors import LockedStore

_SERVICE: Final = "vsr"


def held_by_keyring(folder: Path, key: bytes) -> dict[str, Any] | None:
    """Give `key` to the keyring and return the record of it; None where there is none that keeps it."""
    import keyring
    from keyring.errors import KeyringError

    account = f"{folder.resolve()}-{os.urandom(4).hex()}"
    try:
        keyring.set_password(_SERVICE, account, base64.b64encode(key).decode())
        kept = keyring.get_password(_SERVICE, account)
    except (KeyringError, RuntimeError):
        return None
    return {"holder": "keyring", "account": account} if kept else None


def from_keyring(account: str) -> bytes:
    """Return the key under `account`; LockedStore where the keyring does not give it."""
    import keyring
    from keyring.errors import KeyringError

    try:
        kept = keyring.get_password(_SERVICE, account)
    except (KeyringError, RuntimeError) as error:
        raise LockedStore(f"the system's keyring does not answer ({error}); unlock it and try again") from error
    if not kept:
        raise LockedStore("the system's keyring no longer holds the key of your data; restore the keyring's backup")
    return base64.b64decode(kept)


def forget_in_keyring(record: Mapping[str, Any]) -> None:
    """Take the key of `record` out of the keyring where that holds it; LockedStore where the keyring refuses."""
    if record.get("holder") != "keyring":
        return
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(_SERVICE, record["account"])
    except PasswordDeleteError:
        return
    except (KeyringError, RuntimeError) as error:
        raise LockedStore(f"the system's keyring does not answer ({error}); unlock it and try again") from error
