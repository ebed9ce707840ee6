"""Joining, pausing, going on and leaving: what is kept, and what is deleted."""

from dataclasses import replace
from datetime import UTC, datetime

from vsr_client.person import Person
from vsr_client.together.events import Joined, Left, LetIn, Paused, Resumed
from vsr_client.together.kept_next import forget_next
from vsr_client.together.letting_in import ask_to_be_let_in, is_certified
from vsr_client.together.membership import Membership, from_invitation, from_kept
from vsr_client.together.places import forget_keys
from vsr_client.together.record import entry_of
from vsr_shared.errors import FederationError, ServerUnreachable, UsageError
from vsr_shared.federation.events import Event
from vsr_shared.federation.invitation import Invitation


class NotCertified(FederationError):
    """The server knows this machine, and the operator has yet to certify it."""


def membership_of(person: Person) -> Membership | None:
    """Return what this person takes part in; None where they do not."""
    return from_kept(person.preferences.get().together)


def join(person: Person, invitation: Invitation) -> Membership:
    """Make this machine's keys, ask the server to let it in, and keep that the person accepted `invitation`.

    A server that does not answer is asked again later, with the same keys: it may have let this machine in.
    Raises BadInvitation where it does not hold, UntrustedServer or FederationError where the server is not the one,
    UsageError where they take part in a federation already.
    """
    now = datetime.now(UTC).astimezone()
    invitation.check_time(now.timestamp())
    found = membership_of(person)
    if found is not None:
        raise UsageError(f"you take part in the federation at {found.server}; leave it first, then join another")
    forget_keys(person.data_dir)  # keys of a federation that was left by halves would tie the two together
    fresh = from_invitation(invitation, now)
    try:
        fresh = _asked(person, fresh)
    except ServerUnreachable:
        pass
    except FederationError:
        forget_keys(person.data_dir)
        raise
    person.preferences.change(together=fresh.to_kept())
    _note(person, Joined(fresh.server, fresh.fingerprint))
    if fresh.certificate:
        _note(person, LetIn(fresh.server, fresh.machine))
    return fresh


def let_in(person: Person, member: Membership, *, anew: bool = False) -> Membership:
    """Return `member` once the server has let this machine in; asked where it was not yet, or `anew`.

    Raises NotCertified while the operator has yet to certify it, else what `ask_to_be_let_in` does.
    """
    certificate = bytes.fromhex(member.certificate)
    if certificate and not anew and is_certified(person.data_dir, certificate, member.trust):
        return member
    found = _asked(person, member)
    now = membership_of(person)
    if found != member and now is not None:
        # The person may have paused meanwhile.
        person.preferences.change(together=replace(found, paused=now.paused).to_kept())
    if not found.certificate:
        raise NotCertified(
            f"{member.server} knows this machine, and the operator has yet to let it into the sums; VSR asks again by "
            "itself"
        )
    if not member.certificate:
        _note(person, LetIn(found.server, found.machine))
    return found


def pause(person: Person) -> None:
    """Keep that nothing is to be sent for now; UsageError where the person takes no part."""
    member = _member(person)
    if not member.paused:
        person.preferences.change(together=replace(member, paused=True).to_kept())
        _note(person, Paused())


def resume(person: Person) -> None:
    """Keep that the person goes on; UsageError where they take no part."""
    member = _member(person)
    if member.paused:
        person.preferences.change(together=replace(member, paused=False).to_kept())
        _note(person, Resumed())


def leave(person: Person, *, delete_model: bool) -> None:
    """End the membership; with `delete_model` the common model of this base goes too. UsageError where there is none.

    This machine's keys for the federation are deleted. The record stays, as it is the person's. So does the number of
    the last answered round: without it a server could ask twice about one round after the person comes back.
    """
    member = _member(person)
    if delete_model:
        person.models.remove(person.base.id)
    forget_next(person.data_dir)
    person.preferences.change(together=None)
    forget_keys(person.data_dir)
    _note(person, Left(member.server, delete_model))


def _asked(person: Person, member: Membership) -> Membership:
    token = bytes.fromhex(member.token)
    where = person.data_dir, member.server, member.authority, member.fingerprint
    return member.let_in(ask_to_be_let_in(*where, member.trust, token))


def _member(person: Person) -> Membership:
    found = membership_of(person)
    if found is None:
        raise UsageError("you do not take part in any federation; join one by an invitation first")
    return found


def _note(person: Person, event: Event) -> None:
    person.ledger.add(entry_of(event, datetime.now(UTC)))
