"""One person's VSR on this machine: the base, what it was taught, and which tail and head speak."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from vsr_client.passphrase import ask_passphrase
from vsr_client.quiet import quiet_stderr
from vsr_client.store.data_key import has_data_key, make_data_key, open_data_key
from vsr_client.store.models import KeptModel, Kind, ModelFolder
from vsr_shared.base import Base
from vsr_shared.errors import StoreError
from vsr_shared.find_base import BaseChoice, find_base
from vsr_shared.prediction import Predictor


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

    @cached_property
    def base(self) -> Base:
        """The base this machine starts from."""
        return find_base(BaseChoice(self.base_path, self.data_dir / "bases", self.offline), self.say)

    @cached_property
    def models(self) -> ModelFolder:
        """The kept tails and heads."""
        return ModelFolder(self.data_dir)

    @cached_property
    def key(self) -> bytes:
        """The data key; made where the folder has none yet. LockedStore where it cannot be had."""
        if has_data_key(self.data_dir):
            return open_data_key(self.data_dir, ask_passphrase)
        if self.models.has("personal", self.base.id) or (self.data_dir / "clips.sqlite").exists():
            raise StoreError(f"{self.data_dir} has lost its key file key.json; restore the folder from a backup")
        return make_data_key(self.data_dir, ask_passphrase)

    def model(self, using: Using = Using.AUTO) -> KeptModel | None:
        """Return the tail and head to predict with, None for the base's own.

        AUTO takes the personal one, else the newest common one, else the base's. Asking for one that is not there
        raises StoreError.
        """
        if using is not Using.BASE:
            kinds: tuple[Kind, ...] = ("personal", "common")
            for kind in kinds:
                if using in {Using.AUTO, Using(kind)} and self.models.has(kind, self.base.id):
                    return self.models.get(kind, self.base.id, self.key if kind == "personal" else None)
            if using is not Using.AUTO:
                hint = (
                    "teach VSR with `vsr train`" if using is Using.PERSONAL else "take part in a round with `vsr join`"
                )
                raise StoreError(f"there is no {using} model for base {self.base.id} here yet; {hint}")
        return None

    def predictor(self, model: KeptModel | None) -> Predictor:
        """Return a predictor with `model`, or with the base's own tail and head."""
        base = self.base
        with quiet_stderr():
            return Predictor(base, model.weights if model else None, self.threads)
