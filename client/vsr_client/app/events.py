"""What happens, told to every open page as it happens (server-sent events)."""

import asyncio
import json
from collections.abc import AsyncIterator
from threading import Lock
from typing import Any, Final

_WAITING: Final = 200
"""Events that wait for a page that does not read, at most; it is cut off then and comes back by itself."""
_HEARTBEAT: Final = 15.0


class Events:
    """Passes events from any thread to every subscriber."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queues: dict[asyncio.Queue[str | None], asyncio.AbstractEventLoop] = {}
        self._closed = False

    def publish(self, kind: str, data: Any) -> None:
        """Tell every subscriber; `data` is made JSON."""
        text = f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        self._put(text)

    def close(self) -> None:
        """End every stream, so that the app can end."""
        self._closed = True
        self._put(None)

    async def stream(self) -> AsyncIterator[str]:
        """Yield the events from now on, in the form of text/event-stream."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(_WAITING)
        with self._lock:
            self._queues[queue] = asyncio.get_running_loop()
        try:
            yield ": hello\n\n"
            while not self._closed:
                try:
                    text = await asyncio.wait_for(queue.get(), _HEARTBEAT)
                except TimeoutError:
                    text = ": still here\n\n"
                if text is None:
                    return
                yield text
        finally:
            with self._lock:
                self._queues.pop(queue, None)

    def _put(self, text: str | None) -> None:
        with self._lock:
            for queue, loop in list(self._queues.items()):
                if not loop.is_closed():
                    loop.call_soon_threadsafe(_offer, queue, text)


def _offer(queue: "asyncio.Queue[str | None]", text: str | None) -> None:
    while queue.full():
        queue.get_nowait()
        text = None
    queue.put_nowait(text)
