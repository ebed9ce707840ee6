"""`vsr-server corpora`, as people and programs run it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server import corpora_trees as trees
from vsr_server.cli import main
from vsr_server.corpora.known import KNOWN

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def corpora(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command and returns its exit code and what it wrote to both streams."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vsr-server", "corpora", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), out, err

    return run


def test_list_names_every_corpus_its_licence_and_the_way_to_it(corpora: Run) -> None:
    code, out, _ = corpora("list")
    assert code == 0
    for corpus in KNOWN.values():
        assert f"{corpus.name}: {corpus.title}" in out
        assert corpus.licence in out and corpus.how_to_get in out


def test_list_as_json_says_what_can_be_fetched(corpora: Run) -> None:
    _, out, _ = corpora("list", "--json")
    assert {each["name"] for each in json.loads(out) if each["fetchable"]} == {"crema-d", "ravdess"}


def test_check_ends_with_0_for_a_whole_corpus_and_1_for_a_part(corpora: Run, tmp_path: Path) -> None:
    trees.write(tmp_path, trees.savee_names())
    code, out, _ = corpora("check", tmp_path)
    assert (code, out.splitlines()[-1]) == (0, f"{tmp_path}: 480 clips of 4 speakers, no problem")
    (tmp_path / "DC" / "a01.wav").unlink()
    code, out, _ = corpora("check", tmp_path)
    assert (code, out.splitlines()[-1]) == (1, f"{tmp_path}: 479 clips of 4 speakers, 1 problem(s)")
    assert "problem: missing: savee: 1 of 480 clips published (DC_a01)" in out


def test_check_as_json(corpora: Run, tmp_path: Path) -> None:
    code, out, _ = corpora("check", trees.write(tmp_path, trees.savee_names()), "--json")
    assert code == 0
    assert json.loads(out)["ok"] is True


def test_check_of_nothing_is_a_mistake_of_the_caller(corpora: Run, tmp_path: Path) -> None:
    code, _, err = corpora("check", tmp_path)
    assert code == 2
    assert "vsr-server: " in err and "no sound" in err


@pytest.mark.parametrize(("name", "says"), [("savee", "register at http"), ("emodb", "no corpus 'emodb'")])
def test_fetch_of_what_cannot_be_fetched(corpora: Run, tmp_path: Path, name: str, says: str) -> None:
    code, _, err = corpora("fetch", name, "--to", tmp_path)
    assert code == 2
    assert says in err


def test_fetch_checks_what_is_there(corpora: Run, tmp_path: Path) -> None:
    trees.write(tmp_path / "ravdess", trees.ravdess_names(range(1, 25)))
    code, out, _ = corpora("fetch", "ravdess", "--to", tmp_path)
    assert code == 0
    assert "ravdess: 1,440 of 1,440 clips, 24 of 24 speakers, 8 emotions" in out


def test_the_command_needs_no_tensorflow_and_no_downloader_to_start() -> None:
    code = "import sys, vsr_server.cli; print({'tensorflow', 'keras', 'pooch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
