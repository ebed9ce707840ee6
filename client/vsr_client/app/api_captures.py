"""Recording from the microphone: pieces come as they are recorded, and a finished capture is a recording."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from vsr_client.app.runtime import Here
from vsr_client.app.shapes import BYTES, RecordingShape, shown
from vsr_client.app.taking_in import finish_capture, now_there
from vsr_client.store.captures import CaptureStart
from vsr_client.store.kept_recording import Capture

router = APIRouter(prefix="/api/captures", tags=["captures"])
CaptureId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class NewCapture(BaseModel):
    """What the browser really granted, and where the person's clock stands."""

    device: str = Field(default="", max_length=300)
    sample_rate: int = Field(ge=8_000, le=192_000)
    channels: int = Field(default=1, ge=1, le=32)
    echo_cancellation: bool | None = None
    noise_suppression: bool | None = None
    auto_gain: bool | None = None
    text: str = Field(default="", max_length=100)
    offset_minutes: int | None = Field(default=None, ge=-1440 + 1, le=1440 - 1)
    """Minutes that local time is ahead of UTC: 60 for Berlin in winter; else as on this machine."""


class CaptureProgress(BaseModel):
    """How much was taken."""

    seconds: float


@router.post("")
def begin(here: Here, new: NewCapture) -> dict[str, str]:
    """Begin a capture; its samples follow."""
    capture = Capture(
        new.device, new.sample_rate, new.channels, new.echo_cancellation, new.noise_suppression, new.auto_gain
    )
    start = CaptureStart(uuid4().hex, now_there(new.offset_minutes), capture, new.text)
    here.desk.begin(start)
    return {"id": start.id}


@router.post("/{capture}/samples", openapi_extra=BYTES)
async def samples(here: Here, request: Request, capture: CaptureId, n: Annotated[int, Query(ge=0)]) -> CaptureProgress:
    """Take piece `n` (0, 1, 2 …): mono PCM s16le at the capture's rate, at most 1 MiB. A repeated piece is ignored."""
    body = await request.body()  # whatever type the browser calls it
    return CaptureProgress(seconds=await run_in_threadpool(lambda: here.desk.write(capture, n, body)))


@router.post("/{capture}/finish")
def finish(here: Here, capture: CaptureId, keep: bool = False) -> RecordingShape:
    """Make it a recording, heard and judged. Where nothing can be heard it is discarded, unless `keep`."""
    return shown(finish_capture(here, capture, keep_anyway=keep))


@router.delete("/{capture}", status_code=204)
def discard(here: Here, capture: CaptureId) -> Response:
    """Discard a running or unfinished capture."""
    here.desk.close(capture)
    here.person.recordings.discard_capture(capture)
    return Response(status_code=204)
