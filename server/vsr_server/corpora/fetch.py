"""Fetching a corpus whose licence and publisher allow that: every byte is held against a checksum known beforehand.

Downloads are `pooch`'s: to a temporary name, checked, then moved. What was fetched whole is kept when the rest fails,
so that the same command goes on; the corpus' folder appears only when all of it is there.
"""

import hashlib
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from vsr_server.corpora.corpus import Archive, Corpus, PointedFiles
from vsr_server.corpora.unpack import unpack
from vsr_shared.errors import StoreError, UsageError, VsrError

_POINTER: Final = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)\n")
_LARGEST_POINTER: Final = 1024
_AT_ONCE: Final = 4

Say = Callable[[str], None]


def fetch(corpus: Corpus, to: Path, say: Say = lambda _: None, retries: int = 2) -> Path:
    """Fetch `corpus` into a folder of its name in `to` and return that folder, which may be there already.

    A download that fails is tried `retries` times more. UsageError where the corpus is not to be fetched, StoreError
    where the disk cannot hold it, VsrError where the network or the server fails or a checksum is another.
    """
    target, work = to / corpus.name, to / f".{corpus.name}.partial"
    if corpus.source is None:
        raise UsageError(f"{corpus.name} cannot be fetched by a program ({corpus.licence}): {corpus.how_to_get}")
    if target.exists():
        say(f"{target} is there already")
        return target
    try:
        work.mkdir(parents=True, exist_ok=True)
        _check_room(corpus.name, corpus.source, to)
        if isinstance(corpus.source, Archive):
            whole = _fetch_archive(corpus.source, work, say, retries)
        else:
            whole = _fetch_pointed(corpus.source, work, say, retries)
        whole.rename(target)
        shutil.rmtree(work)
    except OSError as error:
        raise StoreError(f"{to} cannot be written ({error}); make room or choose another folder") from error
    return target


def _fetch_archive(source: Archive, work: Path, say: Say, retries: int) -> Path:
    say(f"fetching {source.size / 1e6:,.0f} MB from {urlsplit(source.url).hostname}")
    download(source.url, work / source.file, source.checksum, retries)
    unpacked = work / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    say(f"{unpack(work / source.file, unpacked, source.unpacked):,} files unpacked")
    return unpacked


def _fetch_pointed(source: PointedFiles, work: Path, say: Say, retries: int) -> Path:
    index, folder = work / "pointers.zip", work / "files"
    say(f"fetching the list of files from {urlsplit(source.pointers).hostname}")
    download(source.pointers, index, None, retries)
    checksums = pointers(index, source)
    say(f"fetching {len(checksums):,} files, {source.size / 1e6:,.0f} MB, from {urlsplit(source.files).hostname}")

    def one(name: str) -> None:
        download(source.files.format(name=name), folder / source.folder / name, f"sha256:{checksums[name]}", retries)

    (folder / source.folder).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        running = [pool.submit(one, name) for name in checksums]
        try:
            for count, done in enumerate(running, start=1):
                done.result()
                if count % 500 == 0:
                    say(f"{count:,} of {len(checksums):,} files")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return folder


def pointers(index: Path, source: PointedFiles) -> Mapping[str, str]:
    """Return the SHA-256 of each file that the zip `index` points to; VsrError where they are not those pinned."""
    found: dict[str, tuple[str, str]] = {}
    try:
        with zipfile.ZipFile(index) as opened:
            for entry in opened.infolist():
                folder, _, name = entry.filename.partition("/")[2].rpartition("/")
                if folder == source.folder and name and entry.file_size <= _LARGEST_POINTER:
                    pointer = _POINTER.fullmatch(opened.read(entry))
                    if pointer:
                        found[name] = (pointer[1].decode(), pointer[2].decode())
    except zipfile.BadZipFile as error:
        index.unlink()
        raise VsrError(f"the list of files came damaged ({error}); fetch again") from error
    lines = "".join(f"{name} {digest} {size}\n" for name, (digest, size) in sorted(found.items()))
    if hashlib.sha256(lines.encode()).hexdigest() != source.digest:
        index.unlink()
        raise VsrError(f"the list of files from {source.pointers} is not the one known; nothing was fetched")
    return {name: digest for name, (digest, _) in sorted(found.items())}


def download(url: str, path: Path, checksum: str | None, retries: int) -> None:
    """Download `url` to `path`, unless it lies there with this checksum already; VsrError where that fails."""
    import pooch
    import requests

    pooch.get_logger().setLevel("WARNING")
    kennel = pooch.create(
        path.parent, base_url="", registry={path.name: checksum}, urls={path.name: url}, retry_if_failed=retries
    )
    host = urlsplit(url).hostname
    try:
        kennel.fetch(path.name)
    except requests.exceptions.HTTPError as error:
        raise VsrError(f"{host} refuses ({error}); try later, or get the corpus by hand") from error
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        raise VsrError(f"the download of {path.name} from {host} broke off; run the same command again") from error
    except requests.exceptions.RequestException as error:
        raise VsrError(
            f"{host} cannot be reached ({type(error).__name__}); check the network and run the same command again, or "
            "fetch on another machine and copy the folder here"
        ) from error
    except ValueError as error:
        raise VsrError(
            f"{path.name} from {host} has another checksum than published; nothing of it was kept. Run the same "
            "command again; if that does not help, the file was changed there: do not use it"
        ) from error


def _check_room(name: str, source: Archive | PointedFiles, to: Path) -> None:
    needed = source.size + (source.unpacked if isinstance(source, Archive) else 0)
    free = shutil.disk_usage(to).free
    if free < needed:
        raise StoreError(
            f"{name} needs up to {needed / 1e6:,.0f} MB, {to} has {free / 1e6:,.0f} MB; choose another folder"
        )
