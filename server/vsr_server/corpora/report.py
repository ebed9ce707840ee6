"""What a check of a folder found, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

_SHOWN: Final = 3


class Kind(StrEnum):
    """What a finding is of."""

    MISSING = "missing"
    EXTRA = "extra"
    COPY = "copy"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    UNKNOWN_LABEL = "unknown label"
    WRONG_ROW = "wrong row"
    LEFT_OUT = "left out"
    PART = "part"
    ONE_SPEAKER = "one speaker"
    ONE_CLASS = "one class"
    SHARED_SPEAKER = "shared speaker"


@dataclass(frozen=True)
class Finding:
    """Something to know of a folder; a problem where it should be put right before training."""

    kind: Kind
    problem: bool
    says: str
    files: tuple[str, ...] = ()
    """All files concerned, from the folder on; of missing clips their names in the corpus."""

    def line(self) -> str:
        """Return the finding in one line, with the first files."""
        more = ", ..." if len(self.files) > _SHOWN else ""
        files = f" ({', '.join(self.files[:_SHOWN])}{more})" if self.files else ""
        return f"{'problem' if self.problem else 'note'}: {self.kind}: {self.says}{files}"


@dataclass(frozen=True)
class CorpusCount:
    """What was found of one corpus, beside what was published (None for a corpus of one's own)."""

    corpus: str
    clips: int
    published_clips: int | None
    published_speakers: int | None
    speakers: Mapping[str, int]
    """Clips of each speaker."""
    emotions: Mapping[str, int]
    """Clips of each emotion."""
    positive: int
    """Clips of positive polarity."""

    def line(self) -> str:
        """Return the counts in one line."""
        clips, speakers = f"{self.clips:,}", str(len(self.speakers))
        if self.published_clips is not None:
            clips, speakers = f"{clips} of {self.published_clips:,}", f"{speakers} of {self.published_speakers}"
        return f"{self.corpus}: {clips} clips, {speakers} speakers, {len(self.emotions)} emotions"


@dataclass(frozen=True)
class Report:
    """What a folder holds and what is wrong with it."""

    folder: str
    corpora: tuple[CorpusCount, ...]
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that should be put right."""
        return tuple(finding for finding in self.findings if finding.problem)

    def to_dict(self) -> dict[str, Any]:
        """Return the report for JSON, with `ok` where there is no problem."""
        return {"ok": not self.problems, **asdict(self)}

    def lines(self) -> Iterator[str]:
        """Yield the report in lines: counts, problems, notes, and the sum."""
        yield from (count.line() for count in self.corpora)
        yield from (finding.line() for finding in sorted(self.findings, key=lambda finding: not finding.problem))
        clips, people = sum(count.clips for count in self.corpora), {who for c in self.corpora for who in c.speakers}
        problems = f"{len(self.problems)} problem(s)" if self.problems else "no problem"
        yield f"{self.folder}: {clips:,} clips of {len(people)} speakers, {problems}"
