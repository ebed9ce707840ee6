"""The recordings' metadata in memory: unsealed once, and brought up to what other processes write."""

from dataclasses import dataclass

from sqlmodel import select

from vsr_client.store import kept_recording
from vsr_client.store.database import Database
from vsr_client.store.kept_recording import KeptRecording
from vsr_client.store.schema import RecordingRow


@dataclass(frozen=True)
class Known:
    """A recording beside the sealed bytes it came from."""

    sealed: bytes
    recording: KeptRecording
    sound: bytes
    """Hash of its sound, b"" where unknown."""


class RecordingMemory:
    """What this process knows of the recordings; its owner lets in one thread at a time."""

    def __init__(self, database: Database) -> None:
        """Know nothing yet."""
        self._database = database
        self._known: dict[str, Known] = {}
        self._ordered: list[KeptRecording] | None = None
        self._seen = (b"", -1)
        self._version = 0

    def get(self, recording: str) -> Known | None:
        """Return one recording, None where there is none."""
        self._refresh()
        return self._known.get(recording)

    def newest_first(self) -> list[KeptRecording]:
        """Return all recordings, newest first."""
        self._refresh()
        if self._ordered is None:
            found = (known.recording for known in self._known.values())
            self._ordered = sorted(found, key=lambda one: (one.recorded, one.id), reverse=True)
        return list(self._ordered)

    def version(self) -> int:
        """Return a number that grows with every change."""
        self._refresh()
        return self._version

    def learn(self, recording: str, known: Known | None) -> None:
        """Take over what this process just wrote; None for what it deleted."""
        if known is None:
            self._known.pop(recording, None)
        else:
            self._known[recording] = known
        self._ordered = None
        self._version += 1

    def _refresh(self) -> None:
        seen = (self._database.key, self._database.others())
        if seen == self._seen:
            return
        with self._database.reading() as session:
            rows = session.exec(select(RecordingRow.id, RecordingRow.meta)).all()
            now = {name: self._still(name, meta) or self._opened(name, meta) for name, meta in rows}
        if now != self._known:
            self._version += 1
            self._known, self._ordered = now, None
        self._seen = seen

    def _still(self, recording: str, meta: bytes) -> Known | None:
        known = self._known.get(recording)
        return known if known and known.sealed == meta else None

    def _opened(self, recording: str, meta: bytes) -> Known:
        plain = self._database.open_from(RecordingRow, "meta", recording, meta)
        return Known(meta, *kept_recording.from_bytes(plain))
