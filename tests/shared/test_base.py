"""A base file is whole and of this version, or it is refused."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from vsr_shared.base import Base, read_base, write_base
from vsr_shared.errors import BaseError
from vsr_shared.find_base import BaseChoice, find_base


def test_writing_and_reading_give_the_same_base(base: Base) -> None:
    data = write_base(base)
    assert write_base(read_base(data)) == data
    assert read_base(data).id == base.id


def test_every_flipped_byte_is_noticed(base: Base) -> None:
    data = bytearray(write_base(base))
    for place in (len(data) // 3, len(data) // 2, len(data) - 4000):
        damaged = bytearray(data)
        damaged[place] ^= 1
        with pytest.raises(BaseError, match=r"SHA-256|whole|CRC"):
            read_base(bytes(damaged))


@pytest.mark.parametrize("kept", [0, 10, 100_000])
def test_a_base_cut_short_is_refused(base: Base, kept: int) -> None:
    with pytest.raises(BaseError, match="fetch it again"):
        read_base(write_base(base)[:kept])


def test_a_base_of_another_format_names_the_versions(base: Base) -> None:
    with pytest.raises(BaseError, match="format 2, this VSR reads 1"):
        read_base(_with_manifest(base, {"format": 2}))


def test_a_manifest_with_unknown_fields_is_refused(base: Base) -> None:
    with pytest.raises(BaseError, match="manifest"):
        read_base(_with_manifest(base, {"surprise": 1}))


def test_a_missing_base_is_no_reason_to_take_another(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match="cannot be read"):
        find_base(BaseChoice(tmp_path / "nothing.vsr", tmp_path))


def test_a_damaged_base_is_no_reason_to_take_another(tmp_path: Path) -> None:
    path = tmp_path / "base.vsr"
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(BaseError, match=r"base\.vsr"):
        find_base(BaseChoice(path, tmp_path))


def _with_manifest(base: Base, changes: dict[str, object]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_base(base))) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.namelist():
            data = old.read(member)
            if member == "manifest.json":
                data = json.dumps(json.loads(data) | changes).encode()
            new.writestr(member, data)
    return buffer.getvalue()
