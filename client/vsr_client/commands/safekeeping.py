"""`vsr backup`, `vsr restore` and `vsr passphrase`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from vsr_client.passphrase import ask_new_passphrase, ask_passphrase, ask_secret
from vsr_client.person import Person
from vsr_client.settings import BACKUP_PASSPHRASE, NEW_PASSPHRASE, DataDir
from vsr_client.store.data_key import has_data_key
from vsr_client.store.files import fresh, reporting
from vsr_shared.errors import LockedStore, UsageError


def backup(
    file: Annotated[Path, typer.Argument(help="File to write; it must not be there yet.", show_default=False)],
    data_dir: DataDir,
) -> None:
    """Write everything personal into one file, encrypted under a passphrase of its own. The app may run meanwhile."""
    from vsr_client.store.backup import write_backup

    _something_kept(data_dir)
    if file.exists():
        raise UsageError(f"{file} is there already; choose another name")
    person = Person(data_dir)
    vault = person.vault
    passphrase = ask_new_passphrase("Choose a passphrase for the backup (it cannot be recovered): ", BACKUP_PASSPHRASE)
    if not passphrase:
        raise LockedStore(f"a backup needs a passphrase; set {BACKUP_PASSPHRASE} or run this in a terminal")
    partial = file.with_name(f".{file.name}.partial")
    try:
        with reporting(file.parent), fresh(partial) as out:
            write_backup(vault, out, passphrase)
            os.fsync(out.fileno())
            partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
        person.close()
    typer.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB. Keep its passphrase apart from it.")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup that VSR wrote.", show_default=False)],
    data_dir: DataDir,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before replacing what is there.")] = False,
) -> None:
    """Put a backup in the place of everything personal here."""
    from vsr_client.commands.alone import alone
    from vsr_client.store.backup import restore_backup

    if not file.is_file():
        raise UsageError(f"{file} is not there; name the backup that VSR wrote")
    if has_data_key(data_dir) and not yes:
        typer.confirm(f"Replace everything personal in {data_dir} by this backup?", abort=True)
    passphrase = ask_secret("Passphrase of the backup: ", BACKUP_PASSPHRASE)
    if not passphrase:
        raise LockedStore(f"a backup is locked; set {BACKUP_PASSPHRASE} or run this in a terminal that can ask")
    with alone(data_dir), reporting(file.parent), file.open("rb") as source:
        restore_backup(source, data_dir, passphrase)
    typer.echo("Restored. Where this machine has no keyring, the backup's passphrase opens it, or VSR_PASSPHRASE's.")


def passphrase(
    data_dir: DataDir,
    keyring: Annotated[bool, typer.Option("--keyring", help="Let the system's keyring hold the key instead.")] = False,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a new data key too, and seal everything under it.")
    ] = False,
) -> None:
    """Change the passphrase that locks your data, or who holds its key."""
    from vsr_client.store.data_key import needs_passphrase

    _something_kept(data_dir)
    answers: list[str | None] = []

    def ask(question: str) -> str | None:
        if not answers:
            answers.append(ask_passphrase(question))
        return answers[0]

    person = Person(data_dir, ask=ask)
    vault = person.vault
    if keyring:
        vault.move_to_keyring()
        typer.echo("The system's keyring holds the key from now on.")
    else:
        new = ask_new_passphrase("New passphrase (it cannot be recovered): ", NEW_PASSPHRASE)
        if not new:
            raise LockedStore(f"a passphrase is needed; set {NEW_PASSPHRASE} or run this in a terminal that can ask")
        if needs_passphrase(data_dir):
            vault.change_passphrase(ask("Passphrase of your VSR data: ") or "", new)
        else:
            vault.move_to_passphrase(new)
        answers[:] = [new]
        typer.echo("The new passphrase locks your data from now on.")
    if new_key:
        vault.rotate_key(ask)
        typer.echo("There is a new key, and everything is sealed under it.")
    person.close()


def _something_kept(data_dir: Path) -> None:
    if not has_data_key(data_dir):
        raise UsageError(f"nothing is kept in {data_dir}; check --data-dir")
