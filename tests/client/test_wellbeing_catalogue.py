"""The catalogue's form: what a reviewer or a translator may not get wrong without noticing."""

import re
from datetime import date
from typing import get_args

import pytest

from vsr_client.wellbeing.catalogue import LANGUAGES, Breath, Catalogue, Tone, catalogue
from vsr_client.wellbeing.help_lines import ROUND_THE_CLOCK, help_lines
from vsr_client.wellbeing.suggestions import SHOWN

TONES = get_args(Tone)
LINES = [(code, line) for code, country in help_lines().countries.items() for line in country.lines]
DIAGNOSING = {
    "en": r"depress|disorder|symptom|patient|\bill\b|illness|bipolar|suffer|anxiety|panic|diagnos|therap|cure|normal"
    r"|you (are|seem|feel|sound) (sad|angry|unhappy|low|sick|lonely|stressed|negative|not)|you must|you should",
    "de": r"depress|störung|symptom|patient|\bkrank|bipolar|leidest|angst|panik|diagnos|therap|heilt|normal"
    r"|du (bist|wirkst|klingst) (traurig|wütend|unglücklich|einsam|gestresst|negativ|nicht)|du musst|du solltest",
}
"""Words that judge a person or promise a cure; sources may name their titles with them."""
COUNTRIES = """
    AD AE AF AG AI AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM
    CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN
    HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC
    MD ME MG MH MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY
    QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA
    UG US UY UZ VA VC VE VN VU WS YE ZA ZM ZW
"""
"""ISO 3166-1 alpha-2."""


@pytest.fixture(params=LANGUAGES)
def words(request: pytest.FixtureRequest) -> Catalogue:
    return catalogue(request.param)


def test_there_are_translations() -> None:
    assert set(LANGUAGES) >= {"en", "de"}
    assert catalogue("de-AT").language == "de"
    assert catalogue("tlh").language == "en"


def test_every_entry_is_complete(words: Catalogue) -> None:
    assert len(words.suggestions) >= 15
    assert len({one.id for one in words.suggestions}) == len(words.suggestions)
    assert words.reviewed <= date.today()
    for one in words.suggestions:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", one.id)
        assert 5 < len(one.title) < 70, one.id
        assert 40 < len(one.text) < 420, one.id
        assert one.fits and set(one.fits) <= set(TONES), one.id
        assert len(one.source.name) > 10, one.id
        assert one.source.url.startswith("https://"), one.id


def test_every_tone_has_its_sentence_and_enough_to_choose_from(words: Catalogue) -> None:
    assert set(words.sentences) == set(TONES)
    for tone in TONES:
        assert len({one.kind for one in words.suggestions if tone in one.fits}) >= SHOWN, tone
        words.sentences[tone].format(recordings=1, days=2, matching=3)
    assert any(one.kind == "people" for one in words.suggestions if "negative" in one.fits)


def test_exercises_can_be_paced(words: Catalogue) -> None:
    exercises = [one for one in words.suggestions if one.exercise]
    assert {"breathing", "grounding"} <= {one.kind for one in exercises}
    for one in exercises:
        assert one.exercise
        assert 60 <= one.exercise.seconds <= 600, one.id
        for step in one.exercise.steps:
            assert step.say and 2 <= step.seconds <= 60 and step.breath in get_args(Breath), one.id


def test_nothing_diagnoses_judges_or_promises_a_cure(words: Catalogue) -> None:
    pattern = re.compile(DIAGNOSING[words.language], re.IGNORECASE)
    spoken = [*words.sentences.values(), *(text for one in words.suggestions for text in (one.title, one.text))]
    assert {text: found.group() for text in spoken if (found := pattern.search(text))} == {}


def test_what_this_is_not_is_said(words: Catalogue) -> None:
    assert re.search("diagnos", words.disclaimer, re.IGNORECASE)
    assert re.search("emergency|notruf", words.danger, re.IGNORECASE)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_translation_changes_words_alone(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    for ours, theirs in zip(english.suggestions, other.suggestions, strict=True):
        assert (ours.id, ours.kind, ours.fits, ours.source.url) == (
            theirs.id,
            theirs.kind,
            theirs.fits,
            theirs.source.url,
        )
        assert ours.text != theirs.text, ours.id
        if ours.exercise and theirs.exercise:
            assert ours.exercise.rounds == theirs.exercise.rounds
            paces = [[(step.seconds, step.breath) for step in one.exercise.steps] for one in (ours, theirs)]  # type: ignore[union-attr]
            assert paces[0] == paces[1], ours.id
        else:
            assert ours.exercise is theirs.exercise


def test_help_lines_reach_many_countries() -> None:
    found = help_lines()
    assert len(found.countries) >= 25
    assert set(found.countries) <= set(COUNTRIES.split())
    assert found.directory.url.startswith("https://")
    assert found.of("de") == found.countries["DE"]
    assert found.of("XX") is None


@pytest.mark.parametrize(("code", "line"), LINES)
def test_every_line_can_be_called_and_looked_up(code: str, line: object) -> None:
    from vsr_client.wellbeing.help_lines import HelpLine

    assert isinstance(line, HelpLine)
    assert re.fullmatch(r"[*+]?\d[\d -]{1,16}", line.phone), code
    assert line.url.startswith("https://"), code
    assert line.name.strip(), code
    assert re.fullmatch(rf"|{ROUND_THE_CLOCK}|\d\d:\d\d-\d\d:\d\d", line.hours), code


def test_every_country_has_an_emergency_number() -> None:
    for country in help_lines().countries.values():
        assert re.fullmatch(r"\d{3,4}", country.emergency), country.code
        assert country.lines, country.code


@pytest.mark.parametrize(
    ("code", "phone"),
    [("US", "988"), ("CA", "988"), ("GB", "116 123"), ("IE", "116 123"), ("DE", "0800 1110111"), ("AT", "142"),
     ("CH", "143"), ("FR", "3114"), ("ES", "024"), ("NL", "113"), ("AU", "13 11 14"), ("NZ", "1737"), ("BR", "188"),
     ("IN", "14416")],
)  # fmt: skip
def test_well_known_lines_are_the_well_known_ones(code: str, phone: str) -> None:
    """A slip of the keyboard in one of these numbers would send somebody nowhere."""
    assert phone in {line.phone for line in help_lines().countries[code].lines}
