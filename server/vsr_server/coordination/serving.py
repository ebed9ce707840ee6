"""The server: a SuperLink, a coordinator, and rounds until the plan is fulfilled, whatever dies in between.

The SuperLink is the server's own child, started again where it dies, or one that runs elsewhere, and then waited for.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from vsr_server.audit import audit
from vsr_server.coordination.checkpoint import Checkpoints
from vsr_server.coordination.chronicle import Chronicle
from vsr_server.coordination.coordinator import Coordinator
from vsr_server.coordination.plan import Plan
from vsr_server.coordination.promotion import Promotion
from vsr_server.coordination.resumption import resume
from vsr_server.coordination.round_events import AnswerLate, RoundDone
from vsr_server.coordination.server_events import Finished, ServerUp, SuperLinkRestarted, Tell
from vsr_server.coordination.standing import Standing
from vsr_server.database import Database, database_url, open_database
from vsr_server.durable_file import write_durably
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.machines import machines as enrolled
from vsr_server.enrolment.nodes import tell_superlink
from vsr_server.flower import flower_internals as flower
from vsr_server.flower.coordinator_task import coordinator_task
from vsr_server.flower.link import Link
from vsr_server.flower.machines import Machines
from vsr_server.flower.superlink import SuperLink, free_port
from vsr_server.registry.registry import Registry
from vsr_server.registry.release_key import release_key
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import FederationError
from vsr_shared.federation.events import Event
from vsr_shared.learning.fed_avg import FederatedAlgorithm, fed_avg
from vsr_shared.weights import Weights, to_bytes

SUPERLINK_RESTARTS: Final = 5
"""How often in a row the SuperLink may go away, without a round or ten minutes in between."""
_FINE_SECONDS: Final = 600.0
_LONGEST_PAUSE_SECONDS: Final = 30.0


def serve(
    data_dir: Path,
    base_id: str,
    initial: Weights,
    plan: Plan,
    *,
    port: int = 0,
    link: Link | None = None,
    algorithm: FederatedAlgorithm | None = None,
    promotion: Promotion | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    stop: threading.Event | None = None,
) -> Weights:
    """Run rounds until `plan.rounds` are completed and return the common weights.

    `initial` are the shared weights of the base `base_id`; they matter only where `data_dir` holds no federation yet.
    The rounds go over `link` where it is given, else over a SuperLink of the server's own on `port` of 127.0.0.1 (0
    takes a free one, told in the event `ServerUp`). `promotion` says which of the rounds' models are promoted; without
    it all are. Setting `stop` ends it at once; a round that is open then is lost.
    Raises FederationError where the cohort does not come or rounds keep failing and no schedule says when to try
    again, or the folder or the database cannot be used.
    """
    flower.check_flower()
    flower.keep_loopback_direct()
    flower.look_often()
    folder = ServerFolder(data_dir)
    with folder.held(), closing(open_database(database_url(data_dir), data_dir)) as database:
        registry = Registry(database, folder.models, release_key(folder.keys))
        standing = Standing(Checkpoints(folder.checkpoints), registry, algorithm or fed_avg(), promotion or Promotion())
        settled = standing.resume(base_id, initial)
        with database.session() as session:
            audit(session, "coordinator", "server.start", {"federation": standing.progress.federation, "base": base_id})
        chronicle = Chronicle(database, standing.progress.federation, plan)
        journal = folder.recorded(on_event)

        def tell(event: Event) -> None:
            chronicle.tell(event)
            journal(event)
            if isinstance(event, RoundDone):
                _write_model(folder, standing)

        resume(standing, chronicle, settled, plan, tell)
        stopped = (stop or threading.Event()).is_set
        coordinator = Coordinator(plan, standing, database, chronicle, tell, stopped)
        own_port = port or free_port()
        _follow(coordinator, folder, database, lambda: _opened(folder, link, own_port), tell, stopped)
        return _published(folder, standing, tell)


def _follow(
    coordinator: Coordinator,
    folder: ServerFolder,
    database: Database,
    opened: Callable[[], AbstractContextManager[Link]],
    tell: Tell,
    stopped: Callable[[], bool],
) -> None:
    """Run the rounds over one SuperLink after the other until they are done."""
    restarts, completed = 0, coordinator.completed
    while not coordinator.finished:
        began = time.monotonic()
        try:
            with opened() as link:
                tell_superlink(enrolled(database), link.address, link.authority)
                with folder.announced(link.address), coordinator_task(link) as grid:
                    tell(ServerUp(link.address, str(folder.certificates / "ca.crt")))
                    machines = Machines(grid, stopped, lambda node, group: tell(AnswerLate(group, node)))
                    coordinator.run(machines)
        except httpx.HTTPError as error:
            fine = coordinator.completed > completed or time.monotonic() > began + _FINE_SECONDS
            restarts, completed = 1 if fine else restarts + 1, coordinator.completed
            if restarts > SUPERLINK_RESTARTS:
                raise FederationError(f"Flower's SuperLink keeps going away ({error})") from error
            tell(SuperLinkRestarted(f"{type(error).__name__}: {error}"))
            time.sleep(min(2.0**restarts - 2, _LONGEST_PAUSE_SECONDS))


def _published(folder: ServerFolder, standing: Standing, tell: Tell) -> Weights:
    """Leave the common model beside the rest of the data and return its weights."""
    _write_model(folder, standing)
    tell(Finished(standing.progress.completed, str(folder.model)))
    return standing.state.weights


def _write_model(folder: ServerFolder, standing: Standing) -> None:
    try:
        write_durably(folder.model, to_bytes(standing.state.weights))
    except OSError as error:
        raise FederationError(f"cannot write {folder.model} ({error.strerror})") from error


@contextmanager
def _opened(folder: ServerFolder, link: Link | None, port: int) -> Iterator[Link]:
    if link is not None:
        yield link
        return
    own = SuperLink(folder.flower, make_certificates(folder.certificates, datetime.now(UTC)), port)
    try:
        yield own
    finally:
        own.stop()
