"""What the docs promise is there: settings, exit codes, files, commands."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vsr_server.base.shipping.card import card_part
from vsr_server.base.shipping.ship import check_evaluation
from vsr_shared import errors
from vsr_shared.base import Base
from vsr_shared.errors import VsrError
from vsr_shared.shipped_base import BASES, EVALUATION_FILE, read_record

ROOT = Path(__file__).parents[1]
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
PAGES = [
    "README.md",
    "SECURITY.md",
    "MODEL_CARD.md",
    *sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")),
]


def test_every_setting_of_the_client_is_documented() -> None:
    declared = (ROOT / "client" / "vsr_client" / "settings.py").read_text()
    names = set(re.findall(r'"(VSR_[A-Z_]+|--[a-z-]+)"', declared))
    assert names >= {"VSR_BASE", "--data-dir", "VSR_PASSPHRASE"}
    assert {name for name in names if f"`{name}`" not in SETTINGS} == set()


def test_every_exit_code_is_documented() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VsrError)]
    assert len(kinds) > 10
    assert {kind.exit_code for kind in kinds if f"| {kind.exit_code} |" not in SETTINGS} == set()


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_are_there(page: str) -> None:
    text = (ROOT / page).read_text()
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    named = re.findall(r"`(tests/[\w./-]+\.py)`", text)
    missing = [name for name in links if not (ROOT / page).parent.joinpath(name).exists()]
    missing += [name for name in named if not (ROOT / name).exists()]
    assert missing == []


@pytest.mark.parametrize("command", ["vsr", "vsr-server", "vsr-simulate"])
def test_commands_of_the_readme_exist(command: str) -> None:
    verbs = set(re.findall(rf"^{command} ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert verbs
    for verb in verbs:
        program = Path(sys.executable).with_name(command)
        done = subprocess.run([program, verb, "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_model_card_is_that_of_the_base_that_ships(shipped: Base) -> None:
    """Written by `vsr-server base ship`; another base needs another card."""
    card = (ROOT / "MODEL_CARD.md").read_text(encoding="utf-8")
    evaluation = json.loads((BASES / EVALUATION_FILE).read_text(encoding="utf-8"))
    check_evaluation(shipped, evaluation)
    assert card_part(read_record(), shipped.manifest, evaluation) in card
    assert "TODO" not in card
