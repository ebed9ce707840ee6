"""Personal tails and heads with their history: what each was like, and which is in use for which base."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from safetensors import numpy as safetensors_numpy
from sqlmodel import Session, select

from vsr_client.store.capture_store import unknown
from vsr_client.store.database import Database
from vsr_client.store.schema import HeadRow
from vsr_client.store.sealing import KEY_BYTES, seal, unseal
from vsr_shared.metrics import Scores
from vsr_shared.weights import Array, Weights, from_bytes, to_bytes

_IN_USE: Final = "heads in use"


@dataclass(frozen=True)
class Head:
    """One personal training and what it came to."""

    id: str
    """32 hexadecimal digits (uuid4)."""
    base: str
    made: datetime
    """Aware, with the person's offset."""
    recordings: int
    """How many it learnt from."""
    before: Scores
    after: Scores
    """Both of recordings judged by what did not hear them."""
    kept: bool
    """Whether the gate let it through."""


class HeadStore:
    """The personal heads in one data folder. Every call reads what is there now: other processes write too."""

    def __init__(self, database: Database) -> None:
        """Look into `database`."""
        self._database = database

    def all(self) -> list[Head]:
        """Return every head, newest first."""
        with self._database.reading() as session:
            rows = session.exec(select(HeadRow.id, HeadRow.base, HeadRow.meta)).all()
            heads = [self._opened(*row) for row in rows]
        return sorted(heads, key=lambda head: (head.made, head.id), reverse=True)

    def get(self, head: str) -> Head:
        """Return one head; UnknownRecording where there is none of that id."""
        with self._database.reading() as session:
            row = session.exec(select(HeadRow.id, HeadRow.base, HeadRow.meta).where(HeadRow.id == head)).first()
            if row is None:
                raise unknown("personal head", head)
            return self._opened(*row)

    def in_use(self, base: str) -> Head | None:
        """Return the head that speaks for `base`, None where the common or the base's own does."""
        with self._database.reading() as session:
            head = self._uses(session).get(base)
        return None if head is None else self.get(head)

    def add(self, head: Head, weights: Weights, *, use: bool = True) -> None:
        """Keep `head` with its `weights` (tail, head and memory, no leading axis), and use it where `use`.

        Where not, none is used for its base from here on.
        """
        key = os.urandom(KEY_BYTES)
        meta = json.dumps(asdict(head), default=datetime.isoformat).encode()
        sealed = seal(key, _purpose(head.id), to_bytes(weights))
        with self._database.writing() as session:
            row = HeadRow(
                id=head.id,
                base=head.base,
                key=self._database.seal_in(HeadRow, "key", head.id, key),
                meta=self._database.seal_in(HeadRow, "meta", head.id, meta),
                weights=sealed,
            )
            session.add(row)
            uses = self._uses(session) | {head.base: head.id}
            if not use:
                del uses[head.base]
            self._database.put_value(session, _IN_USE, uses)

    def use(self, head: str | None) -> None:
        """Let a kept head speak for its base again; None: no personal head speaks for any."""
        found = None if head is None else self.get(head)
        with self._database.writing() as session:
            uses = self._uses(session) | {found.base: found.id} if found else {}
            self._database.put_value(session, _IN_USE, uses)

    def delete(self, head: str) -> None:
        """Destroy a head; where it was in use, none is from here on."""
        with self._database.writing() as session:
            row = session.get(HeadRow, head)
            if row is None:
                raise unknown("personal head", head)
            session.delete(row)
            uses = {base: used for base, used in self._uses(session).items() if used != head}
            self._database.put_value(session, _IN_USE, uses)
        self._database.leave_no_trace()

    def weights(self, head: str) -> dict[str, Array]:
        """Return the weights of a head, as given to `add`."""
        with self._database.reading() as session:
            row = session.get(HeadRow, head)
            if row is None:
                raise unknown("personal head", head)
            key = self._database.open_from(HeadRow, "key", head, row.key)
            return from_bytes(unseal(key, _purpose(head), row.weights))

    def export(self, head: str) -> bytes:
        """Return a head in the safetensors format, in the clear, with what it is in the file's metadata."""
        about = self.get(head)
        arrays = {name: np.ascontiguousarray(array) for name, array in self.weights(head).items()}
        said = {"format": "vsr-head", "base": about.base, "made": about.made.isoformat()}
        said |= {"recordings": str(about.recordings), "before": json.dumps(asdict(about.before))}
        return safetensors_numpy.save(arrays, said | {"after": json.dumps(asdict(about.after))})

    def _uses(self, session: Session) -> dict[str, str]:
        kept: dict[str, str] = self._database.value(session, _IN_USE) or {}
        return kept

    def _opened(self, head: str, base: str, meta: bytes) -> Head:
        fields: dict[str, Any] = json.loads(self._database.open_from(HeadRow, "meta", head, meta))
        scores = {name: Scores(**fields[name]) for name in ("before", "after")}
        return Head(**(fields | scores | {"base": base, "made": datetime.fromisoformat(fields["made"])}))


def _purpose(head: str) -> str:
    return f"the weights of head {head}"
