"""Taking part in a federation: a SuperNode and the pinned local app, kept going until the person stops.

first joining      no server, a wrong certificate or an unknown key end it, with the reason
later              a server that went away is waited for; a SuperNode that ended is started again
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from vsr_client import flower_internals as flower
from vsr_client.agent import Agent
from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.join_folder import join_folder, journal
from vsr_client.known_nodes import KnownNodes
from vsr_client.node_key import load_node_key
from vsr_client.offer_checks import OwnTerms
from vsr_client.privacy_budget import LEDGER, PrivacyBudget
from vsr_client.round_answers import Participant, RoundAnswers
from vsr_client.round_events import Connected, Rejoining, ServerFound, ServerLost
from vsr_client.secure_answers import SecureTaking
from vsr_client.server_check import check_server
from vsr_client.signed_models import SignedModels
from vsr_client.supernode import NotActivated, SuperNode
from vsr_shared.errors import FederationError, ServerUnreachable, UnknownNode, UntrustedServer
from vsr_shared.federation.events import Event
from vsr_shared.federation.trust import FederationTrust

TASK_LOOK_SECONDS: Final = 0.2
SERVER_LOOK_SECONDS: Final = 5.0
LONGEST_WAIT_SECONDS: Final = 30.0
ATTEMPTS_BEFORE_FIRST_CONNECTION: Final = 4


def join(
    server: str,
    ca: Path,
    key: Path,
    participant: Participant,
    *,
    data_dir: Path,
    on_event: Callable[[Event], None],
    record: Callable[[Event], None] | None = None,
    terms: OwnTerms | None = None,
    secure: SecureTaking | None = None,
    trust: FederationTrust | None = None,
    stop: threading.Event | None = None,
    poll_seconds: float = 1.0,
    patience_seconds: float = float("inf"),
) -> None:
    """Take part in the rounds of `server` (host:port) until `stop` is set or an error ends it.

    `ca` is the authority's certificate that the operator handed over, `key` this machine's private key (see
    `node_key`), `data_dir` a folder of this machine for this purpose alone. Each event goes to `record` first, which
    keeps it (events.jsonl in `data_dir` where none is given) or raises, and then nothing leaves. `poll_seconds` is the
    pace at which the server is asked for a round; `patience_seconds` how long a server that went away is waited for.
    Given `trust`, the keys pinned by the invitation, updates leave under masks and not otherwise, and models are taken
    signed and never older than before; `secure` says more exactly how to sum. Without both they leave bare, which is
    for tests alone.

    Raises ServerUnreachable, UntrustedServer, UnknownNode, FederationError, UsageError or StoreError.
    """
    flower.check_flower()
    flower.keep_loopback_direct()
    flower.look_often()
    private_key = load_node_key(key)
    with join_folder(data_dir):
        tell = _kept_first(record or journal(data_dir), on_event)
        answered = AnsweredRounds(data_dir / "answered.json")
        stop = stop or threading.Event()
        own = terms or OwnTerms()
        secure = secure or (SecureTaking(trust.enrolment_key) if trust else None)
        sums = secure.answers(data_dir / "secure", own.minimum_cohort) if secure else None
        budget = PrivacyBudget(data_dir / LEDGER, own.privacy_budget)
        models = SignedModels(data_dir / "versions.json", trust.release_key) if trust else None
        answers = RoundAnswers(participant, answered, own, tell, stop.is_set, sums, models, budget=budget)
        check_server(server, ca)
        known = KnownNodes(data_dir / "nodes.json", private_key)
        membership = _Membership(server, ca, tell, stop, patience_seconds)
        attempts, wait = 0, 1.0
        while not membership.stopped:
            node = SuperNode(server, ca, key, data_dir / "flower", poll_seconds)
            ended = _one_supernode(node, answers, membership, known)
            if ended is None:
                return
            if isinstance(ended, NotActivated):
                _sign_off(server, ca, key, known)
            attempts, wait = (0, 1.0) if node.node_id() is not None else (attempts + 1, wait)
            never = attempts >= ATTEMPTS_BEFORE_FIRST_CONNECTION and not membership.was_connected
            if never or isinstance(ended, UntrustedServer):
                raise ended
            tell(Rejoining(str(ended), wait))
            membership.pause(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)


def _kept_first(record: Callable[[Event], None], on_event: Callable[[Event], None]) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        record(event)
        on_event(event)

    return tell


def _one_supernode(
    node: SuperNode, answers: RoundAnswers, membership: "_Membership", known: KnownNodes
) -> FederationError | None:
    """Take part through `node` for as long as it lives, and say why it ended; None where the person stopped."""
    agent = Agent(node.address, node.secret, answers)
    try:
        return membership.follow(node, agent, known)
    finally:
        agent.close()
        node.stop()


class _Membership:
    """Follows one SuperNode after the other for as long as the person takes part."""

    def __init__(
        self, server: str, ca: Path, tell: Callable[[Event], None], stop: threading.Event, patience: float
    ) -> None:
        self._server = server
        self._ca = ca
        self._tell = tell
        self._stop = stop
        self._patience = patience
        self._lost_since: float | None = None
        self._next_look = time.monotonic() + SERVER_LOOK_SECONDS
        self.was_connected = False

    @property
    def stopped(self) -> bool:
        return self._stop.is_set()

    def pause(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def follow(self, node: SuperNode, agent: Agent, known: KnownNodes) -> FederationError | None:
        """Answer rounds until `node` ends, and say why it did; None where the person stopped."""
        connected = False
        while not self.stopped:
            if not node.running:
                return node.why_it_ended()
            if not connected and (number := node.node_id()) is not None:
                connected = self.was_connected = True
                known.put(self._server, number)
                self._tell(Connected(self._server, number))
            if connected and self._took_task(agent):
                continue
            self._look_for_server()
            self.pause(TASK_LOOK_SECONDS)
        return None

    def _took_task(self, agent: Agent) -> bool:
        try:
            return agent.take_task()
        except FederationError:
            # Its SuperNode is going down; the next turn of the loop sees it and says why.
            return False

    def _look_for_server(self) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + SERVER_LOOK_SECONDS
        try:
            check_server(self._server, self._ca)
        except ServerUnreachable:
            if self._lost_since is None:
                self._lost_since = now
                self._tell(ServerLost(self._server))
            if now - self._lost_since > self._patience:
                raise
        else:
            if self._lost_since is not None:
                self._lost_since = None
                self._tell(ServerFound(self._server))


def _sign_off(server: str, ca: Path, key: Path, known: KnownNodes) -> None:
    """Sign off a former self that died without doing so; UnknownNode where the server never knew this key.

    Flower answers both with one error (FLEET_NODE_ACTIVATION_FAILED, 2004). A key that was let in before has a
    number, and may sign that number off; the server lets in the next SuperNode at once instead of in a minute.
    """
    number = known.get(server)
    unknown = UnknownNode(
        f"the server at {server} does not let this machine in; ask the operator for an invitation, and join by it"
    )
    if number is None:
        raise unknown
    try:
        flower.deactivate_node(server, ca, load_node_key(key), number)
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.UNAUTHORIZED:
            raise unknown from error
    except httpx.HTTPError:
        pass
