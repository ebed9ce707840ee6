"""Being let in over real TLS: what leaves, what is believed, and what a person is told where it does not work."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import APIRouter, Request
from starlette.responses import Response

from tests.server.enrolling import invited, server_keys
from tests.server.enrolment_server import serving
from vsr_client.secure_keys import SecureKeys
from vsr_client.together.letting_in import ask_to_be_let_in, is_certified
from vsr_client.together.places import forget_keys, node_key_path, secure_folder
from vsr_server.database import Database, open_database
from vsr_server.database.tables import Invitation
from vsr_server.enrolment.certificates import make_certificates
from vsr_server.enrolment.enrol import REASONS
from vsr_server.enrolment.federation_keys import FederationKeys
from vsr_server.enrolment.invitations import MadeInvitation, withdraw
from vsr_server.enrolment.machines import machines, revoke
from vsr_server.enrolment.routes import router
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import BadInvitation, FederationError, RevokedMachine, ServerUnreachable, UntrustedServer
from vsr_shared.federation.enrolment import MAX_BYTES, PATH, Enrolled

NOW = datetime.now(UTC)


class Server:
    """A server that lets in, on a folder of its own."""

    def __init__(self, root: Path, database: Database) -> None:
        self.keys: FederationKeys = server_keys(root, NOW)
        self.database = database
        self.certificates = ServerFolder(root).certificates
        self.address = ""

    def invite(self, days: float = 7) -> MadeInvitation:
        return invited(self.database, self.keys, days=days, now=datetime.now(UTC), address=self.address)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    root = tmp_path_factory.mktemp("server")
    with closing(open_database(f"sqlite:///{root / 'server.db'}", root)) as database:
        found = Server(root, database)
        with serving([router(database, ServerFolder(root), lambda machine: None)], found.certificates) as address:
            found.address = address
            yield found


def ask(person: Path, made: MadeInvitation) -> Enrolled:
    found = made.invitation
    return ask_to_be_let_in(person, found.server, found.authority_pem, found.fingerprint, found.trust, found.token)


def at(made: MadeInvitation, address: str) -> MadeInvitation:
    """The same invitation to another address."""
    return replace(made, invitation=replace(made.invitation, server=address))


@contextmanager
def answering(server: Server, status: int, body: bytes) -> Iterator[str]:
    """Somebody with the server's own certificate who answers anything."""
    routes = APIRouter()

    @routes.post(PATH)
    async def say(request: Request) -> Response:
        await request.body()
        return Response(body, status)

    with serving([routes], server.certificates) as address:
        yield address


def test_a_machine_makes_its_keys_and_comes_in(server: Server, tmp_path: Path) -> None:
    let_in = ask(tmp_path, server.invite())
    machine = next(one for one in machines(server.database) if one.id == let_in.machine)
    assert machine.identity == SecureKeys(secure_folder(tmp_path)).identity.hex()
    assert machine.node_key.startswith("-----BEGIN PUBLIC KEY-----")
    assert is_certified(tmp_path, let_in.certificate, server.keys.trust)
    for path in (node_key_path(tmp_path), secure_folder(tmp_path) / "identity_key"):
        assert path.stat().st_mode & 0o077 == 0
        assert "PRIVATE KEY" in path.read_text()


def test_asked_again_it_gets_the_same_answer_and_a_second_person_none(server: Server, tmp_path: Path) -> None:
    made = server.invite()
    first = ask(tmp_path / "anna", made)
    assert ask(tmp_path / "anna", made) == first
    with pytest.raises(BadInvitation, match="used already, by another machine; ask the operator for one of your own"):
        ask(tmp_path / "ben", made)


