"""`vsr-server base ship`: what becomes everybody's base is whole, unheard by those who test it, and has its figures."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.shared.small_base import small_base
from vsr_server.base.cli import app
from vsr_server.base.evaluation.evaluate import evaluate
from vsr_server.base.shipping.card import BEGIN, END, card_part
from vsr_server.base.shipping.ship import Papers, check_base, ship
from vsr_server.corpora.clip import Clip
from vsr_shared.base import Base, make_base, write_base
from vsr_shared.emotions import Emotion
from vsr_shared.errors import BaseError, StoreError, UsageError, VsrError
from vsr_shared.shipped_base import BASE_FILE, EVALUATION_FILE, read_record, read_shipped

TRAINED = {"name": "vsr-base", "origin": "trained", "heard": ("rav01", "rav02"), "licence": "tones, free"}


def figures(base: Base, speakers: tuple[str, ...] = ("rav17", "rav18")) -> dict[str, object]:
    """What `base evaluate --json` says of a base that is right three times in four."""
    clips = [
        Clip(Path(f"{speaker}-{k}.wav"), "ravdess", speaker, "female", Emotion.HAPPY if k % 2 else Emotion.ANGRY)
        for speaker in speakers
        for k in range(8)
    ]
    said = np.array([0.8 if (k % 8 in {0, 1, 2, 3}) == clip.positive else 0.3 for k, clip in enumerate(clips)])
    found = evaluate(clips, said, draws=20).to_dict()
    return {"base": base.id, "ways": {"base": found, "majority": found}, "microphones": {"phone": {"base": found}}}


@dataclass(frozen=True)
class Desk:
    """A maintainer's files, and the folder of the package that ships a base."""

    file: Path
    papers: Papers
    package: Path

    def put(self, base: Base, evaluation: object | None = None) -> None:
        self.file.write_bytes(write_base(base))
        self.papers.evaluation.write_text(json.dumps(evaluation or figures(base)))

    def nothing_written(self) -> bool:
        return not self.package.exists() and self.papers.card.read_text() == CARD


CARD = f"# A card\n\n{BEGIN}\nold\n{END}\n\nmore\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "CARD.md").write_text(CARD)
    papers = Papers(tmp_path / "evaluation.json", tmp_path / "CARD.md")
    return Desk(tmp_path / "new.vsr", papers, tmp_path / "package" / "bases")


def trained(base: Base, **fields: object) -> Base:
    """The base's network as if somebody had trained it."""
    known = {"spectrogram": base.manifest.spectrogram} | TRAINED | fields
    return make_base(base.trunk, base.trainable, base.frozen, **known)


def test_a_shipped_base_is_read_back_and_the_card_has_its_figures(base: Base, desk: Desk) -> None:
    ours = trained(base, notes={"trained_on": ["rav01"], "validated_on": ["rav02"]})
    desk.put(ours)
    record = ship(desk.file, desk.papers, desk.package)
    assert read_shipped(desk.package).id == record.id == ours.id
    assert read_record(desk.package) == record
    assert (desk.package / BASE_FILE).read_bytes() == desk.file.read_bytes()
    evaluation = json.loads((desk.package / EVALUATION_FILE).read_text())
    card = desk.papers.card.read_text()
    assert card_part(record, ours.manifest, evaluation) in card
    assert card.startswith("# A card\n\n") and card.endswith("\n\nmore\n") and "old" not in card
    for words in (
        ours.id,
        record.sha256,
        "rav17, rav18",
        "Trained on 1 speakers: rav01.",
        "| **the base** | 0.",
        "phone 0.500",
    ):
        assert words in card

    other = trained(base, licence="tones, still free")
    desk.put(other)
    ship(desk.file, desk.papers, desk.package)
    assert read_shipped(desk.package).id == other.id
    assert ours.id not in desk.papers.card.read_text(), "the old base's figures do not stay"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"origin": "random"}, "trained base"),
        ({"name": "mine"}, "called vsr-base"),
        ({"heard": ("rav16", "rav17", "rav20")}, "heard rav17, rav20"),
        ({"heard": ()}, "whom it heard"),
        ({"licence": ""}, "licences"),
        ({}, "trunk"),
    ],
    ids=str,
)
def test_a_base_that_may_not_ship_is_refused(desk: Desk, fields: dict[str, object], words: str) -> None:
    base = small_base(**(TRAINED | fields))
    desk.put(base)
    with pytest.raises(BaseError, match=words):
        ship(desk.file, desk.papers, desk.package)
    assert desk.nothing_written()


def test_a_base_too_large_for_the_package_is_refused() -> None:
    with pytest.raises(BaseError, match="less than 45,000,000"):
        check_base(small_base(**TRAINED), 45_000_000)


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"", lambda data: data[:9] + b"?" + data[10:]])
def test_a_damaged_base_is_refused_by_name(desk: Desk, damage: object) -> None:
    desk.put(small_base(**TRAINED))
    desk.file.write_bytes(damage(desk.file.read_bytes()))
    with pytest.raises(BaseError, match=r"new\.vsr"):
        ship(desk.file, desk.papers, desk.package)
    assert desk.nothing_written()


def test_an_evaluation_must_be_this_bases_and_of_others_than_it_heard(base: Base, desk: Desk) -> None:
    ours = trained(base)
    ways = figures(ours)["ways"]
    for evaluation, words in (
        (figures(base), "not of vsr-base@"),
        (figures(ours, ("rav02", "rav17")), "never heard"),
        ({"base": ours.id}, "lacks 'ways'"),
        ({"base": ours.id, "ways": {"base": {"speakers": ["rav17"]}}}, "lacks"),
        ({"base": ours.id, "ways": {"base": ways["base"] | {"intervals": {}}}}, "lacks"),
        ([], "not what"),
    ):
        desk.put(ours, evaluation or "[]")
        with pytest.raises(UsageError, match=words):
            ship(desk.file, desk.papers, desk.package)
    assert desk.nothing_written()


def test_papers_that_cannot_be_used_are_named(base: Base, desk: Desk) -> None:
    desk.put(trained(base))
    desk.papers.card.write_text("no place for figures")
    with pytest.raises(UsageError, match="no place"):
        ship(desk.file, desk.papers, desk.package)
    with pytest.raises(UsageError, match=r"gone\.md"):
        ship(desk.file, replace(desk.papers, card=desk.file.with_name("gone.md")), desk.package)
    desk.papers.card.write_text(CARD)
    desk.package.parent.write_text("a file in the way")
    with pytest.raises(StoreError, match="cannot be put"):
        ship(desk.file, desk.papers, desk.package)


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["ship", str(tmp_path), "--evaluation", str(tmp_path / "no.json")])
    assert isinstance(done.exception, VsrError)
    assert done.exception.exit_code == 4
    assert "directory" in str(done.exception)
