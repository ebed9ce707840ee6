"""The person's recordings at rest: metadata in sealed rows, audio in sealed files, captures that survive a crash."""

import io
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO, Final

from sqlmodel import Session, col, delete, select

from vsr_client.store import heard, kept_recording
from vsr_client.store.capture_store import CaptureStore, unknown
from vsr_client.store.captures import CaptureStart, CaptureWriter, UnfinishedCapture
from vsr_client.store.database import Database
from vsr_client.store.heard import HeardRecording
from vsr_client.store.kept_recording import Capture, KeptRecording, Levels, Said, Source
from vsr_client.store.recording_memory import Known, RecordingMemory
from vsr_client.store.schema import CaptureRow, HeardRow, RecordingRow
from vsr_client.store.sealing import KEY_BYTES, fingerprint, seal, unseal
from vsr_shared.errors import UsageError

__all__ = [
    "Capture",
    "CaptureStart",
    "CaptureWriter",
    "HeardRecording",
    "KeptRecording",
    "Levels",
    "RecordingStore",
    "Said",
    "Source",
    "UnfinishedCapture",
]

_FIXED: Final = {"id", "recorded", "source", "capture", "has_audio"}


class RecordingStore(CaptureStore):
    """The recordings in one data folder. Safe for several threads; other processes' changes are noticed."""

    def __init__(self, database: Database) -> None:
        """Open the recordings of `database` and take away what a crash left over."""
        super().__init__(database)
        self._memory = RecordingMemory(database)
        self._take_away_leftovers()

    @property
    def version(self) -> int:
        """A number that grows whenever a recording changed, by whichever process."""
        with self._lock:
            return self._memory.version()

    def all(self) -> list[KeptRecording]:
        """Return every recording, newest first."""
        with self._lock:
            return self._memory.newest_first()

    def get(self, recording: str) -> KeptRecording:
        """Return one recording; UnknownRecording where there is none of that id."""
        return self._of(recording).recording

    def sound(self, recording: str) -> bytes:
        """Return the hash of a recording's sound, b"" where it was not heard yet."""
        return self._of(recording).sound

    def find(self, sound: bytes) -> KeptRecording | None:
        """Return the recording whose sound has the hash `sound`, as given to `add`; None where there is none."""
        name = fingerprint(self._database.key, sound)
        with self._database.reading() as session:
            found = session.exec(select(RecordingRow.id).where(RecordingRow.fingerprint == name)).first()
        return None if found is None else self.get(found)

    def add(self, recording: KeptRecording, audio: BinaryIO | Iterable[bytes], sound: bytes = b"") -> None:
        """Keep `recording` with its `audio`, whole or not at all; `sound` is a hash by which to `find` it again.

        UsageError where the id is not one or is taken.
        """
        self._add(recording, audio, sound, capture=False)

    def keep_capture(self, recording: KeptRecording, sound: bytes = b"") -> None:
        """Make the capture of the same id, which does not run any more, a recording; whole or not at all."""
        with self.capture_audio(recording.id) as wav:
            self._add(recording, wav, sound, capture=True)
        with suppress(OSError):
            self._audio.capture(recording.id).unlink(missing_ok=True)

    def change(self, recording: str, sound: bytes | None = None, **fields: Any) -> KeptRecording:
        """Give fields of a recording, and the hash of its `sound`, new values, all at once, and return it.

        UsageError for what is fixed.
        """
        if wrong := set(fields) & _FIXED:
            raise UsageError(f"{', '.join(sorted(wrong))} of a recording cannot be changed")
        with self._lock:
            with self._database.writing() as session:
                row = self._row(session, recording)
                old, known_sound = self._opened_meta(row)
                new = replace(old, **fields)
                if sound is not None:
                    known_sound, row.fingerprint = sound, fingerprint(self._database.key, sound)
                row.meta = self._sealed_meta(new, known_sound)
                session.add(row)
                known = Known(row.meta, new, known_sound)
            self._memory.learn(recording, known)
        return new

    def delete(self, recording: str) -> None:
        """Destroy a recording's key with everything about it, then its audio."""

        def change(session: Session) -> None:
            session.delete(self._row(session, recording))
            session.exec(delete(HeardRow).where(col(HeardRow.recording) == recording))

        with self._lock:
            self._take_away(change, self._audio.sealed(recording))
            self._memory.learn(recording, None)

    def audio(self, recording: str) -> io.BufferedReader:
        """Return the audio as it was given, seekable, unsealed as it is read; the caller closes it.

        UnknownRecording where there is no such recording, or only what was heard of it.
        """
        if not self.get(recording).has_audio:
            raise unknown("sound of recording", recording)
        return self._audio.open(recording, self._key(recording))

    def drop_audio(self, recording: str) -> KeptRecording:
        """Destroy the audio of a recording and keep what was heard in it."""
        key = os.urandom(KEY_BYTES)
        with self._lock:
            with self._database.writing() as session:
                row = self._row(session, recording)
                old_key = self._row_key(session, recording)
                for one in session.exec(select(HeardRow).where(HeardRow.recording == recording)).all():
                    place = _heard_purpose(recording, one.base)
                    one.sealed = seal(key, place, unseal(old_key, place, one.sealed))
                    session.add(one)
                old, sound = self._opened_meta(row)
                new = replace(old, has_audio=False)
                row.key = self._database.seal_in(RecordingRow, "key", recording, key)
                row.meta = self._sealed_meta(new, sound)
                session.add(row)
                known = Known(row.meta, new, sound)
            self._memory.learn(recording, known)
        self._database.leave_no_trace()
        with suppress(OSError):
            self._audio.sealed(recording).unlink(missing_ok=True)
        return new

    def put_heard(self, recording: str, base: str, what: HeardRecording) -> None:
        """Keep what `base` heard in a recording, in place of what it or another base heard before."""
        with self._database.writing() as session:
            sealed = seal(self._row_key(session, recording), _heard_purpose(recording, base), heard.to_bytes(what))
            session.exec(delete(HeardRow).where(col(HeardRow.recording) == recording))
            session.add(HeardRow(recording=recording, base=base, sealed=sealed))

    def heard(self, recording: str, base: str) -> HeardRecording | None:
        """Return what `base` heard in a recording, None where it did not hear it yet."""
        with self._database.reading() as session:
            key, row = self._row_key(session, recording), session.get(HeardRow, (recording, base))
        return None if row is None else heard.from_bytes(unseal(key, _heard_purpose(recording, base), row.sealed))

    def heard_by(self, base: str) -> set[str]:
        """Return the ids of all recordings that `base` heard."""
        with self._database.reading() as session:
            return set(session.exec(select(HeardRow.recording).where(HeardRow.base == base)).all())

    def _add(self, recording: KeptRecording, audio: BinaryIO | Iterable[bytes], sound: bytes, *, capture: bool) -> None:
        key, partial = os.urandom(KEY_BYTES), self._audio.partial(recording.id)
        try:
            self._audio.write(partial, audio, key, recording.id)
            with self._lock:
                with self._database.writing() as session:
                    if session.get(RecordingRow, recording.id) is not None:
                        raise UsageError(f"there is a recording {recording.id} already; choose another id")
                    if capture:
                        session.delete(self._capture_row(session, recording.id))
                    row = RecordingRow(
                        id=recording.id,
                        fingerprint=fingerprint(self._database.key, sound) if sound else None,
                        key=self._database.seal_in(RecordingRow, "key", recording.id, key),
                        meta=self._sealed_meta(recording, sound),
                    )
                    known = Known(row.meta, recording, sound)
                    session.add(row)
                    session.flush()
                    # While this change is being written nobody takes the file for a leftover.
                    self._audio.publish(partial, recording.id)
                self._memory.learn(recording.id, known)
        finally:
            partial.unlink(missing_ok=True)

    def _take_away_leftovers(self) -> None:
        with self._database.reading() as session:
            leftovers = self._audio.leftovers(*_ids(session))
        if leftovers:
            with self._database.writing() as session:
                for path in self._audio.leftovers(*_ids(session)):
                    with suppress(OSError):
                        path.unlink()

    def _of(self, recording: str) -> Known:
        with self._lock:
            known = self._memory.get(recording)
        if known is None:
            raise unknown("recording", recording)
        return known

    def _row(self, session: Session, recording: str) -> RecordingRow:
        row = session.get(RecordingRow, recording)
        if row is None:
            raise unknown("recording", recording)
        return row

    def _row_key(self, session: Session, recording: str) -> bytes:
        return self._database.open_from(RecordingRow, "key", recording, self._row(session, recording).key)

    def _key(self, recording: str) -> bytes:
        with self._database.reading() as session:
            return self._row_key(session, recording)

    def _opened_meta(self, row: RecordingRow) -> tuple[KeptRecording, bytes]:
        return kept_recording.from_bytes(self._database.open_from(RecordingRow, "meta", row.id, row.meta))

    def _sealed_meta(self, recording: KeptRecording, sound: bytes) -> bytes:
        return self._database.seal_in(RecordingRow, "meta", recording.id, kept_recording.to_bytes(recording, sound))


def _heard_purpose(recording: str, base: str) -> str:
    return f"what {base} heard in recording {recording}"


def _ids(session: Session) -> tuple[set[str], set[str]]:
    return set(session.exec(select(RecordingRow.id)).all()), set(session.exec(select(CaptureRow.id)).all())