def test_every_refusal_is_in_words(server: Server, tmp_path: Path) -> None:
    made = server.invite()
    withdraw(server.database, made.id, "operator", NOW)
    with pytest.raises(BadInvitation, match="took this invitation back"):
        ask(tmp_path, made)
    unknown = replace(made, invitation=replace(made.invitation, token=bytes(16)))
    with pytest.raises(BadInvitation, match="no such invitation; ask the operator for a new one"):
        ask(tmp_path, unknown)
    short = server.invite()
    with server.database.session() as session:
        row = session.get(Invitation, short.id)
        assert row is not None
        row.expires_at = NOW - timedelta(minutes=1)
        session.add(row)
    with pytest.raises(BadInvitation, match="has expired; ask the operator"):
        ask(tmp_path, short)
    own = server.invite()
    revoke(server.database, ask(tmp_path, own).machine, "operator", NOW)
    with pytest.raises(RevokedMachine, match="took this machine out of the federation"):
        ask(tmp_path, own)


def test_a_machine_that_lost_its_keys_is_told_what_to_do(server: Server, tmp_path: Path) -> None:
    made = server.invite()
    ask(tmp_path, made)
    (secure_folder(tmp_path) / "identity_key").unlink()
    with pytest.raises(FederationError, match="by other keys than it has now; leave, and join by a new invitation"):
        ask(tmp_path, made)
    forget_keys(tmp_path)
    assert not node_key_path(tmp_path).exists()


def test_nobody_at_the_address_and_somebody_else_at_it(server: Server, tmp_path: Path) -> None:
    made = server.invite()
    with pytest.raises(ServerUnreachable, match="nothing answers at"):
        ask(tmp_path, at(made, "127.0.0.1:9"))
    files = make_certificates(tmp_path / "other", NOW)
    words = r"is not the server of this invitation .* clock"
    with serving([], files.certificate.parent) as stranger, pytest.raises(UntrustedServer, match=words):
        ask(tmp_path, at(made, stranger))
    assert made.id not in [one.invitation for one in machines(server.database)]


def test_a_certificate_by_another_key_is_not_believed(server: Server, tmp_path: Path) -> None:
    """Threat: who runs the server, without the enrolment key, certifies people on their own."""
    made = server.invite()
    forger = Ed25519PrivateKey.generate()
    identity = SecureKeys(secure_folder(tmp_path)).identity
    forged = {"machine": "0" * 16, "certificate": forger.sign(b"vsr enrolment\0" + identity).hex()}
    words = "is not the key of your invitation"
    with answering(server, 200, json.dumps(forged).encode()) as address, pytest.raises(UntrustedServer, match=words):
        ask(tmp_path, at(made, address))


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (200, b"x" * 100_000, FederationError, "longer than any"),
        (200, b"{}", FederationError, "nothing else"),
        (200, b"not json", FederationError, "not JSON"),
        (200, b'{"machine": "1", "certificate": "zz"}', FederationError, "hexadecimal"),
        (403, b"[" * 3_000, FederationError, "status 403"),
        (403, b'{"error": {"code": "<b>evil</b>", "message": "pay me"}}', FederationError, "lets nobody in"),
        (404, b"", FederationError, "status 404"),
        (429, b"", ServerUnreachable, "in a minute"),
        (503, b"", ServerUnreachable, "in a minute"),
        (307, b"", FederationError, "status 307"),
    ],
)
def test_answers_that_are_none_are_called_so(
    server: Server, tmp_path: Path, status: int, body: bytes, error: type[FederationError], words: str
) -> None:
    made = server.invite()
    with answering(server, status, body) as address, pytest.raises(error, match=words) as caught:
        ask(tmp_path, replace(made, invitation=replace(made.invitation, server=address)))
    assert "pay me" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "invalid"),
        (b"{}", 422, "invalid"),
        (b"[" * 3_000, 422, "invalid"),
        (b"x" * (MAX_BYTES + 1), 413, "too_large"),
        (json.dumps({"token": "00" * 16, "node_key": "k", "identity": "00" * 32}).encode(), 422, "invalid"),
    ],
)
def test_the_server_answers_anything_in_one_shape(server: Server, body: bytes, status: int, code: str) -> None:
    answer = httpx.post(f"https://{server.address}{PATH}", content=body, verify=False, trust_env=False)  # noqa: S501
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]


def test_both_sides_name_the_same_reasons() -> None:
    from vsr_client.together import letting_in

    assert set(REASONS) | {"invalid"} == set(letting_in._REFUSALS)
