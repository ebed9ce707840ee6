"""What the running app has in hand: the person, what hears and judges, the background work, the open pages."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Annotated

from fastapi import Depends, Request

from vsr_client.app.events import Events
from vsr_client.app.failures import Locked
from vsr_client.app.judge import Judge
from vsr_client.app.looks import Looks
from vsr_client.person import Person
from vsr_client.recorder.desk import CaptureDesk
from vsr_client.settings import PASSPHRASE
from vsr_client.store.data_key import has_data_key, needs_passphrase
from vsr_client.work.job import Job
from vsr_client.work.kinds import KINDS, function
from vsr_client.work.supervisor import Supervisor
from vsr_shared.errors import LockedStore, StoreError, VsrError


@dataclass(frozen=True)
class Options:
    """What the app was started with."""

    data_dir: Path
    base_path: Path | None = None
    threads: int | None = None
    offline: bool = False


class Runtime:
    """One run of the app. Everything in it may be used from any thread."""

    def __init__(self, options: Options) -> None:
        """Prepare; nothing is opened until `start`."""
        self.options = options
        self.events = Events()
        self.notices: list[str] = []
        self._person = self._new_person(os.environ.get(PASSPHRASE))
        self._opening = Lock()
        self._open = self._closed = False
        self.judge = Judge(lambda: self.person)
        self.supervisor = Supervisor(self._job_changed)
        self.looks = Looks()
        self._desk: CaptureDesk | None = None

    def start(self) -> None:
        """Open what opens without a question and load the base, beside the first requests."""
        Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def close(self) -> None:
        """End streams and background work; what is being recorded stays as unfinished."""
        if self._closed:
            return
        self._closed = True
        self.events.close()
        self.supervisor.close()
        if self._open:
            self._person.close()

    @property
    def desk(self) -> CaptureDesk:
        """What takes the pieces of running captures."""
        store = self.person.recordings
        with self._opening:
            if self._desk is None:
                self._desk = CaptureDesk(store)
            return self._desk

    def reopen(self, passphrase: str | None = None, between: Callable[[], None] = lambda: None) -> None:
        """Close everything, let `between` do to the folder what it will, and open it as at a start.

        What ran in the background ends; what the person wants to run begins again where the data opens. Where
        `between` raises, the same person goes on as before, and it is raised once that is done.
        """
        with self._opening:
            self.supervisor.end_all()
            self._person.close()
            self._open, self._desk, self.looks = False, None, Looks()
            failure: Exception | None = None
            try:
                between()
                self._person = self._new_person(passphrase)
            except Exception as error:
                failure = error
            self.judge.refresh()
        if self.unlocked():
            self._opened()
        self.events.publish("recordings", {"id": "", "change": "all"})
        if failure is not None:
            raise failure

    def changed(self, recording: str, how: str) -> None:
        """Tell every open page that a recording was `added`, `changed` or `deleted`."""
        self.events.publish("recordings", {"id": recording, "change": how})

    @property
    def person(self) -> Person:
        """The person whose data is open; Locked where it is not."""
        if not self.unlocked():
            raise Locked("your data is locked; enter your passphrase first")
        return self._person

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever kept here."""
        return not has_data_key(self.options.data_dir)

    @property
    def needs_passphrase(self) -> bool:
        """Whether a passphrase locks the data, or would have to be chosen."""
        try:
            return needs_passphrase(self.options.data_dir)
        except StoreError:
            return not self.unlocked()

    def unlocked(self) -> bool:
        """Say whether the data is open; opens it where no question has to be asked."""
        with self._opening:
            if not self._open:
                try:
                    _reach(self._person)
                    self._open = True
                except LockedStore:
                    # A passphrase that was wrong once is not tried again at every request: each try takes its time.
                    self._person = self._new_person(None)
                    return False
            return True

    def unlock(self, passphrase: str, create: bool) -> None:
        """Open the data with `passphrase`, or make the key where there is none and `create`; LockedStore if wrong."""
        if self.is_new and not create:
            raise LockedStore("there is no data here yet; choose a passphrase to begin")
        if not passphrase:
            raise LockedStore("the passphrase is empty; enter yours")
        with self._opening:
            if self._open:
                return
            person = self._new_person(passphrase)
            _reach(person)
            self._person, self._open = person, True
        self._opened()

    def _new_person(self, passphrase: str | None) -> Person:
        options = self.options

        def ask(_: str) -> str | None:
            return passphrase

        return Person(options.data_dir, options.base_path, options.threads, options.offline, self.notices.append, ask)

    def _warm_up(self) -> None:
        try:
            if self.unlocked():
                self._opened()
            else:
                _ = self._person.base
        except VsrError as error:
            self.notices.append(str(error))

    def _opened(self) -> None:
        """Begin what the person wants to run, and load what the first prediction needs."""
        for kind, what in KINDS.items():
            if what.wanted and function(what.wanted)(self.person):
                self.supervisor.start(kind, self.person)
        self.judge.load()

    def _job_changed(self, job: Job) -> None:
        if job.state == "done" or job.kind == "together":  # a round may have brought a common model
            self.judge.refresh()
        self.events.publish("job", job.to_json())


def _reach(person: Person) -> None:
    """Open everything that lies under the key, so that whatever is wrong shows at once."""
    _ = person.key
    _ = person.vault


def _runtime(request: Request) -> Runtime:
    found: Runtime = request.app.state.runtime
    return found


Here = Annotated[Runtime, Depends(_runtime)]
