"""Rounds until the plan is fulfilled: when the next is due, with whom, and what to do where it comes to nothing."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import httpx

from vsr_server.coordination.chronicle import Chronicle
from vsr_server.coordination.cohort import Cohort, NoCohort, wait_for_cohort
from vsr_server.coordination.hand_out import hand_out
from vsr_server.coordination.one_time_keys import OneTimeKeys, Seat
from vsr_server.coordination.operator_wishes import OperatorWishes
from vsr_server.coordination.outcome import RoundOutcome, RoundWithoutResult
from vsr_server.coordination.plan import Plan
from vsr_server.coordination.round_events import RoundDone, RoundFailed, RoundLost, SumKnown
from vsr_server.coordination.rounds import run_round
from vsr_server.coordination.schedule import next_start
from vsr_server.coordination.secure_rounds import secure_round
from vsr_server.coordination.server_events import (
    CheckpointWritten,
    NextRound,
    NoRoundYet,
    Paused,
    Tell,
    Unpaused,
    VersionRejected,
    VersionTakenUp,
)
from vsr_server.coordination.standing import Settled, Standing
from vsr_server.database import Database
from vsr_server.enrolment.machines import identities
from vsr_server.flower.machines import Machines, ServerStopped
from vsr_shared.errors import FederationError

FAILED_ROUNDS_IN_A_ROW: Final = 3
_LOOK_SECONDS: Final = 0.5
_PATIENT_SECONDS: Final = 60.0
"""From the start of the last of several failed rounds to that of the next, where there is no schedule."""


class Coordinator:
    """One federation's rounds, over every start of the SuperLink."""

    def __init__(
        self,
        plan: Plan,
        standing: Standing,
        database: Database,
        chronicle: Chronicle,
        tell: Tell,
        stopped: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self._standing = standing
        self._database = database
        self._wishes = OperatorWishes(database)
        self._chronicle = chronicle
        self._tell = tell
        self._stopped = stopped
        self._keys = OneTimeKeys(standing.progress.federation)
        self._due = next_start(chronicle.last_start, plan.every, datetime.now(UTC))
        self._failed = 0
        self._handed_out = 0

    @property
    def finished(self) -> bool:
        """Whether the plan is fulfilled, or the operator ends the server."""
        return self._stopped() or self.completed >= (self._plan.rounds or float("inf"))

    @property
    def completed(self) -> int:
        """Rounds completed so far."""
        return self._standing.progress.completed

    def run(self, machines: Machines) -> None:
        """Run rounds with `machines` until the plan is fulfilled or the operator ends the server.

        A plan with an end and no schedule ends with FederationError where no cohort comes, or rounds keep failing;
        otherwise these are noted and tried again at the next time. Raises httpx.HTTPError where the SuperLink goes
        away.
        """
        try:
            while not self.finished:
                if self._wait_until_due(machines):
                    self._attempt(machines)
            if not self._stopped():
                self._hand_out(machines)
        except ServerStopped:
            return

    def _wait_until_due(self, machines: Machines) -> bool:
        """Wait for the time of the next round, and for the operator; say whether there is to be one."""
        if self._due > datetime.now(UTC):
            self._hand_out(machines)
            self._tell(NextRound(self._due.isoformat(timespec="seconds")))
        if self._plan.every is not None:
            self._wishes.show_schedule(self._plan.every, self._due)
        paused = False
        while not self._stopped():
            if self._wishes.paused != paused:
                paused = not paused
                self._tell(Paused() if paused else Unpaused())
            if self._take_up_current():
                self._hand_out(machines)
            if not paused and self._due <= datetime.now(UTC):
                return True
            # Nobody is asked anything now; a SuperLink that died is missed by this look alone.
            machines.online()
            time.sleep(_LOOK_SECONDS)
        return False

    def _take_up_current(self) -> bool:
        """Go on from what the operator promoted or rolled back; say whether there was such a thing."""
        if not self._standing.take_up_current():
            return False
        self._tell(VersionTakenUp(self._standing.version))
        return True

    def _attempt(self, machines: Machines) -> None:
        began = datetime.now(UTC)
        try:
            cohort = wait_for_cohort(machines, self._plan, partial(self._seats, machines), self._tell, self._held_back)
            if cohort is not None:
                began = datetime.now(UTC)
                self._round(machines, cohort)
                self._failed = 0
                self._wait_for_the_next(began)
        except NoCohort as error:
            if not self._patient:
                raise
            self._tell(NoRoundYet(str(error)))
            self._wait_for_the_next(began)
        except RoundWithoutResult as error:
            self._failed += 1
            self._tell(RoundFailed(self._standing.progress.opened, str(error)))
            if self._failed >= FAILED_ROUNDS_IN_A_ROW:
                if not self._patient:
                    raise FederationError(f"{self._failed} rounds in a row brought nothing: {error}") from error
                self._failed = 0
                self._wait_for_the_next(began, _PATIENT_SECONDS)

    @property
    def _patient(self) -> bool:
        """Whether there is a next time to try at, whatever happens."""
        return self._plan.every is not None or self._plan.rounds is None

    def _wait_for_the_next(self, began: datetime, at_least: float = 0.0) -> None:
        self._due = began + timedelta(seconds=max(self._plan.every or 0.0, at_least))

    def _held_back(self) -> bool:
        return self._stopped() or self._wishes.paused

    def _seats(self, machines: Machines, nodes: list[int]) -> list[Seat]:
        return self._keys.seats(machines, nodes, identities(self._database), self._tell)

    def _round(self, machines: Machines, cohort: Cohort) -> None:
        started = time.monotonic()
        # The cohort may have been waited for for hours, in which the operator may have rolled back.
        self._take_up_current()
        self._standing.open_round(self._chronicle.newest_round)
        number = self._standing.progress.opened
        try:
            outcome = self._ask(machines, cohort)
        except (ServerStopped, SystemExit, KeyboardInterrupt):
            self._tell(RoundLost(number, "the server was stopped"))
            raise
        except httpx.HTTPError as error:
            self._tell(RoundLost(number, f"Flower's SuperLink went away ({type(error).__name__})"))
            raise
        self._tell(SumKnown(number))
        self._tell_done(number, outcome, self._standing.settle(outcome), time.monotonic() - started)

    def _ask(self, machines: Machines, cohort: Cohort) -> RoundOutcome:
        offer = self._standing.offer(self._plan)
        if self._plan.secure is None:
            return run_round(machines, cohort.nodes, offer, self._plan, self._tell)
        return secure_round(machines, cohort.seats, offer, self._plan, self._plan.secure, self._tell)

    def _tell_done(self, number: int, outcome: RoundOutcome, settled: Settled, seconds: float) -> None:
        mean, progress = outcome.mean, self._standing.progress
        self._tell(
            RoundDone(
                number,
                progress.completed,
                self._plan.rounds,
                outcome.machines,
                mean.clips,
                mean.metrics,
                round(seconds, 3),
                outcome.groups,
                settled.version,
                settled.reason,
            )
        )
        if not settled.promoted:
            self._tell(VersionRejected(settled.version, settled.reason))
        self._tell(CheckpointWritten(progress.completed, progress.state_file))

    def _hand_out(self, machines: Machines) -> None:
        """Give the newest common model to everybody who is connected, once a version."""
        if self._standing.progress.opened and self._standing.version != self._handed_out:
            hand_out(machines, self._standing.model(), self._tell)
            self._handed_out = self._standing.version
