"""What happens as it happens, and the sample texts."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from vsr_client.app.runtime import Here
from vsr_client.recorder.texts import sample_texts

router = APIRouter(prefix="/api", tags=["live"])


class TextShape(BaseModel):
    """A text to read aloud; `language` is its BCP 47 tag."""

    id: str
    language: str
    text: str


@router.get("/events", response_class=StreamingResponse)
def events(here: Here) -> StreamingResponse:
    """Stream `job` events with a job, and `recordings` events with an id and what became of it."""
    return StreamingResponse(here.events.stream(), media_type="text/event-stream")


@router.get("/texts")
def texts() -> list[TextShape]:
    """Return neutral texts to read aloud, in several languages."""
    return [TextShape(**vars(text)) for text in sample_texts()]
