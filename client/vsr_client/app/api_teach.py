"""Teaching: training as background work, and the personal heads that came of it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from vsr_client.app.failures import Busy, NotThere
from vsr_client.app.runtime import Here
from vsr_client.store.heads import Head
from vsr_client.work.train import scores_json
from vsr_shared.emotions import Polarity
from vsr_shared.errors import UsageError
from vsr_shared.learning.personalise import MINIMUM

router = APIRouter(prefix="/api", tags=["teach"])
HeadId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class JobShape(BaseModel):
    """One piece of background work; `progress` 0 to 1."""

    id: str
    kind: str
    state: str
    progress: float
    says: str
    started: datetime
    ended: datetime | None
    result: dict[str, Any] | None
    error: dict[str, str] | None


class HeadShape(BaseModel):
    """A personal head: what it learnt from, and how recordings kept out of training were judged before and after."""

    id: str
    base: str
    made: datetime
    recordings: int
    before: dict[str, float | int | None]
    after: dict[str, float | int | None]
    kept: bool
    in_use: bool
    fits: bool
    """Whether it belongs to the present base, and so can be used."""


@router.post("/training")
def start(here: Here) -> JobShape:
    """Learn from all labelled recordings, in the background; `job` events tell how it goes."""
    if here.supervisor.running("train"):
        raise Busy("VSR is learning already; wait until it is done, or cancel it")
    labels = [one.polarity for one in here.person.recordings.all()]
    for polarity in Polarity:
        if (count := labels.count(polarity)) < MINIMUM:
            raise UsageError(
                f"learning needs at least {MINIMUM} recordings of each kind, and {count} are labelled {polarity}; "
                "label a few more"
            )
    return JobShape(**here.supervisor.start("train", here.person).to_json())


@router.delete("/training")
def cancel(here: Here) -> JobShape:
    """Cancel the training; what was in use stays in use."""
    if not here.supervisor.running("train") or (job := here.supervisor.cancel("train")) is None:
        raise NotThere("VSR is not learning now; there is nothing to cancel")
    return JobShape(**job.to_json())


@router.get("/heads")
def heads(here: Here) -> list[HeadShape]:
    """Return the personal heads, newest first."""
    base, store = here.person.base.id, here.person.heads
    used = store.in_use(base)
    return [_shown(head, base, used) for head in store.all()]


@router.post("/heads/none/use", status_code=204)
def use_none(here: Here) -> Response:
    """Let the common or the base's own head judge again."""
    here.person.heads.use(None)
    here.judge.refresh()
    return Response(status_code=204)


@router.post("/heads/{head}/use")
def use(here: Here, head: HeadId) -> HeadShape:
    """Let an earlier personal head judge again."""
    base, store = here.person.base.id, here.person.heads
    found = store.get(head)
    if found.base != base:
        raise UsageError(f"this head belongs to base {found.base}, and {base} is in use; train a new one")
    store.use(head)
    here.judge.refresh()
    return _shown(found, base, found)


@router.delete("/heads/{head}", status_code=204)
def delete(here: Here, head: HeadId) -> Response:
    """Destroy a personal head."""
    here.person.heads.delete(head)
    here.judge.refresh()
    return Response(status_code=204)


@router.get("/heads/{head}/file", response_class=Response)
def file(here: Here, head: HeadId) -> Response:
    """Return a personal head as a safetensors file, not encrypted."""
    name = f"vsr-head-{here.person.heads.get(head).made:%Y-%m-%d}.safetensors"
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(here.person.heads.export(head), media_type="application/octet-stream", headers=disposition)


def _shown(head: Head, base: str, used: Head | None) -> HeadShape:
    return HeadShape(
        id=head.id,
        base=head.base,
        made=head.made,
        recordings=head.recordings,
        before=scores_json(head.before),
        after=scores_json(head.after),
        kept=head.kept,
        in_use=used is not None and used.id == head.id,
        fits=head.base == base,
    )
