"""A capture or a file becomes a recording: kept whole, heard, judged; or not kept, with the reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from vsr_client.app.runtime import Runtime
from vsr_client.store.kept_recording import KeptRecording
from vsr_shared.errors import AudioError, EmptyAudio, UnknownRecording


def now_there(offset_minutes: int | None) -> datetime:
    """Return this moment where local time is `offset_minutes` ahead of UTC; None: by this machine's own clock."""
    zone = None if offset_minutes is None else timezone(timedelta(minutes=offset_minutes))
    return datetime.now(UTC).astimezone(zone)


def finish_capture(here: Runtime, capture: str, *, keep_anyway: bool) -> KeptRecording:
    """Make a recording of a capture, running or left over.

    AudioError where there is nothing to hear; then it is discarded, unless `keep_anyway`.
    """
    store = here.person.recordings
    closed = here.desk.close(capture)
    left = next((one for one in store.unfinished() if one.id == capture), None)
    if left is None:
        if closed:
            store.discard_capture(capture)
            raise EmptyAudio("nothing was recorded; check that the microphone is allowed, then record again")
        raise UnknownRecording("there is no such unfinished recording; it was finished or discarded before")
    start = left.start
    recording = KeptRecording(
        capture, start.recorded, "microphone", start.name, left.seconds, capture=start.capture, text=start.text
    )
    try:
        with store.capture_audio(capture) as audio:
            hearing, said = here.judge.hear(audio, start.name or "the recording")
    except AudioError:
        if not keep_anyway:
            store.discard_capture(capture)
            raise
        store.keep_capture(recording)
    else:
        recording = replace(recording, seconds=hearing.seconds, levels=hearing.levels, said=said)
        store.keep_capture(recording, hearing.sound)
        store.put_heard(capture, said.base, hearing.heard)
        recording = without_audio_if_wished(here, recording)
    here.changed(capture, "added")
    return recording


def hear_kept(here: Runtime, recording: str) -> KeptRecording:
    """Hear a kept recording from its audio and keep what is heard; AudioError where there is nothing to hear."""
    store = here.person.recordings
    with store.audio(recording) as audio:
        hearing, said = here.judge.hear(audio, store.get(recording).name or "the recording")
    store.put_heard(recording, said.base, hearing.heard)
    return store.change(recording, hearing.sound, seconds=hearing.seconds, levels=hearing.levels, said=said)


def without_audio_if_wished(here: Runtime, recording: KeptRecording) -> KeptRecording:
    """Let go of the sound of a recording that was heard, where the person chose that none stays."""
    if here.person.preferences.get().keep_audio:
        return recording
    return here.person.recordings.drop_audio(recording.id)


def judged_anew(here: Runtime, recording: str) -> KeptRecording:
    """Judge a kept recording by the head in use: from what was heard, or from its audio where that is not all."""
    store = here.person.recordings
    said = store.get(recording).said
    heard = store.heard(recording, here.person.base.id)
    if heard is None or said is None or len(heard.times) < len(said.segments):
        return hear_kept(here, recording)
    return store.change(recording, said=here.judge.judge(heard))
