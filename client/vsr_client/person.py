"""One person's VSR on this machine: the base, what it was taught, and which tail and head speak."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from vsr_client.passphrase import ask_passphrase
from vsr_client.quiet import quiet_stderr
from vsr_client.store.data_key import Ask, has_data_key, make_data_key, open_data_key
from vsr_client.store.models import CommonModels, KeptModel
from vsr_client.store.peek import has_heads
from vsr_shared.base import Base
from vsr_shared.errors import StoreError
from vsr_shared.find_base import BaseChoice, find_base
from vsr_shared.prediction import Predictor

if TYPE_CHECKING:
    from vsr_client.store.heads import HeadStore
    from vsr_client.store.ledger import Ledger
    from vsr_client.store.preferences import Preferences
    from vsr_client.store.recordings import RecordingStore
    from vsr_client.store.vault import Vault

_OPENING = Lock()


class Using(StrEnum):
    """Which tail and head a prediction uses."""

    AUTO = "auto"
    BASE = "base"
    COMMON = "common"
    PERSONAL = "personal"


@dataclass(frozen=True)
class Person:
    """A data folder with its settings. Everything is looked up when it is first needed."""

    data_dir: Path
    base_path: Path | None = None
    threads: int | None = None
    offline: bool = False
    say: Callable[[str], None] = lambda _: None
    ask: Ask = ask_passphrase
    """Given a question for the person, return the passphrase, or None where nobody can be asked."""

    @cached_property
    def base(self) -> Base:
        """The base this machine starts from."""
        return find_base(BaseChoice(self.base_path, self.data_dir / "bases", self.offline), self.say)

    @cached_property
    def models(self) -> CommonModels:
        """The kept common models."""
        return CommonModels(self.data_dir)

    @cached_property
    def key(self) -> bytes:
        """The data key; made where the folder has none yet. LockedStore where it cannot be had."""
        opener = open_data_key if has_data_key(self.data_dir) else make_data_key
        return opener(self.data_dir, self.ask)

    @property
    def vault(self) -> "Vault":
        """Everything sealed, open under `key`; the same one for all threads."""
        from vsr_client.store.vault import Vault

        with _OPENING:
            if "vault" not in self.__dict__:
                self.__dict__["vault"] = Vault(self.data_dir, self.key)
        vault: Vault = self.__dict__["vault"]
        return vault

    @property
    def recordings(self) -> "RecordingStore":
        """The recordings."""
        return self.vault.recordings

    @property
    def heads(self) -> "HeadStore":
        """The personal tails and heads, with their history."""
        return self.vault.heads

    @property
    def ledger(self) -> "Ledger":
        """What left this machine."""
        return self.vault.ledger

    @property
    def preferences(self) -> "Preferences":
        """What the person chose."""
        return self.vault.preferences

    def rotate_key(self, ask: Ask) -> None:
        """Make a new data key and seal everything under it; `ask` gives the passphrase where one holds the key."""
        vault = self.vault
        vault.rotate_key(ask)
        self.__dict__["key"] = vault.key

    def close(self) -> None:
        """Give the files back; what is being recorded stays as unfinished. The next use opens them again."""
        with _OPENING:
            if vault := self.__dict__.pop("vault", None):
                vault.close()

    def model(self, using: Using = Using.AUTO) -> KeptModel | None:
        """Return the tail and head to predict with, None for the base's own.

        AUTO takes the personal one, else the newest common one, else the base's. Asking for one that is not there
        raises StoreError.
        """
        base = self.base.id
        if using in {Using.AUTO, Using.PERSONAL} and (personal := self._personal(base)):
            return personal
        if using in {Using.AUTO, Using.COMMON} and self.models.has(base):
            return self.models.get(base)
        if using in {Using.PERSONAL, Using.COMMON}:
            hint = "teach VSR with `vsr train`" if using is Using.PERSONAL else "take part in a round with `vsr join`"
            raise StoreError(f"there is no {using} model for base {base} here yet; {hint}")
        return None

    def predictor(self, model: KeptModel | None) -> Predictor:
        """Return a predictor with `model`, or with the base's own tail and head."""
        base = self.base
        with quiet_stderr():
            return Predictor(base, model.weights if model else None, self.threads)

    def _personal(self, base: str) -> KeptModel | None:
        # Who has no personal head is not asked for a passphrase, nor made to wait for the database's libraries.
        if not has_data_key(self.data_dir) or not has_heads(self.data_dir, base):
            return None
        head = self.heads.in_use(base)
        if head is None:
            return None
        return KeptModel("personal", base, self.heads.weights(head.id), f"{head.recordings} recordings of yours")
