"""Suggestions that fit the last days, and where people listen."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from vsr_client.app.runtime import Here
from vsr_client.wellbeing.catalogue import ENGLISH, Suggestion, Tone, catalogue
from vsr_client.wellbeing.help_lines import Country, help_lines
from vsr_client.wellbeing.pattern import recent_pattern
from vsr_client.wellbeing.suggestions import choose

router = APIRouter(prefix="/api", tags=["feel better"])


class SourceShape(BaseModel):
    """Where something comes from, or can be looked up."""

    name: str
    url: str


class StepShape(BaseModel):
    """A step of an exercise."""

    say: str
    seconds: int
    breath: str


class ExerciseShape(BaseModel):
    """Steps to go through `rounds` times."""

    rounds: int
    seconds: int
    steps: list[StepShape]


class SuggestionShape(BaseModel):
    """Something that does people good."""

    id: str
    kind: str
    title: str
    text: str
    source: SourceShape
    exercise: ExerciseShape | None


class PatternShape(BaseModel):
    """How the last fourteen days sounded: `few` where there is too little to say so."""

    tone: Tone
    days: int
    recordings: int
    sentence: str


class HelpShape(BaseModel):
    """Somebody who answers the telephone in a country (ISO 3166-1 alpha-2)."""

    country: str
    name: str
    phone: str
    url: str
    hours: str


class SuggestionsShape(BaseModel):
    """Everything that the page shows. `emergency` has each country's emergency number."""

    language: str
    reviewed: date
    pattern: PatternShape
    suggestions: list[SuggestionShape]
    country: str
    help: list[HelpShape]
    emergency: dict[str, str]
    directory: SourceShape
    help_reviewed: date
    disclaimer: str
    danger: str


@router.get("/suggestions")
def suggestions(
    here: Here,
    country: Annotated[str, Query(max_length=2, description="Help lines of one country; without it, of all.")] = "",
    language: Annotated[str, Query(max_length=35)] = ENGLISH,
) -> SuggestionsShape:
    """Return suggestions for today: the same ones all day long, others tomorrow."""
    today = datetime.now().astimezone().date()
    person, words, lines = here.person, catalogue(language), help_lines()
    pattern = recent_pattern(person.recordings.all(), today)
    wanted = [found] if (found := lines.of(country)) else [] if country else list(lines.countries.values())
    return SuggestionsShape(
        language=words.language,
        reviewed=words.reviewed,
        pattern=PatternShape(
            tone=pattern.tone,
            days=pattern.days,
            recordings=pattern.recordings,
            sentence=pattern.sentence(words.sentences),
        ),
        suggestions=[_suggestion(one) for one in choose(words.suggestions, pattern.tone, today)],
        country=person.preferences.get().country,
        help=[one for found in wanted for one in _help(found)],
        emergency={code: found.emergency for code, found in lines.countries.items()},
        directory=SourceShape(**asdict(lines.directory)),
        help_reviewed=lines.reviewed,
        disclaimer=words.disclaimer,
        danger=words.danger,
    )


def _suggestion(one: Suggestion) -> SuggestionShape:
    exercise = one.exercise
    return SuggestionShape(
        id=one.id,
        kind=one.kind,
        title=one.title,
        text=one.text,
        source=SourceShape(**asdict(one.source)),
        exercise=ExerciseShape(**asdict(exercise), seconds=exercise.seconds) if exercise else None,
    )


def _help(country: Country) -> list[HelpShape]:
    return [HelpShape(country=country.code, **asdict(line)) for line in country.lines]
