"""Who trains, validates and tests where nobody says it."""

from pathlib import Path

import pytest

from vsr_server.base.who import TEST, VALIDATE, Who
from vsr_server.corpora.clip import Clip
from vsr_shared.emotions import Emotion
from vsr_shared.errors import UsageError


def clips(corpus: str, *speakers: str) -> list[Clip]:
    return [
        Clip(Path(f"{name}-{emotion}.wav"), corpus, name, "female", emotion)
        for name in speakers
        for emotion in (Emotion.SAD, Emotion.HAPPY)
    ]


USUAL = clips("ravdess", "rav01", "rav02", "rav15", "rav16", *TEST) + clips("urdu", "urduM6", "urduM1", "urduF2")
OTHER = clips("savee", "DC", "JE", "JK", "KL")


def sides(who: Who, voices: list[Clip]) -> dict[str, set[str]]:
    split = who.split(voices)
    return {side: {voices[i].speaker for i in getattr(split, side)} for side in ("train", "validate", "test")}


def test_the_sides_of_the_base_that_ships_are_the_usual_ones() -> None:
    found = sides(Who(), USUAL)
    assert found["test"] == set(TEST)
    assert found["validate"] == {"rav15", "rav16", "urduM6"} < set(VALIDATE)
    assert found["train"] == {"rav01", "rav02", "urduM1", "urduF2"}


def test_a_corpus_that_has_none_of_them_gives_speakers_of_its_own() -> None:
    found = sides(Who(), USUAL + OTHER)
    assert len(found["validate"] & {"DC", "JE", "JK", "KL"}) == 1
    assert found["validate"] >= {"rav15", "rav16", "urduM6"}
    assert sides(Who(), OTHER)["test"] == set()


def test_a_corpus_is_left_out_whole_its_validators_too() -> None:
    found = sides(Who(without_corpora=["urdu"]), USUAL)
    assert found["test"] == {*TEST, "urduM6", "urduM1", "urduF2"}
    assert found["validate"] == {"rav15", "rav16"}
    with pytest.raises(UsageError, match="no corpus klingon"):
        Who(without_corpora=["klingon"]).split(USUAL)


def test_what_is_said_counts() -> None:
    found = sides(Who(validate=["rav01"], test=["rav02"]), USUAL)
    assert found["validate"] == {"rav01"}
    assert found["test"] == {"rav02"}
    with pytest.raises(UsageError, match="both validate and test"):
        Who(validate=["rav17"]).split(USUAL)
