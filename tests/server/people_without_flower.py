"""People's machines reached without Flower in between: a grid whose messages are answered by the client's own code."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from flwr.app import Error, Message, RecordDict

from tests.federation.least_squares import LeastSquares
from vsr_client.answered_rounds import AnsweredRounds
from vsr_client.node_key import make_node_key
from vsr_client.offer_checks import OwnTerms
from vsr_client.round_answers import RoundAnswers
from vsr_client.secure_answers import SecureTaking
from vsr_client.secure_keys import SecureKeys
from vsr_client.signed_models import SignedModels
from vsr_server.database import database_url, open_database
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.enrol import admit
from vsr_server.enrolment.federation_keys import federation_keys
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import VsrError
from vsr_shared.federation.events import Event

Silent = Callable[[RecordDict], bool]


@dataclass
class PersonsMachine:
    """One machine, connected."""

    answers: RoundAnswers
    told: list[Event]
    silent: Silent = lambda content: False
    """Messages that it does not answer, for as long as it does not."""
    connected: bool = True


@dataclass
class Grid:
    """What `Machines` needs of Flower's grid."""

    machines: dict[int, PersonsMachine]
    sent: dict[str, Message] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    """Ids of the messages whose answers were fetched."""

    def get_node_ids(self) -> list[int]:
        return [number for number, machine in self.machines.items() if machine.connected]

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        ids = []
        for message in messages:
            ids.append(f"m{len(self.sent)}")
            message.metadata.__dict__["_message_id"] = ids[-1]
            self.sent[ids[-1]] = message
        return ids

    def pull_messages(self, ids: Iterable[str]) -> list[Message]:
        replies = []
        for number in ids:
            message = self.sent[number]
            machine = self.machines[message.metadata.dst_node_id]
            if number not in self.taken and machine.connected and not machine.silent(message.content):
                self.taken.append(number)
                replies.append(_answer(machine, message))
        return replies


def _answer(machine: PersonsMachine, message: Message) -> Message:
    try:
        return Message(machine.answers(message.content), reply_to=message)
    except VsrError as error:
        return Message(Error(0, str(error)), reply_to=message)


def people(folder: Path, count: int = 3) -> Grid:
    """Enrol people with the server in `folder`/server and return them connected, as nodes 1, 2 and so on."""
    server = ServerFolder(folder / "server")
    make_certificates(server.certificates, datetime.now(UTC))
    keys = federation_keys(server)
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    machines = {}
    with closing(open_database(database_url(server.root), server.root)) as database, database.session() as session:
        for seed in range(1, count + 1):
            own = folder / str(seed)
            own.mkdir()
            sums = SecureTaking(keys.trust.enrolment_key).answers(own / "secure", 2)
            pem = make_node_key(own / "key").public_key().public_bytes(*form).decode()
            admit(session, keys, pem, SecureKeys(own / "secure").identity, own.name, datetime.now(UTC))
            told: list[Event] = []
            models = SignedModels(own / "versions.json", keys.trust.release_key)
            answered = AnsweredRounds(own / "answered.json")
            answers = RoundAnswers(LeastSquares(seed), answered, OwnTerms(), told.append, secure=sums, models=models)
            machines[seed] = PersonsMachine(answers, told)
    return Grid(machines)
