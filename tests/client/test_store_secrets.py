"""The whole data folder is searched for what was put into it: nothing of it may lie there in the clear."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.client.stores import PASSPHRASE, ask, everything_in, head, heard, opened, pcm, recording, start
from vsr_client.store.heard import HeardRecording
from vsr_client.store.recordings import KeptRecording
from vsr_client.store.vault import Vault
from vsr_shared.emotions import Emotion, Polarity


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    monkeypatch.setenv("VSR_PASSPHRASE", PASSPHRASE)
    vault = opened(tmp_path / "data")
    yield vault
    vault.close()


def pieces(data: bytes, size: int = 24) -> list[bytes]:
    """Return pieces of `data` that a search would find; silence and other repetition left out."""
    parts = [data[first : first + size] for first in range(0, len(data) - size, max(len(data) // 40, size))]
    return [part for part in parts if len(set(part)) > size // 3]


def wav() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.frombuffer(pcm(2.0), "<i2"), 48_000, format="WAV")
    return file.getvalue()


def secrets_of(one: KeptRecording, what: HeardRecording, audio: bytes) -> dict[str, list[bytes]]:
    assert one.capture and one.labelled
    return {
        "audio": pieces(audio),
        "activations": pieces(what.activations.tobytes()),
        "statistics": pieces(what.statistics.tobytes()),
        "pictures": pieces(what.images.tobytes()),
        "name": [one.name.encode(), one.name.encode("utf-16-le")],
        "note": [one.note.encode(), one.note.encode("utf-16-le"), one.note[:12].encode()],
        # Three letters stand in so many random bytes by chance, once in some hundred runs: "sad" is never written here.
        "label": [word.encode() for word in (*Polarity, *Emotion) if len(word) > 3],
        "time": [one.recorded.isoformat()[:10].encode(), f"{one.recorded.timestamp():.0f}".encode(), b"2026-03-0"],
        "device": [one.capture.device.encode()],
    }


def test_nothing_personal_lies_in_the_clear(vault: Vault) -> None:
    """Through everything that can be done with a recording, with the write-ahead log there and after it is gone."""
    audio, one, what = wav(), recording(), heard()
    secrets = secrets_of(one, what, audio)
    assert all(secrets.values())
    vault.recordings.add(one, io.BytesIO(audio), b"hash")
    vault.recordings.put_heard(one.id, "base@1", what)
    search(vault, secrets)
    vault.recordings.change(
        one.id, note=one.note + ", and changed", emotion=Emotion.FEARFUL, polarity=Polarity.NEGATIVE
    )
    capture = vault.recordings.begin_capture(start(name=one.name))
    capture.write(pcm(2.0))
    search(vault, secrets)
    capture.close()
    vault.recordings.keep_capture(recording(id=capture.id))
    vault.heads.add(head(), {"kernel": np.random.default_rng(1).normal(size=(50, 50)).astype(np.float32)})
    vault.ledger.add({"server": "voices.example.org", "when": one.recorded.isoformat()})
    vault.preferences.change(country="TR", microphone_label=one.name)
    weights = np.random.default_rng(1).normal(size=(50, 50)).astype(np.float32).tobytes()
    secrets |= {"head": pieces(weights), "server": [b"voices.example.org"], "preference": [b"microphone_label"]}
    vault.recordings.put_heard(one.id, "base@2", what)
    search(vault, secrets)
    vault.rotate_key(ask)
    vault.recordings.delete(capture.id)
    search(vault, secrets)
    vault.close()
    search(vault, secrets)


def search(vault: Vault, secrets: dict[str, list[bytes]]) -> None:
    key = vault.key
    known = secrets | {"key": [key, key.hex().encode(), base64.b64encode(key)], "passphrase": [PASSPHRASE.encode()]}
    written = everything_in(vault.folder)
    assert sum(map(len, written.values())) > 10_000
    for path, data in written.items():
        for kind, parts in known.items():
            assert not [part for part in parts if part in data], f"{kind} in {path.name}"
        assert path.stat().st_mode & 0o777 == 0o600, path
    for path in (vault.folder, *(path for path in vault.folder.rglob("*") if path.is_dir())):
        assert path.stat().st_mode & 0o777 == 0o700, path


def test_the_search_would_find_what_it_looks_for(tmp_path: Path) -> None:
    """A folder that keeps one thing of each kind in the clear is caught: the search itself is not blind."""
    audio, one, what = wav(), recording(), heard()
    for kind, parts in secrets_of(one, what, audio).items():
        (tmp_path / kind).write_bytes(b"x" * 100 + parts[0] + b"x" * 100)
        assert any(part in (tmp_path / kind).read_bytes() for part in parts)


def test_ids_and_names_of_files_say_nothing_of_the_order_of_days(vault: Vault) -> None:
    for number in range(5):
        vault.recordings.add(recording(number, id=recording().id), [b""])
    names = sorted(path.name for path in (vault.folder / "audio").iterdir())
    order = [f"{one.id}.sealed" for one in vault.recordings.all()]
    assert sorted(order) == names
    assert all(len(name) == len("0" * 32 + ".sealed") for name in names)
