"""The tables of the store. Nothing in a row says anything without the data key but ids and names of base models.

A row's sealed columns are bound to table, column and id, so that none can be moved to another place. What is large is
sealed under a key of its own that lies sealed in the row: with the row goes the key, and a new data key only has to
seal the small columns anew.
"""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

REVISIONS = ("1", "2")
"""Schemas this VSR knows, the newest last; each a file in `migrations/versions`."""


class _Table(SQLModel):
    """A table of this store; other rooms have metadata of their own."""

    metadata = MetaData()
    sealed_columns: ClassVar[tuple[str, ...]] = ()
    """Columns sealed directly under the data key."""


class RecordingRow(_Table, table=True):
    """One recording; its audio lies in a file beside the database."""

    __tablename__ = "recording"
    sealed_columns = ("key", "meta")
    id: str = Field(primary_key=True)
    fingerprint: str | None = Field(default=None, index=True)
    """Keyed hash of the sound, by which it is known again."""
    key: bytes
    meta: bytes


class HeardRow(_Table, table=True):
    """What the trunk of one base heard in a recording, sealed under the recording's key."""

    __tablename__ = "heard"
    recording: str = Field(primary_key=True)
    base: str = Field(primary_key=True)
    sealed: bytes


class CaptureRow(_Table, table=True):
    """A recording that is being made or that nobody finished."""

    __tablename__ = "capture"
    sealed_columns = ("key", "meta")
    id: str = Field(primary_key=True)
    key: bytes
    meta: bytes


class HeadRow(_Table, table=True):
    """One personal tail and head; the weights are sealed under the row's key."""

    __tablename__ = "head"
    sealed_columns = ("key", "meta")
    id: str = Field(primary_key=True)
    base: str = Field(index=True)
    key: bytes
    meta: bytes
    weights: bytes


class EntryRow(_Table, table=True):
    """One entry of the log of participation."""

    __tablename__ = "entry"
    sealed_columns = ("sealed",)
    id: int | None = Field(default=None, primary_key=True)
    sealed: bytes


class ValueRow(_Table, table=True):
    """One named value: preferences, which heads are in use, proof of the data key."""

    __tablename__ = "value"
    sealed_columns = ("sealed",)
    id: str = Field(primary_key=True)
    sealed: bytes


METADATA = _Table.metadata
SEALED_TABLES: tuple[type[RecordingRow | CaptureRow | HeadRow | EntryRow | ValueRow], ...] = (
    RecordingRow,
    CaptureRow,
    HeadRow,
    EntryRow,
    ValueRow,
)
"""Tables with columns under the data key."""


def purpose(table: type[_Table], column: str, row: str | int) -> str:
    """Return what a sealed column is bound to."""
    return f"{table.__tablename__} {row} ({column})"
