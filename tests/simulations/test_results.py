"""The results page: written from files, what is missing named, what is written by hand kept."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vsr_shared.errors import UsageError, VsrError
from vsr_simulations.cli import app
from vsr_simulations.results.cli import _run
from vsr_simulations.results.document import BEGIN, END, by_hand, results_page
from vsr_simulations.results.parts import PARTS, Setting

SCALE = {
    "sizes": [
        {
            "users": 1000,
            "rounds": 20,
            "cohort": 100,
            "clips": 30,
            "seconds": 61.4,
            "client_rounds_a_second": 32.5,
            "peak_megabytes": 1096.2,
            "threads": 2,
            "auroc_before": 0.34,
            "auroc_after": 0.99,
        }
    ],
    "matrix_limit": 40.0,
}


def test_a_page_tells_what_was_run_and_names_what_was_not(tmp_path: Path) -> None:
    (tmp_path / "scale").mkdir()
    (tmp_path / "scale" / "scale.json").write_text(json.dumps(SCALE))
    page = tmp_path / "results.md"
    mine = f"# old\n{BEGIN}\n## Ours\nBecause of that.\n{END}\nold figures"
    page.write_text(mine)
    done = CliRunner().invoke(app, ["results", "--out", str(tmp_path), "--page", str(page)])
    assert done.exit_code == 0, done.output
    text = page.read_text()
    assert f"{BEGIN}\n## Ours\nBecause of that.\n{END}" in text and "old figures" not in text
    assert "| 1,000 | 20 | 61 | 32.5 | 1,096 | 0.34, 0.99 |" in text
    for part in PARTS:
        assert (f"--parts {part.name}`" in text) == (part.name != "scale")
    assert "corpora fetch crema-d" in text
    CliRunner().invoke(app, ["results", "--out", str(tmp_path), "--page", str(page)])
    assert page.read_text() == text


def test_what_was_run_elsewhere_stays_as_it_was_told(tmp_path: Path) -> None:
    (tmp_path / "scale").mkdir()
    (tmp_path / "scale" / "scale.json").write_text(json.dumps(SCALE))
    first = results_page(PARTS, tmp_path, "")
    (tmp_path / "scale" / "scale.json").unlink()
    assert results_page(PARTS, tmp_path, first) == first
    elsewhere = first.replace("| 1,000 | 20 | 61 |", "| 1,000 | 20 | 99 |")
    assert "| 1,000 | 20 | 99 |" in results_page(PARTS, tmp_path, elsewhere)


def test_what_cannot_be_told_is_an_error_and_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "scale").mkdir()
    (tmp_path / "scale" / "scale.json").write_text("{}")
    with pytest.raises(UsageError, match=r"scale\.json holds something else"):
        results_page(PARTS, tmp_path, "")
    with pytest.raises(UsageError, match="one of its marks alone"):
        by_hand(f"{BEGIN} and no end")
    assert BEGIN in by_hand("") and END in by_hand("")
    with pytest.raises(UsageError, match="no part tea; there are newcomers"):
        CliRunner().invoke(app, ["results", "--parts", "tea"], catch_exceptions=False)


def test_parts_are_run_by_their_own_commands(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    setting = Setting(tmp_path, None, "nemo", tmp_path, tmp_path)
    by_name = {part.name: part for part in PARTS}
    _run([by_name["newcomers"]], setting, None)
    assert "newcomers: needs --base, one that never heard nemo" in capfd.readouterr().err
    _run([by_name["scale"]], setting, 0.0)
    assert "scale: no time left" in capfd.readouterr().err
    printing = replace(by_name["personal"], command=lambda _: ["personal", "--help"])
    _run([printing], setting, None)
    assert "Usage" in (tmp_path / "personal" / "personal.json").read_text()
    with pytest.raises(VsrError, match="personal failed with"):
        _run([by_name["personal"]], setting, None)
