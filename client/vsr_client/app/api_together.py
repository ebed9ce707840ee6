"""Taking part with others: joining by invitation, what left this machine, and the next update before it leaves."""

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body
from starlette.responses import Response

from vsr_client.app.failures import Busy, NotThere
from vsr_client.app.runtime import Here, Runtime
from vsr_client.person import Person
from vsr_client.together import taking_part
from vsr_client.together.assumed import assumed_from
from vsr_client.together.kept_next import kept_next
from vsr_client.together.look import look
from vsr_client.together.membership import Membership
from vsr_client.together.own_budget import budget_of, set_budget
from vsr_client.together.own_terms import own_terms, set_smallest_sum
from vsr_client.together.privacy import promises, steps_of
from vsr_client.together.rounds import rows_of, totals
from vsr_client.together.standing import standing
from vsr_shared.federation.invitation import MAX_CHARACTERS, Invitation, parse_invitation

router = APIRouter(prefix="/api/together", tags=["together"])

MOST_ROWS: Final = 500
_STOP_SECONDS: Final = 15.0

Text = Annotated[str, Body(embed=True, max_length=4 * MAX_CHARACTERS)]


@router.get("")
def together(here: Here) -> dict[str, Any]:
    """Return how taking part stands, everything that left this machine, and what is promised."""
    person = here.person
    entries = person.ledger.all()
    member = taking_part.membership_of(person)
    now = standing(member, entries, here.supervisor.running("together"))
    rows = rows_of(entries)
    noise, terms = assumed_from(entries).noise, own_terms(person)
    return {
        "joined": member is not None,
        "state": now.state,
        "says": now.says,
        "since": member.since if member else None,
        "paused": member.paused if member else False,
        "server": _server(member, person.base.id) if member else None,
        "machine": member.machine if member else "",
        "certified": bool(member and member.certificate),
        "labelled": sum(recording.polarity is not None for recording in person.recordings.all()),
        "rounds": [asdict(row) for row in rows[:MOST_ROWS]],
        "totals": asdict(totals(rows)),
        "terms": asdict(terms),
        "jobs": {kind: _job(here, kind) for kind in ("together", "next_update")},
        "privacy": {
            "steps": steps_of(noise=noise),
            "promises": [asdict(promise) for promise in promises(terms.minimum_cohort, noise=noise)],
            "budget": budget_of(person).to_json(),
            "smallest_sum": terms.minimum_cohort,
        },
    }


@router.post("/look")
def look_at(here: Here, invitation: Text) -> dict[str, Any]:
    """Return what one is about to trust, without joining; one TLS greeting goes to the server's address."""
    found = parse_invitation(invitation)
    found.check_time(time.time())
    seen = look(found, here.person.base.id)
    return {
        **_about(found),
        "expires": datetime.fromtimestamp(found.expires, UTC).isoformat(),
        "authority_until": datetime.fromtimestamp(found.authority_until, UTC).isoformat(),
        "base": found.base,
        "base_fits": seen.base_fits,
        "answers": seen.answers,
        "says": seen.says,
    }


@router.post("/join")
def join(here: Here, invitation: Text) -> dict[str, Any]:
    """Trust the invitation's server, be let in by it, and take part from now on.

    A server that does not answer is asked again later. Whatever else is wrong is said, and nothing is kept.
    """
    taking_part.join(here.person, parse_invitation(invitation))
    _start(here)
    return together(here)


@router.post("/pause")
def pause(here: Here) -> dict[str, Any]:
    """Stop for now; once this has answered, nothing leaves."""
    taking_part.pause(here.person)
    _stop(here)
    return together(here)


@router.post("/resume")
def resume(here: Here) -> dict[str, Any]:
    """Go on after a pause, or try again at once where the server could not be reached."""
    taking_part.resume(here.person)
    _stop(here)
    _start(here)
    return together(here)


@router.post("/budget")
def set_own_budget(here: Here, most: Annotated[float | None, Body(embed=True)] = None) -> dict[str, Any]:
    """Set how much epsilon all rounds may come to, None for no limit; it holds from the next offer on."""
    set_budget(here.person, most)
    _on_new_terms(here)
    return together(here)


@router.post("/smallest-sum")
def set_own_smallest_sum(here: Here, people: Annotated[int, Body(embed=True)]) -> dict[str, Any]:
    """Set with how many people's updates, this person's among them, theirs is added up at least."""
    set_smallest_sum(here.person, people)
    _on_new_terms(here)
    return together(here)


@router.post("/leave")
def leave(here: Here, delete_model: Annotated[bool, Body(embed=True)] = False) -> dict[str, Any]:
    """End the membership; with `delete_model` the common model is deleted here too."""
    _stop(here)
    taking_part.leave(here.person, delete_model=delete_model)
    if delete_model:
        _predict_anew(here)
    return together(here)


@router.post("/next-update", status_code=202)
def make_next_update(here: Here) -> dict[str, Any]:
    """Begin to make the exact next update, as a job of the kind `next_update`; nothing is sent."""
    person = here.person
    return here.supervisor.start("next_update", person).to_json()


@router.get("/next-update")
def next_update(here: Here) -> dict[str, Any]:
    """Return what the next update looks like, as it was last made."""
    picture, _ = _kept(here.person)
    return picture


@router.get("/next-update/file", response_class=Response)
def next_update_file(here: Here) -> Response:
    """Return the very bytes of the next update, as it was last made: one vector in NumPy's format."""
    picture, payload = _kept(here.person)
    name = f"vsr-next-update-round-{picture['assumed']['round']}.npy"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(payload, media_type="application/octet-stream", headers=headers)


def _kept(person: Person) -> tuple[dict[str, Any], bytes]:
    found = kept_next(person.data_dir, person.key)
    if found is None:
        raise NotThere("the next update was not made yet; ask for it by POST first")
    return found


def _start(here: Runtime) -> None:
    if not here.supervisor.running("together"):
        here.supervisor.start("together", here.person)


def _on_new_terms(here: Runtime) -> None:
    """Let the worker that takes part, where one does, begin anew: it reads the person's terms at its start."""
    if here.supervisor.running("together"):
        _stop(here)
        _start(here)


def _stop(here: Runtime) -> None:
    """End the worker that takes part, and wait until it has ended."""
    here.supervisor.cancel("together")
    until = time.monotonic() + _STOP_SECONDS
    while here.supervisor.running("together"):
        if time.monotonic() > until:
            raise Busy("the background work does not end; restart VSR")
        time.sleep(0.05)


def _about(found: Invitation) -> dict[str, Any]:
    return {"server": found.server, "fingerprint": found.fingerprint, "organisation": found.organisation}


def _server(member: Membership, own_base: str) -> dict[str, Any]:
    return {
        "address": member.server,
        "fingerprint": member.fingerprint,
        "organisation": member.organisation,
        "base": member.base,
        "base_fits": None if not member.base else member.base == own_base,
    }


def _job(here: Runtime, kind: str) -> dict[str, Any] | None:
    job = here.supervisor.jobs().get(kind)
    return job.to_json() if job else None


def _predict_anew(here: Runtime) -> None:
    here.events.publish("recordings", {})
