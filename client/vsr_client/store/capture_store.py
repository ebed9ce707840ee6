"""Which captures run, which nobody finished, and their sound."""

import io
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import RLock

from sqlmodel import Session, select

from vsr_client.store import captures
from vsr_client.store.audio_folder import AudioFolder
from vsr_client.store.captures import CaptureStart, CaptureWriter, UnfinishedCapture, capture_purpose
from vsr_client.store.chunk_seal import HEADER_BYTES
from vsr_client.store.database import Database, disk_is_full
from vsr_client.store.files import fresh, reporting, sync_folder
from vsr_client.store.schema import CaptureRow
from vsr_client.store.sealed_audio import opened
from vsr_client.store.sealing import KEY_BYTES
from vsr_shared.errors import StoreError, UnknownRecording, UsageError


class CaptureStore:
    """The captures of one data folder."""

    def __init__(self, database: Database) -> None:
        """Look into the folder of `database`."""
        self._database = database
        self._audio = AudioFolder(database.folder)
        self._lock = RLock()
        self._running: dict[str, CaptureWriter] = {}

    def begin_capture(self, start: CaptureStart) -> CaptureWriter:
        """Begin a recording from the microphone; from here on it survives a crash as an unfinished one.

        UsageError where the id is not one or is taken.
        """
        path, key = self._audio.capture(start.id), os.urandom(KEY_BYTES)
        with self._lock, reporting(self._audio.folder):
            if path.exists():
                raise UsageError("there is a recording of this id already; choose another")
            file = fresh(path)
            try:
                with self._database.writing() as session:
                    sealed_key = self._database.seal_in(CaptureRow, "key", start.id, key)
                    meta = self._database.seal_in(CaptureRow, "meta", start.id, captures.to_bytes(start))
                    session.add(CaptureRow(id=start.id, key=sealed_key, meta=meta))
                sync_folder(self._audio.folder)
                writer = CaptureWriter(start, file, key, lambda: self._ended(start.id))
            except BaseException:
                file.close()
                path.unlink(missing_ok=True)
                raise
            self._running[start.id] = writer
        return writer

    def running(self, capture: str) -> CaptureWriter:
        """Return a capture that is recorded in this process; UnknownRecording where there is none of that id."""
        with self._lock:
            if capture not in self._running:
                raise unknown("running recording", capture)
            return self._running[capture]

    def unfinished(self) -> list[UnfinishedCapture]:
        """Return the captures that nobody here writes to and that have sound, oldest first.

        At the start these are what a crash left. One that was closed and is not kept yet is among them too.
        """
        with self._database.reading() as session:
            rows = session.exec(select(CaptureRow)).all()
            found = [self._unfinished(row) for row in rows if row.id not in self._running]
        return sorted((one for one in found if one.seconds), key=lambda one: one.start.recorded)

    def capture_audio(self, capture: str) -> io.BufferedReader:
        """Return a capture that does not run as a WAV, up to what was written; the caller closes it."""
        start, key = self._opened_capture(capture)
        front = captures.wav_header(start.capture, self._captured(capture, key))
        with reporting(self._audio.folder):
            file = self._audio.capture(capture).open("rb")
            return opened(file, key, capture_purpose(capture), front=front, unfinished=True)

    def discard_capture(self, capture: str) -> None:
        """Destroy a capture's key, then its sound; one that runs is ended first."""
        if writer := self._running.get(capture):
            with suppress(OSError):
                writer.close()

        def take_away(session: Session) -> None:
            session.delete(self._capture_row(session, capture))

        self._take_away(take_away, self._audio.capture(capture))

    def close(self) -> None:
        """End what is being recorded: it stays as unfinished."""
        for writer in list(self._running.values()):
            writer.close()

    def _take_away(self, change: Callable[[Session], None], path: Path) -> None:
        """Make a change that destroys a key, then take away the file that it opened."""
        try:
            with self._database.writing() as session:
                change(session)
        except StoreError as error:
            if not disk_is_full(error):
                raise
            # Deleting must work where it is needed most. The file makes the room that the change needs.
            with suppress(OSError):
                path.unlink(missing_ok=True)
            with self._database.sparing_room(), self._database.writing() as session:
                change(session)
        try:
            self._database.leave_no_trace()
        except StoreError as error:
            if not disk_is_full(error):  # then the log is emptied at the next change for which there is room
                raise
        # What cannot be opened any more may stay where the system holds on to it; a later start takes it away.
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def _capture_row(self, session: Session, capture: str) -> CaptureRow:
        row = session.get(CaptureRow, capture)
        if row is None:
            raise unknown("unfinished recording", capture)
        return row

    def _opened_capture(self, capture: str) -> tuple[CaptureStart, bytes]:
        with self._database.reading() as session:
            return self._opened_row(self._capture_row(session, capture))

    def _opened_row(self, row: CaptureRow) -> tuple[CaptureStart, bytes]:
        key, meta = (
            self._database.open_from(CaptureRow, column, row.id, sealed)
            for column, sealed in (("key", row.key), ("meta", row.meta))
        )
        return captures.from_bytes(meta), key

    def _unfinished(self, row: CaptureRow) -> UnfinishedCapture:
        start, key = self._opened_row(row)
        return UnfinishedCapture(start, captures.seconds_of(start, self._captured(row.id, key)))

    def _captured(self, capture: str, key: bytes) -> int:
        """Return how many bytes of samples a capture has; 0 where not even its beginning reached the disk."""
        path = self._audio.capture(capture)
        with reporting(self._audio.folder):
            if not path.exists() or path.stat().st_size < HEADER_BYTES:
                return 0
            with opened(path.open("rb"), key, capture_purpose(capture), unfinished=True) as samples:
                return samples.seek(0, io.SEEK_END)

    def _ended(self, capture: str) -> None:
        with self._lock:
            self._running.pop(capture, None)


def unknown(kind: str, name: str) -> UnknownRecording:
    """Return the error for an id that nothing has."""
    return UnknownRecording(f"there is no {kind} {name} here; it was deleted, or never was: see `vsr history`")
