"""The data key: who holds it, and how it is had back.

The system's keyring holds it where there is one. Elsewhere a passphrase locks it (scrypt, RFC 7914; n = 2^16, r = 8,
p = 1: 64 MiB and some tenths of a second a guess). There is no third way: nothing personal is ever kept in the clear.
`key.json` in the data folder says which of the two, and holds the locked key of the second.
"""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vsr_client.settings import PASSPHRASE
from vsr_client.store.files import private_folder, reporting, write_whole
from vsr_client.store.sealing import KEY_BYTES, seal, unseal
from vsr_shared.errors import LockedStore, StoreError

Ask = Callable[[str], str | None]
"""Given a question for the person, return the passphrase, or None where nobody can be asked."""

_FILE = "key.json"
_SERVICE = "vsr"
_SCRYPT = {"n": 2**16, "r": 8, "p": 1}


def has_data_key(folder: Path) -> bool:
    """Say whether `folder` has a data key, and so may hold anything personal."""
    return (folder / _FILE).exists()


def open_data_key(folder: Path, ask: Ask) -> bytes:
    """Return the data key of `folder`; LockedStore where the passphrase is missing or wrong."""
    try:
        with reporting(folder):
            record = json.loads((folder / _FILE).read_bytes())
        if record["holder"] == "keyring":
            return _from_keyring(record["account"])
        salt, locked = (base64.b64decode(record[part]) for part in ("salt", "locked"))
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{folder / _FILE} is damaged; restore the data folder from a backup") from error
    passphrase = ask("Passphrase of your VSR data: ")
    if not passphrase:
        raise LockedStore(f"your data in {folder} is locked; set {PASSPHRASE} or run this in a terminal that can ask")
    try:
        return unseal(_stretched(passphrase, salt), "the data key", locked)
    except StoreError as error:
        raise LockedStore("this passphrase does not open your data; try again") from error


def make_data_key(folder: Path, ask: Ask) -> bytes:
    """Make and keep a new data key for `folder`; LockedStore where there is neither keyring nor passphrase."""
    key = os.urandom(KEY_BYTES)
    private_folder(folder)
    record: dict[str, Any]
    if not os.environ.get(PASSPHRASE) and (account := _into_keyring(folder, key)):
        record = {"holder": "keyring", "account": account}
    else:
        passphrase = ask("Choose a passphrase for your VSR data (it cannot be recovered): ")
        if not passphrase:
            raise LockedStore(
                f"there is no system keyring here, and your data is never kept unencrypted; set {PASSPHRASE} or run "
                "this in a terminal that can ask for a passphrase"
            )
        salt = os.urandom(16)
        locked = seal(_stretched(passphrase, salt), "the data key", key)
        encoded = {part: base64.b64encode(value).decode() for part, value in (("salt", salt), ("locked", locked))}
        record = {"holder": "passphrase", **encoded}
    write_whole(folder / _FILE, json.dumps(record).encode())
    return key


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, **_SCRYPT).derive(passphrase.encode())


def _into_keyring(folder: Path, key: bytes) -> str | None:
    """Give the key to the system's keyring; None where there is none that keeps it."""
    import keyring
    from keyring.errors import KeyringError

    account = f"{folder.resolve()}-{os.urandom(4).hex()}"
    try:
        keyring.set_password(_SERVICE, account, base64.b64encode(key).decode())
        return account if keyring.get_password(_SERVICE, account) else None
    except (KeyringError, RuntimeError):
        return None


def _from_keyring(account: str) -> bytes:
    import keyring
    from keyring.errors import KeyringError

    try:
        kept = keyring.get_password(_SERVICE, account)
    except (KeyringError, RuntimeError) as error:
        raise LockedStore(f"the system's keyring does not answer ({error}); unlock it and try again") from error
    if not kept:
        raise LockedStore("the system's keyring no longer holds the key of your data; restore the keyring's backup")
    return base64.b64decode(kept)
