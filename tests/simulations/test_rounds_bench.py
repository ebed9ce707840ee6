"""`vsr-simulate rounds` compares the middle rounds of each way."""

from pathlib import Path

import pytest

from vsr_simulations.bench.rounds.stock_flower import _write_app
from vsr_simulations.bench.rounds.table import Measured


def test_one_slow_round_does_not_decide() -> None:
    found = Measured(774_914, 3, {"secure": [4.0, 5.0, 90.0], "bare": [2.0, 2.5, 3.0], "flower": [10.0, 9.0, 11.0]})
    assert found.median("secure") == 5.0
    assert found.ratio("secure", "flower") == pytest.approx(0.5)
    assert found.ratio("bare", "flower") == pytest.approx(0.25)


def test_flowers_app_is_whole_python(tmp_path: Path) -> None:
    folder = tmp_path
    _write_app(folder, {"NODES": 3, "NUMBERS": 774_914, "ROUNDS": 5, "FOLDER": repr(str(folder))})
    for name in ("server_app.py", "client_app.py"):
        code = (folder / "app" / "measured" / name).read_text()
        compile(code, name, "exec")
        assert "NUMBERS" not in code
