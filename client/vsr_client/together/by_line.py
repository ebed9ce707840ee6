"""Taking part from the command line: what a person is about to trust, in words, and rounds until they stop."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from vsr_client.person import Person
from vsr_client.together.events import Waiting
from vsr_client.together.look import Look
from vsr_client.together.membership import Membership
from vsr_client.together.record import keeper
from vsr_client.together.taking_part import NotCertified, let_in
from vsr_client.together.worker import take_part
from vsr_shared.errors import BadInvitation, ServerUnreachable, UnknownNode, UntrustedServer
from vsr_shared.federation.events import Event

ASK_AGAIN_SECONDS: Final = 10.0
_ANSWERS: Final = {"yes": "yes, and it is the one", "no": "no", "stranger": "somebody else does"}


def in_words(seen: Look) -> str:
    """Return what the person is about to trust, line by line."""
    found = seen.invitation
    until = datetime.fromtimestamp(found.expires, UTC).astimezone()
    base = {True: "the one that this machine has", False: "another than this machine has: it will refuse every round"}
    lines = {
        "server": found.server,
        "calls itself": found.organisation or "nothing",
        "invitation until": f"{until:%Y-%m-%d %H:%M}",
        "answers now": _ANSWERS[seen.answers],
        "base model": "not said" if seen.base_fits is None else base[seen.base_fits],
        "fingerprint": " ".join(found.fingerprint[start : start + 4] for start in range(0, 64, 4)),
    }
    facts = "\n".join(f"  {name:<17} {value}" for name, value in lines.items())
    return (
        f"You are about to trust this server:\n{facts}\n"
        "Your updates leave this machine under masks that cancel in sums alone, and only models that this server's\n"
        "release key signed are taken. Compare the fingerprint with what the operator tells you on another way."
    )


def check_look(seen: Look, fingerprint: str) -> None:
    """Raise unless `seen` may be joined: ServerUnreachable where nobody answers, UntrustedServer where somebody else
    does, BadInvitation where the person was told another `fingerprint` (any spacing; empty where they were told none).
    """
    if seen.answers == "no":
        raise ServerUnreachable(f"nothing answers at {seen.invitation.server}; check the address and that it runs")
    if seen.answers == "stranger":
        raise UntrustedServer(seen.says)
    told = "".join(letter for letter in fingerprint.lower() if letter.isalnum())
    if told and told != seen.invitation.fingerprint:
        raise BadInvitation(
            "the invitation's fingerprint is not the one that you were told; do not join, and tell the operator"
        )


def run_until_stopped(
    person: Person, member: Membership, on_event: Callable[[Event], None], stop: threading.Event
) -> None:
    """Take part as `member` until `stop` is set or an error ends it; a missing certificate is waited for."""
    keep = keeper(person.ledger)
    anew = False
    while not stop.is_set():
        try:
            member = let_in(person, member, anew=anew)
            take_part(person, member, keep, on_event, stop)
            return
        except NotCertified as error:
            waiting = Waiting("not_certified", str(error))
            keep(waiting)
            on_event(waiting)
            stop.wait(ASK_AGAIN_SECONDS)
        except UnknownNode:
            # It let this machine in before: asked again, it says what changed, or lets it in once more.
            if anew:
                raise
            anew = True
