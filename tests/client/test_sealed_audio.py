"""Sealed files: what is written comes back, from any place; what was tampered with does not."""

import io
import os
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsr_client.store.chunk_seal import HEADER_BYTES
from vsr_client.store.sealed_audio import SealedWriter, opened
from vsr_client.store.sealed_stream import SealedStream
from vsr_shared.errors import StoreError

KEY: Final = os.urandom(32)
CHUNK: Final = 100
SEALED: Final = CHUNK + 16


def sealed(plain: bytes, *, key: bytes = KEY, purpose: str = "one", finish: bool = True, piece: int = 33) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, key, purpose, CHUNK)
    for first in range(0, len(plain), piece):
        writer.write(plain[first : first + piece])
        if not finish:
            writer.spill()
    if finish:
        writer.finish()
    return file.getvalue()


def unsealed(data: bytes, *, key: bytes = KEY, purpose: str = "one", unfinished: bool = False) -> bytes:
    with opened(io.BytesIO(data), key, purpose, unfinished=unfinished) as reader:
        return reader.read()


@given(st.binary(max_size=450), st.integers(1, 200))
def test_what_is_written_comes_back(plain: bytes, piece: int) -> None:
    assert unsealed(sealed(plain, piece=piece)) == plain
    stream = io.BufferedReader(SealedStream(io.BytesIO(sealed(plain, piece=piece)), KEY, "one"))
    assert stream.read() == plain


@given(st.binary(max_size=450), st.integers(0, 500), st.integers(0, 200))
def test_any_part_can_be_read(plain: bytes, start: int, length: int) -> None:
    front = b"in front"
    with opened(io.BytesIO(sealed(plain)), KEY, "one", front=front) as reader:
        assert reader.seek(0, io.SEEK_END) == len(front + plain)
        reader.seek(start)
        assert reader.read(length) == (front + plain)[start : start + length]


PLAIN: Final = os.urandom(3 * CHUNK + 20)


CHANGES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "a bit of the header": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "the chunk size": lambda data: data[:5] + (50).to_bytes(4, "big") + data[9:],
    "a bit of a chunk": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "a bit of the last chunk": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "cut within a chunk": lambda data: data[:-5],
    "cut between chunks": lambda data: data[: HEADER_BYTES + 3 * SEALED],
    "cut after the first chunk": lambda data: data[: HEADER_BYTES + SEALED],
    "no chunks": lambda data: data[:HEADER_BYTES],
    "nothing": lambda data: b"",
    "something appended": lambda data: data + b"x",
    "a chunk left out": lambda data: data[:HEADER_BYTES] + data[HEADER_BYTES + SEALED :],
    "a chunk twice": lambda data: data[: HEADER_BYTES + SEALED] + data[HEADER_BYTES:],
    "two chunks exchanged": lambda data: (
        data[:HEADER_BYTES]
        + data[HEADER_BYTES + SEALED : HEADER_BYTES + 2 * SEALED]
        + data[HEADER_BYTES : HEADER_BYTES + SEALED]
        + data[HEADER_BYTES + 2 * SEALED :]
    ),
    "a chunk of another file under the same key": lambda data: (
        data[:HEADER_BYTES] + sealed(PLAIN)[HEADER_BYTES : HEADER_BYTES + SEALED] + data[HEADER_BYTES + SEALED :]
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_tampering_is_noticed(what: str) -> None:
    data = CHANGES[what](sealed(PLAIN))
    with pytest.raises(StoreError, match="damaged"):
        unsealed(data)
    with pytest.raises(StoreError, match="damaged"):
        io.BufferedReader(SealedStream(io.BytesIO(data), KEY, "one")).read()


def test_a_file_opens_with_its_own_key_and_for_its_own_purpose_only() -> None:
    data = sealed(PLAIN)
    with pytest.raises(StoreError):
        unsealed(data, key=os.urandom(32))
    with pytest.raises(StoreError):
        unsealed(data, purpose="another")


def test_an_unfinished_file_counts_as_cut_off_unless_asked_for() -> None:
    data = sealed(PLAIN, finish=False)
    with pytest.raises(StoreError):
        unsealed(data)
    assert unsealed(data, unfinished=True) == PLAIN[: 3 * CHUNK]


@given(st.integers(0, 3 * SEALED))
def test_an_unfinished_file_gives_its_last_whole_chunk_wherever_it_was_torn(length: int) -> None:
    torn = sealed(PLAIN, finish=False)[: HEADER_BYTES + length]
    assert unsealed(torn, unfinished=True) == PLAIN[: length // SEALED * CHUNK]


@pytest.mark.parametrize("size", [0, 1, CHUNK, 2 * CHUNK, 2 * CHUNK + 1])
def test_a_file_finished_in_its_last_moment_is_read_whole(size: int) -> None:
    assert unsealed(sealed(PLAIN[:size]), unfinished=True) == PLAIN[:size]


def test_the_same_bytes_are_never_sealed_to_the_same() -> None:
    assert sealed(PLAIN)[HEADER_BYTES:] != sealed(PLAIN)[HEADER_BYTES:]


def test_nothing_of_the_plain_bytes_shows() -> None:
    plain = b"the same words again and again " * 50
    assert b"words" not in sealed(plain)
