"""A request's body as an iterable of bytes for a thread, a few pieces in memory at a time."""

import asyncio
import queue
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, TypeVar

from starlette.concurrency import run_in_threadpool

_PIECES: Final = 16
_Result = TypeVar("_Result")


class Interrupted(OSError):
    """The browser went away before the end."""


async def streamed(body: AsyncIterator[bytes], take: Callable[[Iterator[bytes]], _Result]) -> _Result:
    """Run `take` in a thread with the pieces of `body` as they come; what either raises is raised."""
    pieces: queue.Queue[bytes | Exception | None] = queue.Queue(_PIECES)
    taking = asyncio.ensure_future(run_in_threadpool(take, _pieces(pieces)))

    async def put(piece: bytes | Exception | None) -> None:
        while not taking.done():
            try:
                pieces.put_nowait(piece)
                return
            except queue.Full:
                await asyncio.sleep(0.005)

    try:
        async for piece in body:
            if taking.done():
                break
            await put(piece)
        await put(None)
    except BaseException as error:
        await put(error if isinstance(error, Exception) else Interrupted("the upload was interrupted"))
        await asyncio.gather(taking, return_exceptions=True)
        raise
    return await taking


def _pieces(source: "queue.Queue[bytes | Exception | None]") -> Iterator[bytes]:
    while (piece := source.get()) is not None:
        if isinstance(piece, Exception):
            raise piece
        if piece:
            yield piece
