"""Zip files from outside: nothing lands outside the folder, and nothing half."""

import stat
import zipfile
from pathlib import Path

import pytest

from tests.server import corpora_trees as trees
from vsr_server.corpora.unpack import unpack
from vsr_shared.errors import VsrError


def test_a_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("Actor_01")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, "/etc")
    with pytest.raises(VsrError, match="would write 'Actor_01' outside"):
        unpack(tmp_path / "a.zip", tmp_path / "into", 1000)


def test_a_zip_that_unpacks_to_more_than_agreed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(trees.zipped({"zeros.wav": bytes(1_000_000)}))
    with pytest.raises(VsrError, match=r"1 files of 1 MB, more than the 0 MB expected"):
        unpack(tmp_path / "a.zip", tmp_path / "into", 100_000)
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("content", [b"<html>", trees.zipped({"a.wav": bytes(5000)})[:-40]], ids=["web page", "cut"])
def test_what_is_no_whole_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(VsrError, match=r"a\.zip is no whole zip file"):
        unpack(tmp_path / "a.zip", tmp_path / "into", 100_000)


def test_a_zip_with_a_damaged_entry_leaves_nothing(tmp_path: Path) -> None:
    noise = trees.wav(1, samples=4000)
    damaged = bytearray(trees.zipped({"a.wav": trees.wav(2), "b.wav": noise}))
    damaged[-3000] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(damaged)
    with pytest.raises(VsrError, match="no whole zip file"):
        unpack(tmp_path / "a.zip", tmp_path / "into", 100_000)
    assert not (tmp_path / "into").exists()
