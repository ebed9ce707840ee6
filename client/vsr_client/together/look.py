"""What a person is about to trust, looked at before they do: the invitation, and what answers at its address."""

import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from vsr_client.server_check import check_server
from vsr_shared.errors import ServerUnreachable, UntrustedServer
from vsr_shared.federation.invitation import Invitation

_TIME: Final = {9, 10}
"""OpenSSL's numbers for a certificate that is not valid yet, or no longer."""

Answers = Literal["yes", "no", "stranger"]


@dataclass(frozen=True)
class Look:
    """One look at an invitation and its server."""

    invitation: Invitation
    answers: Answers
    """Whether a server with a certificate of that authority answers, nobody does, or somebody else does."""
    says: str
    """What was wrong, in words; empty where nothing was."""
    base_fits: bool | None
    """Whether the federation improves the base that this machine has; None where the invitation does not say."""


def look(invitation: Invitation, own_base: str, timeout: float = 5.0) -> Look:
    """Look at `invitation` and knock once at its server; nothing but the beginning of TLS is said to it."""
    with tempfile.TemporaryDirectory() as folder:
        authority = Path(folder) / "ca.crt"
        authority.write_text(invitation.authority_pem)
        answers: Answers
        says = ""
        try:
            check_server(invitation.server, authority, timeout)
            answers = "yes"
        except ServerUnreachable:
            answers = "no"
            says = f"nothing answers at {invitation.server} now; VSR goes on trying once you have joined"
        except UntrustedServer as error:
            answers = "stranger"
            says = f"what answers at {invitation.server} is not the server of this invitation"
            if isinstance(error.__cause__, ssl.SSLCertVerificationError) and error.__cause__.verify_code in _TIME:
                says = f"the certificate of {invitation.server} is of another time than this machine: look at the clock"
            says += "; do not join, and ask the operator"
    fits = None if not invitation.base else invitation.base == own_base
    return Look(invitation, answers, says, fits)
