"""Being let in: this machine's keys are made here, proved to the server, and its answer is checked.

Nothing but the two public keys, the invitation's token and the proofs leaves. The connection is under the authority
that the invitation named, and the certificate that comes back has to be the pinned enrolment key's.
"""

import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from vsr_client.node_key import make_node_key
from vsr_client.secure_keys import SecureKeys
from vsr_client.together.places import node_key_path, secure_folder
from vsr_shared.errors import (
    BadInvitation,
    FederationError,
    RevokedMachine,
    ServerUnreachable,
    UntrustedServer,
)
from vsr_shared.federation.enrolment import (
    MAX_BYTES,
    PATH,
    Enrolled,
    EnrolmentRequest,
    enrolled_from_json,
    make_request,
)
from vsr_shared.federation.trust import FederationTrust
from vsr_shared.secure_sum.enrolment import Identity, is_enrolled

_SECONDS: Final = 15.0
_REFUSALS: Final[Mapping[str, FederationError]] = {
    "unknown_invitation": BadInvitation("the server knows no such invitation; ask the operator for a new one"),
    "used_invitation": BadInvitation(
        "this invitation was used already, by another machine; ask the operator for one of your own"
    ),
    "expired_invitation": BadInvitation("this invitation has expired; ask the operator for a new one"),
    "withdrawn_invitation": BadInvitation("the operator took this invitation back; ask them for a new one"),
    "revoked_machine": RevokedMachine(
        "the operator took this machine out of the federation, so nothing is asked of it any more; ask them why, and "
        "leave it here"
    ),
    "other_keys": FederationError(
        "the server knows this machine by other keys than it has now; leave, and join by a new invitation"
    ),
    "invalid": FederationError("the server does not understand how this VSR asks to be let in; update VSR"),
}


def ask_to_be_let_in(
    data_dir: Path, server: str, authority: str, fingerprint: str, trust: FederationTrust, token: bytes
) -> Enrolled:
    """Ask `server` (host:port) to let this machine in, and return its answer, checked; asking again is harmless.

    `authority` is the certificate (PEM) that vouches for the server, the rest is the invitation's. An answer without a
    certificate means that the operator has yet to give it. Raises ServerUnreachable, UntrustedServer, BadInvitation,
    RevokedMachine, FederationError or StoreError.
    """
    identity = SecureKeys(secure_folder(data_dir))
    node_key = make_node_key(node_key_path(data_dir))
    request = make_request(fingerprint, token, node_key, identity.identity, identity.prove)
    answer = _post(server, authority, request)
    if answer.certificate and not is_enrolled(Identity(identity.identity, answer.certificate), trust.enrolment_key):
        raise UntrustedServer(
            f"what {server} certified this machine with is not the key of your invitation; do not go on, and ask the "
            "operator"
        )
    return answer


def is_certified(data_dir: Path, certificate: bytes, trust: FederationTrust) -> bool:
    """Whether `certificate` is the enrolment key's for the identity that this machine has now."""
    return is_enrolled(Identity(SecureKeys(secure_folder(data_dir)).identity, certificate), trust.enrolment_key)


def _post(server: str, authority: str, request: EnrolmentRequest) -> Enrolled:
    context = ssl.create_default_context(cadata=authority)
    try:
        with (
            httpx.Client(verify=context, timeout=_SECONDS, trust_env=False) as client,
            client.stream("POST", f"https://{server}{PATH}", json=request.to_json()) as answer,
        ):
            status, body = answer.status_code, _bounded(answer)
    except httpx.HTTPError as error:
        raise _connection_error(server, error) from error
    if status == httpx.codes.OK:
        return enrolled_from_json(body)
    raise _refusal(server, status, body)


def _bounded(answer: httpx.Response) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MAX_BYTES:
            raise FederationError("the server's answer is longer than any to being asked in; ask the operator")
    return body


def _refusal(server: str, status: int, body: bytes) -> FederationError:
    try:
        code = str(json.loads(body)["error"]["code"])
    except (ValueError, KeyError, TypeError, RecursionError):
        code = ""
    if code in _REFUSALS:
        return _REFUSALS[code]
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return ServerUnreachable(f"the server at {server} can let nobody in just now; try again in a minute")
    return FederationError(f"what answers at {server} lets nobody in (status {status}); ask the operator")


def _connection_error(server: str, error: httpx.HTTPError) -> FederationError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return UntrustedServer(
                f"what answers at {server} is not the server of this invitation ({cause.verify_message}); do not go "
                "on, and ask the operator. If this machine's clock is wrong, set it and try again"
            )
        if isinstance(cause, ssl.SSLError):
            return UntrustedServer(f"what answers at {server} does not speak TLS; check the address")
        cause = cause.__cause__ or cause.__context__
    return ServerUnreachable(f"nothing answers at {server}; check the address and that it runs")
