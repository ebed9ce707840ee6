"""What there is, unlocking it, and one more link to the app."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from vsr_client.app.runtime import Here
from vsr_shared.emotions import Polarity
from vsr_shared.find_base import about

router = APIRouter(prefix="/api", tags=["state"])


class State(BaseModel):
    """What the pages show of everything at a glance."""

    version: str
    locked: bool
    new: bool
    needs_passphrase: bool
    base: dict[str, str] | None = None
    head: dict[str, str] | None = None
    counts: dict[str, int] | None = None
    unfinished: list[dict[str, Any]] = []
    jobs: dict[str, Any] = {}
    notices: list[str] = []


@router.get("/state")
def state(request: Request, here: Here) -> State:
    """Return what there is; while the data is locked, only that it is."""
    unlocked = here.unlocked()
    known = State(
        version=request.app.version,
        locked=not unlocked,
        new=here.is_new,
        needs_passphrase=here.needs_passphrase,
        notices=here.notices,
        jobs={kind: job.to_json() for kind, job in here.supervisor.jobs().items()},
    )
    return _with_data(known, here) if unlocked else known


def _with_data(known: State, here: Here) -> State:
    here.desk.close_idle()
    store, base = here.person.recordings, here.person.base
    labels = [one.polarity for one in store.all()]
    counts = {str(polarity): labels.count(polarity) for polarity in Polarity}
    head = here.judge.head
    return known.model_copy(
        update={
            "base": {"id": base.id, "about": about(base)},
            "head": {"id": head.id, "origin": head.origin},
            "counts": {"recordings": len(labels), "labelled": sum(counts.values()), **counts},
            "unfinished": [
                {"id": one.id, "seconds": one.seconds, "recorded": one.start.recorded.isoformat()}
                for one in store.unfinished()
            ],
        }
    )


@router.post("/unlock")
def unlock(
    request: Request,
    here: Here,
    passphrase: Annotated[str, Body(max_length=1024)],
    create: Annotated[bool, Body()] = False,
) -> State:
    """Open the data with its passphrase; with `create`, choose one for data that is yet to come."""
    here.unlock(passphrase, create)
    return state(request, here)


@router.post("/links")
def new_link(request: Request) -> dict[str, str]:
    """Return a link that opens the app in one browser, once."""
    return {"link": request.app.state.access.new_link()}
