"""The server: a SuperLink, a coordinator, and rounds until the plan is fulfilled, whatever dies in between."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from vsr_server import flower_internals as flower
from vsr_server.certificates import CertificateFiles, make_certificates
from vsr_server.checkpoint import Checkpoints, Progress
from vsr_server.coordinator_task import coordinator_task
from vsr_server.durable_file import write_durably
from vsr_server.nodes import enrolled, tell_superlink
from vsr_server.rounds import Plan, RoundWithoutResult, Tell, hand_out, run_round, wait_for_cohort
from vsr_server.server_events import (
    CheckpointWritten,
    Finished,
    Resumed,
    RoundDone,
    RoundFailed,
    ServerUp,
    SuperLinkRestarted,
)
from vsr_server.server_folder import ServerFolder
from vsr_server.superlink import SuperLink, free_port
from vsr_shared.errors import FederationError
from vsr_shared.federation.events import Event
from vsr_shared.federation.messages import CommonModel, RoundOffer
from vsr_shared.learning.fed_avg import FederatedAlgorithm, ServerState, fed_avg
from vsr_shared.weights import Layout, Weights, digest, to_bytes

FAILED_ROUNDS_IN_A_ROW: Final = 3
SUPERLINK_RESTARTS: Final = 5


def serve(
    data_dir: Path,
    base_id: str,
    initial: Weights,
    plan: Plan,
    *,
    port: int = 0,
    algorithm: FederatedAlgorithm | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    stop: threading.Event | None = None,
) -> Weights:
    """Run rounds until `plan.rounds` are completed and return the common weights.

    `initial` are the shared weights of the base `base_id`; they matter only where `data_dir` holds no
    checkpoint. Port 0 takes a free one, told in the event `ServerUp`. Setting `stop` ends after the round at hand.
    Raises FederationError where the cohort does not come, rounds keep failing, or the folder cannot be used.
    """
    flower.check_flower()
    flower.keep_loopback_direct()
    flower.look_often()
    folder = ServerFolder(data_dir)
    stopped = (stop or threading.Event()).is_set
    with folder.held():
        tell = folder.recorded(on_event)
        certificates = make_certificates(folder.certificates, datetime.now(UTC))
        rounds = _Rounds(folder, plan, algorithm or fed_avg(), tell, stopped)
        rounds.resume(base_id, initial)
        port, restarts = port or free_port(), 0
        while not rounds.finished:
            try:
                _serve_once(folder, certificates, port, rounds, tell)
            except httpx.HTTPError as error:
                restarts += 1
                if restarts > SUPERLINK_RESTARTS:
                    raise FederationError(f"Flower's SuperLink keeps going away ({error})") from error
                tell(SuperLinkRestarted(f"{type(error).__name__}: {error}"))
        return rounds.publish()


def _serve_once(folder: ServerFolder, certificates: CertificateFiles, port: int, rounds: "_Rounds", tell: Tell) -> None:
    link = SuperLink(folder.flower, certificates, port)
    try:
        tell_superlink(enrolled(folder.nodes), link.address, link.authority)
        with folder.announced(link.address), coordinator_task(link) as grid:
            tell(ServerUp(link.address, str(certificates.authority)))
            rounds.run(grid)
    finally:
        link.stop()


class _Rounds:
    """The federation's progress through its plan, over every start of the SuperLink."""

    def __init__(
        self,
        folder: ServerFolder,
        plan: Plan,
        algorithm: FederatedAlgorithm,
        tell: Tell,
        stopped: Callable[[], bool],
    ) -> None:
        self._folder = folder
        self._checkpoints = Checkpoints(folder.checkpoints)
        self._plan = plan
        self._algorithm = algorithm
        self._tell = tell
        self._stopped = stopped
        self._progress: Progress
        self._state: ServerState

    @property
    def finished(self) -> bool:
        return self._stopped() or self._progress.completed >= self._plan.rounds

    def resume(self, base_id: str, initial: Weights) -> None:
        """Load the checkpoint, or begin with `initial` where there is none."""
        found = self._checkpoints.progress()
        if found is None:
            self._state = self._algorithm.init(initial)
            self._progress = self._checkpoints.begin(base_id, self._state)
            return
        self._progress, self._state = found, self._checkpoints.load_state(found)
        if found.base != base_id or Layout.of(self._state.weights) != Layout.of(initial):
            raise FederationError(
                f"{self._folder.root} holds a federation on base {found.base}, not {base_id}; "
                "give that base, or another --data-dir"
            )
        if found.opened:
            self._tell(Resumed(found.completed, self._plan.rounds))

    def run(self, grid: flower.HttpGrid) -> None:
        """Run rounds on `grid` until the plan is fulfilled or the operator stops."""
        failed = 0
        while not self.finished:
            nodes = wait_for_cohort(grid, self._plan, self._tell, self._stopped)
            if not nodes:
                return
            try:
                self._one(grid, nodes)
                failed = 0
            except RoundWithoutResult as error:
                failed += 1
                self._tell(RoundFailed(self._progress.opened, str(error)))
                if failed >= FAILED_ROUNDS_IN_A_ROW:
                    raise FederationError(f"{failed} rounds in a row brought nothing: {error}") from error
        hand_out(grid, self._model(), self._tell)

    def publish(self) -> Weights:
        """Write the common model and return its weights."""
        try:
            write_durably(self._folder.model, to_bytes(self._state.weights))
        except OSError as error:
            raise FederationError(f"cannot write {self._folder.model} ({error.strerror})") from error
        self._tell(Finished(self._progress.completed, str(self._folder.model)))
        return self._state.weights

    def _model(self) -> CommonModel:
        weights = self._state.weights
        return CommonModel(
            self._progress.federation, self._progress.opened, self._progress.base, digest(weights), weights
        )

    def _one(self, grid: flower.HttpGrid, nodes: list[int]) -> None:
        started = time.monotonic()
        self._progress = self._checkpoints.open_round(self._progress)
        offer = RoundOffer(
            **vars(self._model()),
            local=self._plan.local,
            minimum_cohort=self._plan.minimum_cohort,
            metrics=self._plan.metrics,
        )
        mean, machines = run_round(grid, nodes, offer, self._plan, self._tell)
        self._state, _ = self._algorithm.apply(self._state, mean.delta)
        self._progress = self._checkpoints.close_round(self._progress, self._state)
        done, seconds = self._progress.completed, round(time.monotonic() - started, 3)
        self._tell(RoundDone(offer.round, done, self._plan.rounds, machines, mean.clips, mean.metrics, seconds))
        self._tell(CheckpointWritten(done, str(self._folder.checkpoints / self._progress.state_file)))
