"""A base file is whole and of this version, or it is refused."""

import zipfile
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.shared.small_base import rewritten, small_base
from vsr_shared.base import FORMAT, MAX_BYTES, Base, make_base, read_base, write_base
from vsr_shared.errors import BaseError
from vsr_shared.network.trunk import LiteRTTrunk

SMALL = small_base()
DATA = write_base(SMALL)
# Beside the arrays, which fill most of it: headers, manifest, trunk, table of contents.
OUTSIDE_ARRAYS = [*range(DATA.index(b"trainable/")), *range(len(DATA) - 400, len(DATA))]


def test_writing_and_reading_give_the_same_base() -> None:
    read = read_base(DATA)
    assert write_base(read) == DATA
    assert (read.id, read.manifest) == (SMALL.id, SMALL.manifest)
    assert all((read.trainable[name] == array).all() for name, array in SMALL.trainable.items())


def test_a_base_that_keras_built_reads_back_whole(base: Base) -> None:
    data = write_base(base)
    assert write_base(read_base(data)) == data


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OUTSIDE_ARRAYS) | st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_every_changed_byte_is_noticed(place: int, change: int) -> None:
    damaged = bytearray(DATA)
    damaged[place] ^= change
    with pytest.raises(BaseError):
        read_base(bytes(damaged))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(DATA) - 1))
def test_a_base_cut_short_is_refused(kept: int) -> None:
    with pytest.raises(BaseError, match="fetch it again"):
        read_base(DATA[:kept])


@pytest.mark.parametrize("more", [lambda data: data + b"\0", lambda data: b"\0" + data])
def test_what_hangs_on_a_base_is_noticed(more: Callable[[bytes], bytes]) -> None:
    with pytest.raises(BaseError):
        read_base(more(DATA))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_other_bytes_are_no_base(noise: bytes) -> None:
    with pytest.raises(BaseError):
        read_base(noise)


def test_a_base_of_another_format_names_the_versions() -> None:
    with pytest.raises(BaseError, match=f"format {FORMAT + 1}, this VSR reads {FORMAT}; install"):
        read_base(rewritten(DATA, manifest={"format": FORMAT + 1}))


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"origin": "stolen"},
        {"name": 3},
        {"heard": "rav01"},
        {"heard": [1]},
        {"licence": None},
        {"notes": []},
        {"parts": ["trunk.tflite", "arrays.safetensors"]},
        {"parts": {"trunk.tflite": "0"}},
        {"parts": 5},
        {"spectrogram": {}},
        {"spectrogram": None},
        {"name": "\ud800"},
    ],
    ids=str,
)
def test_a_manifest_that_does_not_say_what_it_must_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BaseError, match="manifest"):
        read_base(rewritten(DATA, manifest=changes))


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000, b'{"format": %d}' % FORMAT])
def test_a_manifest_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(BaseError, match="manifest"):
        read_base(rewritten(DATA, members={"manifest.json": text}))


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = rewritten(DATA, members={"trunk.tflite": bytes(MAX_BYTES)}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 10_000_000
    with pytest.raises(BaseError, match="compressed"):
        read_base(bomb)


def test_a_file_larger_than_any_base_is_not_read() -> None:
    with pytest.raises(BaseError, match="more than"):
        read_base(bytes(MAX_BYTES + 1))


def test_an_archive_of_something_else_is_refused() -> None:
    for extra in ({"notes.txt": b"hello"}, {"../../evil": b""}):
        with pytest.raises(BaseError, match="three parts"):
            read_base(rewritten(DATA, members=extra))


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((3, 3), np.float32), "right shape"),
        (np.zeros((256, 2), np.float64), "right shape"),
        (np.full((256, 2), np.nan, np.float32), "not all numbers"),
    ],
)
def test_arrays_of_another_network_or_of_no_numbers_are_refused(array: np.ndarray, words: str) -> None:
    trainable = dict(SMALL.trainable) | {"polarity/kernel": array}
    fields = {"name": "odd", "origin": "random", "spectrogram": SMALL.manifest.spectrogram}
    with pytest.raises(BaseError, match=words):
        read_base(write_base(make_base(SMALL.trunk, trainable, SMALL.frozen, **fields)))


@pytest.mark.parametrize("trunk", [b"", b"no trunk", bytes(1000)])
def test_a_trunk_that_is_none_is_refused_where_it_is_loaded(trunk: bytes) -> None:
    with pytest.raises(BaseError, match="trunk"):
        LiteRTTrunk(trunk, (64, 87))
