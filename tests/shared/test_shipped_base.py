"""The base that ships is there byte for byte, or VSR says so: it never goes on with weights that nobody trained."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.shared.small_base import put, rewritten, small_base
from vsr_shared.audio.decode import decode_blocks
from vsr_shared.base import FORMAT, Base, write_base
from vsr_shared.emotions import Emotion
from vsr_shared.errors import BaseError
from vsr_shared.find_base import BaseChoice, find_base
from vsr_shared.metrics import auroc
from vsr_shared.prediction import Predictor
from vsr_shared.shipped_base import BASE_FILE, RECORD_FILE, Record, read_record, read_shipped
from vsr_simulations.population import recorded_users

ROOT = Path(__file__).parents[2]
UNHEARD = {"rav17", "rav18", "rav19", "rav20"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    put(tmp_path / "bases", small_base())
    return tmp_path / "bases"


def other(data: bytes) -> bytes:
    return write_base(small_base(seed=1))


def of_another_format(data: bytes) -> bytes:
    return rewritten(data, manifest={"format": FORMAT + 1})


def test_what_agrees_with_its_record_is_taken_and_nothing_is_built(package: Path, tmp_path: Path) -> None:
    found = find_base(BaseChoice(None, tmp_path / "cache", shipped=package))
    assert found.id == small_base().id
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:-1], "bytes instead of"),
        (lambda data: b"", "has 0 bytes"),
        (lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:], "was changed"),
        (lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], "was changed"),
        (lambda data: data + b"\0", "bytes instead of"),
        (other, f"it is {small_base(seed=1).id}"),
        (of_another_format, "bytes instead of|was changed"),
    ],
)
def test_a_changed_base_is_no_reason_to_take_another(
    package: Path, tmp_path: Path, damage: Callable[[bytes], bytes], words: str
) -> None:
    path = package / BASE_FILE
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BaseError, match=f"vsr-base.vsr is not VSR's base small@.*{words}.*install VSR again"):
        find_base(BaseChoice(None, tmp_path / "cache", shipped=package))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("gone", [[BASE_FILE], [RECORD_FILE], [BASE_FILE, RECORD_FILE]])
def test_a_missing_base_is_no_reason_to_take_another(package: Path, tmp_path: Path, gone: list[str]) -> None:
    for name in gone:
        (package / name).unlink()
    with pytest.raises(BaseError, match=r"missing: .*install VSR again"):
        find_base(BaseChoice(None, tmp_path / "cache", shipped=package))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", '{"id": "small@1"}', "\udcff"])
def test_a_damaged_record_is_said(package: Path, text: str) -> None:
    (package / RECORD_FILE).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(BaseError, match=r"vsr-base\.json is damaged .*install VSR again"):
        read_shipped(package)


def test_a_record_that_speaks_of_another_base_is_said(package: Path) -> None:
    record = json.loads((package / RECORD_FILE).read_bytes()) | {"id": "small@000000000000"}
    (package / RECORD_FILE).write_text(json.dumps(record))
    with pytest.raises(BaseError, match="speaks of small@000000000000"):
        read_shipped(package)


def test_a_base_that_this_vsr_cannot_read_is_said_although_its_record_agrees(package: Path) -> None:
    data = of_another_format((package / BASE_FILE).read_bytes())
    (package / BASE_FILE).write_bytes(data)
    (package / RECORD_FILE).write_bytes(Record.of(small_base(), data).to_json())
    with pytest.raises(BaseError, match=f"format {FORMAT + 1}, this VSR reads {FORMAT}"):
        read_shipped(package)


def test_an_installation_without_its_base_says_so_and_guesses_nothing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "shared" / "vsr_shared", tmp_path / "vsr_shared", ignore=shutil.ignore_patterns("bases"))
    command = "from vsr_client.cli import main; main()"
    kept = {name: value for name, value in os.environ.items() if name not in {"VSR_BASE", "VSR_OFFLINE"}}
    done = subprocess.run(
        [sys.executable, "-c", command, "predict", "hello.wav", "--data-dir", tmp_path / "data"],
        capture_output=True,
        text=True,
        check=False,
        env=kept | {"PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert "vsr-base.json" in done.stderr and "install VSR again" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_base_ships_and_is_the_one_recorded() -> None:
    base = read_shipped()
    assert base.id == read_record().id
    assert base.manifest.name == "vsr-base" and base.manifest.origin == "trained"
    assert base.manifest.licence
    assert not UNHEARD & set(base.manifest.heard)


def test_what_ships_tells_calm_from_upset_in_voices_it_never_heard(shipped: Base, voices: Path) -> None:
    """So wide a difference that no processor's rounding decides; how good it is really, the model card says."""
    predictor = Predictor(shipped)
    labels, said = [], []
    for user in recorded_users(voices, sorted(UNHEARD)):
        for clip in user.teach:
            if clip.emotion in {Emotion.CALM, Emotion.ANGRY}:
                labels.append(int(clip.emotion is Emotion.CALM))
                said.append(predictor.predict(decode_blocks(clip.path)).positive)
    assert auroc(np.array(labels), np.array(said)) > 0.75
