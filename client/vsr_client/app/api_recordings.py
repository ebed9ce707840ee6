"""The recordings: taking files in, listing, labelling, playing, looking at them, and why they sound as they do."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, Field

from vsr_client.app.playback import answer
from vsr_client.app.runtime import Here
from vsr_client.app.shapes import BYTES, RecordingShape, RecordingsShape, shown
from vsr_client.app.taking_in import hear_kept, judged_anew, now_there, without_audio_if_wished
from vsr_client.app.upload import streamed
from vsr_client.recorder.labels import labelled
from vsr_client.recorder.selection import Label, selected
from vsr_client.store.kept_recording import KeptRecording
from vsr_shared.emotions import Emotion, Polarity
from vsr_shared.errors import AudioError

router = APIRouter(prefix="/api/recordings", tags=["recordings"])
RecordingId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Offset = Annotated[
    int | None, Query(ge=-1439, le=1439, description="Minutes that local time is ahead of UTC; else this machine's.")
]


class Change(BaseModel):
    """What the person says of a recording; what is left out stays, null takes it away."""

    polarity: Polarity | None = None
    emotion: Emotion | None = None
    note: str | None = Field(default=None, max_length=20_000)


@router.post("", openapi_extra=BYTES)
async def take_in(
    here: Here, request: Request, name: Annotated[str, Query(max_length=255)] = "", offset_minutes: Offset = None
) -> RecordingShape:
    """Keep an audio file of any usual format, hear it and judge it; where nothing can be heard it is not kept."""
    recording = KeptRecording(uuid4().hex, now_there(offset_minutes), "file", name, 0.0)
    _ = here.person  # locked or not is said before two gigabytes are sent

    def take(pieces: Iterator[bytes]) -> KeptRecording:
        store = here.person.recordings
        store.add(recording, pieces)
        try:
            return without_audio_if_wished(here, hear_kept(here, recording.id))
        except AudioError:
            store.delete(recording.id)
            raise

    kept = await streamed(request.stream(), take)
    here.changed(kept.id, "added")
    return shown(kept)


@router.get("")
def recordings(
    here: Here,
    label: Label = "all",
    first: Annotated[date | None, Query(alias="from", description="The first day.")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last day.")] = None,
    q: Annotated[str, Query(max_length=200, description="Words in name, note or emotion.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> RecordingsShape:
    """Return recordings, newest first, without their segments."""
    found = selected(here.person.recordings.all(), label, first, last, q)
    page = [shown(one, segments=False) for one in found[offset : offset + limit]]
    return RecordingsShape(total=len(found), items=page)


@router.get("/{recording}")
def one(here: Here, recording: RecordingId) -> RecordingShape:
    """Return one recording."""
    return shown(here.person.recordings.get(recording))


@router.patch("/{recording}")
def change(here: Here, recording: RecordingId, said: Change) -> RecordingShape:
    """Label a recording or note something; an emotion implies its polarity."""
    store = here.person.recordings
    given = {name: getattr(said, name) for name in said.model_fields_set}
    kept = store.change(recording, **labelled(store.get(recording), given, datetime.now().astimezone()))
    here.changed(recording, "changed")
    return shown(kept)


@router.delete("/{recording}", status_code=204)
def delete(here: Here, recording: RecordingId) -> Response:
    """Destroy a recording: its key, what is known of it, and its audio."""
    here.person.recordings.delete(recording)
    here.changed(recording, "deleted")
    return Response(status_code=204)


@router.post("/{recording}/listen")
def listen(here: Here, recording: RecordingId) -> RecordingShape:
    """Judge a recording anew by the head in use."""
    kept = judged_anew(here, recording)
    here.changed(recording, "changed")
    return shown(kept)


@router.get("/{recording}/audio", response_class=Response)
def audio(here: Here, recording: RecordingId, wanted: Annotated[str | None, Header(alias="range")] = None) -> Response:
    """Return its sound, or a range of it; as it was kept where browsers play that, else as WAV."""
    store = here.person.recordings
    return answer(store.audio(recording), store.get(recording).seconds, wanted)


class Wave(BaseModel):
    """The outline of a wave: the lowest and highest sample, -1 to 1, of equal parts of the recording."""

    seconds: float
    low: list[float]
    high: list[float]


@router.get("/{recording}/wave")
def wave(here: Here, recording: RecordingId, points: Annotated[int, Query(ge=16, le=4000)] = 800) -> Wave:
    """Return the outline of its wave."""
    kept = here.person.recordings.get(recording)
    low, high = here.looks.wave(here.person.recordings, kept, points)
    return Wave(seconds=kept.seconds, low=low, high=high)


@router.get("/{recording}/segments/{number}.png", response_class=Response)
def segment_picture(here: Here, recording: RecordingId, number: Annotated[int, Path(ge=0)]) -> Response:
    """Return what the model sees of a segment (from 0) as a grey PNG, high bands on top."""
    picture = here.looks.picture(here.person.recordings, recording, here.person.base, number)
    return Response(picture, media_type="image/png", headers={"cache-control": "private, max-age=3600"})


class LeftOutShape(BaseModel):
    """A segment's own probability of positive, and the recording's without it (null where it is the only one)."""

    start: float
    end: float
    positive: float
    without: float | None


class PartShape(BaseModel):
    """A part of a segment's picture, and how the recording's probability of positive moves where it is covered."""

    segment: int
    start: float
    end: float
    low_hz: float
    high_hz: float
    shift: float


class Why(BaseModel):
    """What a judgement hangs on."""

    segments: list[LeftOutShape]
    parts: list[PartShape]
    sentence: str


@router.get("/{recording}/why")
def why(here: Here, recording: RecordingId) -> Why:
    """Return what would change VSR's mind: the recording judged again with parts of it covered."""
    reasons = here.looks.why(here, recording)
    return Why(
        segments=[LeftOutShape(**vars(one)) for one in reasons.segments],
        parts=[PartShape(**vars(one)) for one in reasons.parts],
        sentence=reasons.sentence,
    )
