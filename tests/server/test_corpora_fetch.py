"""Fetching against a real server on this machine: whole, damaged, cut short, absent."""

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.server import corpora_trees as trees
from vsr_server.corpora.corpus import Archive, Corpus, PointedFiles
from vsr_server.corpora.crema_d import CREMA_D
from vsr_server.corpora.fetch import fetch
from vsr_server.corpora.ravdess import RAVDESS
from vsr_server.corpora.read import read_corpora
from vsr_server.corpora.savee import SAVEE
from vsr_server.corpora.tess import TESS
from vsr_shared.errors import StoreError, UsageError, VsrError


@dataclass
class Site:
    """What a server on 127.0.0.1 gives, and what it was asked for."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    """Paths whose answer promises twice as many bytes as come."""
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            body = here.files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"") * (2 if self.path in here.cut else 1)))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


def archived(site: Site, archive: bytes | None = None) -> Corpus:
    """RAVDESS with two actors, as a zip on `site`."""
    archive = archive or trees.zipped({name: trees.wav(i) for i, name in enumerate(trees.ravdess_names())})
    site.files["/speech.zip"] = archive
    checksum = f"md5:{hashlib.md5(archive, usedforsecurity=False).hexdigest()}"
    return replace(RAVDESS, source=Archive(f"{site.url}/speech.zip", "speech.zip", checksum, len(archive), 1_000_000))


def pointed(site: Site) -> Corpus:
    """CREMA-D with two actors, as Git LFS files on `site`."""
    files = {name: trees.wav(i) for i, name in enumerate(trees.crema_names())}
    marks = {name: (hashlib.sha256(content).hexdigest(), len(content)) for name, content in files.items()}
    pointers = {
        f"CREMA-D-1/AudioWAV/{name}": f"version https://git-lfs.github.com/spec/v1\noid sha256:{mark}\nsize {size}\n"
        for name, (mark, size) in marks.items()
    }
    others = {"CREMA-D-1/README.md": b"read", "CREMA-D-1/VideoFlash/1001_DFA_ANG_XX.flv": b"version"}
    site.files["/zip"] = trees.zipped({**{name: text.encode() for name, text in pointers.items()}, **others})
    site.files |= {f"/media/{name}": content for name, content in files.items()}
    digest = hashlib.sha256("".join(f"{name} {mark} {size}\n" for name, (mark, size) in sorted(marks.items())).encode())
    source = PointedFiles(f"{site.url}/zip", "AudioWAV", digest.hexdigest(), f"{site.url}/media/{{name}}", 10_000)
    return replace(CREMA_D, source=source)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_an_archive_is_fetched_checked_and_unpacked(site: Site, tmp_path: Path) -> None:
    said: list[str] = []
    folder = fetch(archived(site), tmp_path / "new", said.append)
    assert folder == tmp_path / "new" / "ravdess"
    assert len(read_corpora(folder)) == 120
    assert left(tmp_path / "new") == {"ravdess"}
    assert said == ["fetching 0 MB from 127.0.0.1", "120 files unpacked"]


def test_what_is_there_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    fetch(archived(site), tmp_path)
    site.asked.clear()
    said: list[str] = []
    assert fetch(archived(site), tmp_path, said.append) == tmp_path / "ravdess"
    assert site.asked == [] and "there already" in said[0]


def test_another_checksum_is_refused_and_nothing_kept(site: Site, tmp_path: Path) -> None:
    corpus = archived(site)
    site.files["/speech.zip"] = trees.zipped({"Actor_01/03-01-05-02-01-01-01.wav": b"other"})
    with pytest.raises(VsrError, match=r"speech\.zip from 127\.0\.0\.1 has another checksum than published"):
        fetch(corpus, tmp_path, retries=0)
    assert left(tmp_path) == {".ravdess.partial"}
    assert left(tmp_path / ".ravdess.partial") == set()


def test_a_download_cut_short_is_refused_and_goes_through_later(site: Site, tmp_path: Path) -> None:
    corpus = archived(site)
    site.cut.add("/speech.zip")
    with pytest.raises(VsrError, match="broke off; run the same command again"):
        fetch(corpus, tmp_path, retries=0)
    assert not (tmp_path / "ravdess").exists()
    site.cut.clear()
    assert len(read_corpora(fetch(corpus, tmp_path, retries=0))) == 120


def test_a_download_is_tried_again_by_itself(site: Site, tmp_path: Path) -> None:
    corpus = archived(site)
    site.cut.add("/speech.zip")
    with pytest.raises(VsrError):
        fetch(corpus, tmp_path, retries=1)
    assert site.asked == ["/speech.zip"] * 2


def test_without_a_network_it_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/speech.zip"
        corpus = replace(RAVDESS, source=Archive(url, "speech.zip", "md5:0", 1, 1))
        with pytest.raises(VsrError, match=r"cannot be reached .*check the network .* copy the folder here"):
            fetch(corpus, tmp_path, retries=0)


def test_a_server_that_no_longer_has_it(site: Site, tmp_path: Path) -> None:
    corpus = archived(site)
    site.files.clear()
    with pytest.raises(VsrError, match=r"127\.0\.0\.1 refuses \(404"):
        fetch(corpus, tmp_path, retries=0)


@pytest.mark.parametrize(("corpus", "says"), [(SAVEE, "register at http"), (TESS, "Access Dataset at https")])
def test_what_may_not_be_fetched_says_how_to_get_it(corpus: Corpus, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{corpus.name} cannot be fetched by a program .*{says}"):
        fetch(corpus, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_disk_without_room_is_told_before(site: Site, tmp_path: Path) -> None:
    source = Archive(f"{site.url}/speech.zip", "speech.zip", "md5:0", 1 << 60, 1)
    with pytest.raises(StoreError, match=r"needs up to .* MB"):
        fetch(replace(RAVDESS, source=source), tmp_path)
    assert site.asked == []


def test_a_folder_that_cannot_be_written(site: Site, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="choose another folder"):
        fetch(archived(site), tmp_path / "file")


def test_files_behind_pointers_are_fetched_and_checked_one_by_one(site: Site, tmp_path: Path) -> None:
    folder = fetch(pointed(site), tmp_path)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.wav")} == {
        f"AudioWAV/{name}" for name in trees.crema_names()
    }
    assert len(read_corpora(folder)) == 12
    assert left(tmp_path) == {"crema-d"}


def test_pointers_other_than_those_pinned_are_refused(site: Site, tmp_path: Path) -> None:
    corpus = pointed(site)
    name = "CREMA-D-1/AudioWAV/1001_DFA_ANG_XX.wav"
    site.files["/zip"] = trees.zipped({name: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"})
    with pytest.raises(VsrError, match="is not the one known; nothing was fetched"):
        fetch(corpus, tmp_path, retries=0)
    assert site.asked == ["/zip"]


def test_one_wrong_file_stops_it_and_the_others_are_kept(site: Site, tmp_path: Path) -> None:
    corpus = pointed(site)
    right = site.files["/media/1002_DFA_SAD_XX.wav"]
    site.files["/media/1002_DFA_SAD_XX.wav"] = b"other"
    with pytest.raises(VsrError, match=r"1002_DFA_SAD_XX\.wav from 127\.0\.0\.1 has another checksum"):
        fetch(corpus, tmp_path, retries=0)
    assert not (tmp_path / "crema-d").exists()
    site.files["/media/1002_DFA_SAD_XX.wav"] = right
    kept = {f"/media/{path.name}" for path in (tmp_path / ".crema-d.partial").rglob("*.wav")}
    assert len(kept) > 6
    site.asked.clear()
    assert len(read_corpora(fetch(corpus, tmp_path, retries=0))) == 12
    assert not kept & set(site.asked)


@pytest.mark.parametrize("name", ["../outside.wav", "/etc/outside.wav", "a/../../outside.wav", "C:\\outside.wav"])
def test_a_zip_that_leads_out_of_its_folder_is_refused(site: Site, tmp_path: Path, name: str) -> None:
    corpus = archived(site, trees.zipped({"Actor_01/03-01-05-02-01-01-01.wav": trees.wav(1), name: trees.wav(2)}))
    with pytest.raises(VsrError, match="outside its folder; do not use this file"):
        fetch(corpus, tmp_path / "to", retries=0)
    assert list(tmp_path.rglob("*.wav")) == []
