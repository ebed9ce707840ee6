"""Taking part in the background, from the app's start to its end, for as long as the person is a member.

What a person cannot mend at once (a server that is away, a certificate that the operator has yet to give, nothing
taught) is waited for. What they must look at ends it: a server that is not the one they chose to trust, an invitation
that does not hold, an operator who took this machine out.
"""

import threading
from collections.abc import Callable
from typing import Final

from vsr_client.error_code import error_code
from vsr_client.person import Person
from vsr_client.store.files import private_folder, write_whole
from vsr_client.together.events import Started, Stopped, Waiting
from vsr_client.together.membership import Membership, from_kept
from vsr_client.together.own_terms import own_terms
from vsr_client.together.places import federation_folder, node_key_path
from vsr_client.together.record import keeper
from vsr_client.together.taking_part import let_in
from vsr_shared.errors import (
    BadInvitation,
    FederationError,
    RevokedMachine,
    StoreError,
    UnknownNode,
    UntrustedServer,
    UsageError,
)
from vsr_shared.federation.events import Event

ENDING: Final = (UntrustedServer, BadInvitation, RevokedMachine, StoreError, UsageError)
"""What the person must look at."""
FIRST_WAIT_SECONDS: Final = 3.0
LONGEST_WAIT_SECONDS: Final = 45.0
NOTHING_TAUGHT: Final = "there is nothing to contribute yet: say of a recording or two whether VSR was right"


def wanted(person: Person) -> bool:
    """Say whether the person takes part now, so that it begins with the app."""
    membership = from_kept(person.preferences.get().together)
    return membership is not None and not membership.paused


def run_together(person: Person, say: Callable[[str], object], stop: threading.Event) -> None:
    """Take part for `person` until `stop` is set; return at once where they are no member or paused.

    `say` is told what happens, a sentence at a time. Raises what the person must look at.
    A worker's `say` raises where the job was cancelled; it is not called once `stop` is set.
    """
    membership = from_kept(person.preferences.get().together)
    if membership is None or membership.paused:
        return
    keep = keeper(person.ledger)

    def show(event: Event) -> None:
        if not stop.is_set():
            say(event.sentence())

    def tell(event: Event) -> None:
        keep(event)
        show(event)

    tell(Started(membership.server))
    wait, anew = FIRST_WAIT_SECONDS, False
    while not stop.is_set():
        try:
            membership = let_in(person, membership, anew=anew)
            _check_taught(person)
            take_part(person, membership, keep, show, stop)
            return
        except ENDING as error:
            tell(Stopped(error_code(error), str(error)))
            raise
        except _NothingTaught as error:
            tell(Waiting("nothing_taught", str(error)))
            stop.wait(FIRST_WAIT_SECONDS)
            continue
        except FederationError as error:
            # It let this machine in before: asked again, it says what changed, or lets it in once more.
            anew = isinstance(error, UnknownNode)
            tell(Waiting(error_code(error), str(error)))
        stop.wait(wait)
        wait = min(1.5 * wait, LONGEST_WAIT_SECONDS)


class _NothingTaught(FederationError):
    """No recording has a label yet."""


def _check_taught(person: Person) -> None:
    if not any(recording.polarity for recording in person.recordings.all()):
        raise _NothingTaught(NOTHING_TAUGHT)


def take_part(
    person: Person,
    membership: Membership,
    keep: Callable[[Event], None],
    show: Callable[[Event], None],
    stop: threading.Event,
) -> None:
    """Take part as `membership` until `stop` is set or an error ends it; each event goes to `keep`, then to `show`."""
    from vsr_client.join import join
    from vsr_client.participant import PersonParticipant

    folder = federation_folder(person.data_dir)
    private_folder(folder)
    # Flower's SuperNode reads the authority from a file; the sealed membership stays the one that counts.
    authority = folder / "ca.crt"
    write_whole(authority, membership.authority.encode())
    join(
        membership.server,
        authority,
        node_key_path(person.data_dir),
        PersonParticipant(person),
        data_dir=folder,
        on_event=show,
        record=keep,
        trust=membership.trust,
        terms=own_terms(person),
        stop=stop,
    )
