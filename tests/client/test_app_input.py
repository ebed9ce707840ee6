"""What comes in at the app's door: paths, bodies and files that were made to do harm."""

import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client.running_app import RunningApp, failure
from vsr_client.app.assets import STATIC, listed


@pytest.mark.parametrize(
    "path",
    [
        "/../../key.json",
        "/..%2f..%2fkey.json",
        "/%2e%2e/%2e%2e/pyproject.toml",
        "/js/..%5c..%5ccli.py",
        "/js//etc/passwd",
        "//etc/passwd",
        "/js/app.js%00.css",
        "/.%2e/person.py",
    ],
)
def test_no_way_out_of_the_pages_folder(app: RunningApp, path: str) -> None:
    """Threat: path traversal, in every way of writing it."""
    host, _, port = app.address.partition(":")
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {app.address}\r\nAuthorization: Bearer {app.token}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(request.encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    assert answer.split()[1] in {b"404", b"400"}
    assert b"root:" not in answer and b"import" not in answer


def test_links_and_hidden_files_are_no_pages(tmp_path: Path) -> None:
    """Threat: a link in the pages' folder leads out of it."""
    (tmp_path / "page.html").touch()
    (tmp_path / ".secret").touch()
    (tmp_path / "away.html").symlink_to("/etc/passwd")
    assert set(listed(tmp_path)) == {"page.html"}
    assert "index.html" in listed(STATIC)


def test_a_recordings_id_is_no_path(app: RunningApp) -> None:
    """Threat: path traversal by an id."""
    with app.script() as client:
        for name in ("..%2fkey", "%2e%2e", "a" * 33, "A" * 32):
            assert client.get(f"/api/recordings/{name}/audio").status_code in {404, 422}


@pytest.mark.parametrize("path", ["/api/unlock", f"/api/captures/{7:032x}/samples?n=0"])
def test_an_oversized_body_is_refused_before_it_is_read(app: RunningApp, path: str) -> None:
    """Threat: a body that fills the memory, announced or not."""
    host, _, port = app.address.partition(":")
    head = f"POST {path} HTTP/1.1\r\nHost: {app.address}\r\nAuthorization: Bearer {app.token}\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(f"{head}Content-Length: 99999999999\r\n\r\n".encode())
        assert wire.recv(64).split()[1] == b"413"

    def pieces() -> Iterator[bytes]:
        for _ in range(64):
            yield bytes(64 * 1024)

    with app.script() as client:
        answer = client.post(path, content=pieces())
        assert answer.status_code == 413 and failure(answer) == "too_large"


def test_damaged_requests_have_the_one_shape(app: RunningApp) -> None:
    """Threat: malformed input reaches code that trusts it, or an answer that tells of the inside."""
    with app.script() as client:
        json_type = {"Content-Type": "application/json"}
        assert failure(client.post("/api/unlock", content=b"{", headers=json_type)) == "invalid"
        assert failure(client.post("/api/captures", json={"sample_rate": "loud"})) == "invalid"
        assert failure(client.get("/api/recordings", params={"limit": "-1"})) == "invalid"
        assert failure(client.get(f"/api/recordings/{'0' * 32}")) == "not_found"
        assert failure(client.get("/api/nowhere")) == "not_found"
        assert failure(client.put("/api/state")) == "invalid"


HEADS = st.sampled_from(
    [
        b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEfmt ",
        b"fLaC\0\0\0\x22",
        b"OggS\0\2",
        b"\x1a\x45\xdf\xa3",
        b"\0\0\0\x20ftypisom",
        b"ID3\4\0\0\x7f\x7f\x7f\x7f",
        b"\xff\xfb\x90\0",
        b"FORM\0\0\0\0AIFF",
        b"#EXTM3U\nhttp://127.0.0.1:1/\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=HEADS, rest=st.binary(max_size=2000))
def test_a_malformed_upload_is_refused_in_words_and_leaves_nothing(app: RunningApp, head: bytes, rest: bytes) -> None:
    """Threat: a file made to break or to misuse the decoders (fuzzed)."""
    with app.script() as client:
        answer = client.post("/api/recordings", content=head + rest)
        if answer.status_code == 200:  # a few random bytes can be a sound
            client.delete(f"/api/recordings/{answer.json()['id']}")
        else:
            assert answer.status_code == 422, answer.text
            assert failure(answer) in {
                "unreadable_audio", "truncated_audio", "empty_audio", "too_short_audio", "silent_audio",
            }  # fmt: skip
        assert client.get("/api/recordings").json()["total"] == 0
    assert list((app.machine.folder / "audio").iterdir()) == []


def test_an_upload_that_breaks_off_leaves_nothing(app: RunningApp) -> None:
    """Threat: half a file passes for a recording."""
    host, _, port = app.address.partition(":")
    head = f"POST /api/recordings HTTP/1.1\r\nHost: {app.address}\r\nAuthorization: Bearer {app.token}\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.sendall(f"{head}Content-Length: 5000000\r\n\r\n".encode() + bytes(100_000))
    with app.script() as client:
        for _ in range(50):
            if not list((app.machine.folder / "audio").iterdir()):
                break
            time.sleep(0.1)
        assert client.get("/api/recordings").json()["total"] == 0
    assert list((app.machine.folder / "audio").iterdir()) == []
