"""Whether a folder holds what was published: counts, and everything that would spoil training on it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from vsr_server.corpora.clip import Clip
from vsr_server.corpora.corpus import Refusal
from vsr_server.corpora.fingerprints import same_recordings
from vsr_server.corpora.found import Found, find_clips
from vsr_server.corpora.known import KNOWN
from vsr_server.corpora.manifest import MANIFEST, Fault
from vsr_server.corpora.readable import unreadable
from vsr_server.corpora.report import CorpusCount, Finding, Kind, Report
from vsr_shared.errors import UsageError

_ROWS: Final = {
    Fault.MISSING: (Kind.MISSING, "are not there"),
    Fault.LISTED_TWICE: (Kind.DUPLICATE, "are listed again"),
    Fault.UNKNOWN_LABEL: (Kind.UNKNOWN_LABEL, "have an unknown emotion"),
    Fault.WRONG_ROW: (Kind.WRONG_ROW, "have a wrong row"),
}


def check(folder: Path) -> Report:
    """Return the report on `folder`, whose every file is opened and, where sizes agree, compared.

    UsageError where it is no folder, holds no sound at all, or has a manifest that cannot be read as a table.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; give one of recordings")
    found = find_clips(folder)
    if not (found.clips or found.unknown or found.refused or found.faulty):
        raise UsageError(f"{folder} holds no {MANIFEST} and no sound; `vsr-server corpora list` says what is known")
    corpora = sorted({clip.corpus for clip in found.clips})
    findings = [finding for name in corpora for finding in _against_published(name, found)]
    for part in (_rows(found), _names(found), _sound(found), _same(found.clips), _people(found.clips)):
        findings += part
    root = f"{folder.resolve().as_posix()}/"
    findings = [
        Finding(each.kind, each.problem, each.says, tuple(file.removeprefix(root) for file in each.files))
        for each in findings
    ]
    counts = tuple(_count(name, [clip for clip in found.clips if clip.corpus == name]) for name in corpora)
    return Report(str(folder), counts, tuple(findings))


def _count(name: str, clips: Sequence[Clip]) -> CorpusCount:
    known = KNOWN.get(name)
    return CorpusCount(
        corpus=name,
        clips=len(clips),
        published_clips=known.clips if known else None,
        published_speakers=known.speakers if known else None,
        speakers=dict(sorted(Counter(clip.speaker for clip in clips).items())),
        emotions=dict(sorted(Counter(str(clip.emotion) for clip in clips).items())),
        positive=sum(clip.positive for clip in clips),
    )


def _against_published(name: str, found: Found) -> Iterator[Finding]:
    """Yield what a known corpus lacks or has too much; a manifest may list a part of one on purpose."""
    corpus = KNOWN.get(name)
    if corpus is None:
        return
    mine = [(clip, key) for clip, key in zip(found.clips, found.keys, strict=True) if clip.corpus == name]
    keys = {key for _, key in mine}
    names = corpus.names(keys) if corpus.names else frozenset(keys)
    lacking = names - keys
    extra = {key for clip, key in mine if clip.path not in found.listed} - names
    count = corpus.clips - corpus.unusable - len(keys & names)
    if count > 0 and all(clip.path in found.listed for clip, _ in mine):
        yield Finding(Kind.PART, False, f"{name}: the manifest lists {len(keys):,} of {corpus.clips:,} clips published")
    elif count > 0:
        says = f"{name}: {count:,} of {corpus.clips:,} clips published"
        yield Finding(Kind.MISSING, True, says, tuple(sorted(lacking)))
    elif count < 0:
        yield Finding(Kind.EXTRA, True, f"{name}: {-count:,} clips more than the {corpus.clips:,} published")
    if extra:
        says = f"{name}: {len(extra):,} clip(s) are named as none that was published"
        yield Finding(Kind.EXTRA, True, says, tuple(sorted(extra)))


def _texts(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(path.as_posix() for path in paths)


def _rows(found: Found) -> Iterator[Finding]:
    for fault, (kind, says) in _ROWS.items():
        rows = [row for row in found.faulty if row.fault is fault]
        if rows:
            says = f"{len(rows):,} file(s) that a manifest lists {says}; {rows[0].says}"
            yield Finding(kind, True, says, tuple(row.file for row in rows))


def _names(found: Found) -> Iterator[Finding]:
    """Yield what names tell: files of no corpus, labels unknown, clips that are there more than once."""
    if found.unknown:
        says = f"{len(found.unknown):,} sound file(s) in no manifest and of no known corpus; they are passed over"
        yield Finding(Kind.EXTRA, True, says, _texts(found.unknown))
    for corpus, refused in dict.fromkeys((corpus, refused) for _, corpus, refused in found.refused):
        files = [path for path, name, why in found.refused if (name, why) == (corpus, refused)]
        problem = refused.kind is Refusal.UNKNOWN_LABEL
        kind = Kind.UNKNOWN_LABEL if problem else Kind.LEFT_OUT
        yield Finding(kind, problem, f"{corpus}: {len(files):,} file(s): {refused.why}", _texts(files))
    wrong = [other.path for other in found.others if other.differs]
    if wrong:
        says = f"{len(wrong):,} file(s) are the same clip as another and differ from it; keep the right one"
        yield Finding(Kind.DUPLICATE, True, says, _texts(wrong))
    copies = [other.path for other in found.others if not other.differs]
    if copies:
        says = f"{len(copies):,} file(s) hold a clip once more; they are passed over"
        yield Finding(Kind.COPY, False, says, _texts(copies))


def _sound(found: Found) -> Iterator[Finding]:
    broken: dict[str, list[Path]] = {}
    for clip in found.clips:
        if why := unreadable(clip.path):
            broken.setdefault(why, []).append(clip.path)
    for why, paths in broken.items():
        yield Finding(Kind.UNREADABLE, True, f"{len(paths):,} file(s): {why}", _texts(paths))


def _same(clips: Sequence[Clip]) -> Iterator[Finding]:
    """Yield the recordings that are there under several names; a problem where speaker or polarity differ."""
    for group in same_recordings(clips):
        apart = len({(clip.speaker, clip.polarity) for clip in group}) > 1
        labels = " and as ".join(f"{clip.speaker}, {clip.emotion}" for clip in group)
        says = f"the same recording is there as {labels}"
        yield Finding(Kind.DUPLICATE, apart, says, _texts(clip.path for clip in group))


def _people(clips: Sequence[Clip]) -> Iterator[Finding]:
    """Yield what makes a folder unfit for splitting by speaker and for telling two polarities apart."""
    speakers, polarities = {clip.speaker for clip in clips}, {clip.polarity for clip in clips}
    if len(speakers) == 1:
        says = f"{speakers.pop()} is the only speaker; training and testing need different ones"
        yield Finding(Kind.ONE_SPEAKER, True, says)
    if len(polarities) == 1:
        yield Finding(Kind.ONE_CLASS, True, f"every clip is {polarities.pop()}; there is nothing to tell apart")
    homes: dict[str, set[str]] = {}
    for clip in clips:
        homes.setdefault(clip.speaker, set()).add(clip.corpus)
    for speaker, corpora in sorted(homes.items()):
        if len(corpora) > 1:
            says = f"speaker {speaker} is in {' and '.join(sorted(corpora))}; give two people two names"
            yield Finding(Kind.SHARED_SPEAKER, True, says)
