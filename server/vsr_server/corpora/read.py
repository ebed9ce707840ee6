"""All clips of a folder, however it is laid out."""

from pathlib import Path

from vsr_server.corpora.clip import Clip
from vsr_server.corpora.corpus import Refusal
from vsr_server.corpora.found import find_clips
from vsr_server.corpora.known import KNOWN
from vsr_server.corpora.manifest import MANIFEST, read_manifest
from vsr_shared.errors import UsageError


def read_corpora(folder: Path) -> tuple[Clip, ...]:
    """Return the clips of `folder`: those its `MANIFEST.csv` lists, else those of every corpus found in it.

    UsageError where there are none, where a manifest is at fault, where a file is named like a corpus' but with a label
    unknown to it, and where two files that differ are the same clip.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; give one of recordings")
    if (folder / MANIFEST).is_file():
        return read_manifest(folder)
    found = find_clips(folder)
    if found.faulty:
        raise UsageError(found.faulty[0].says)
    unlabelled = [(path, corpus, why) for path, corpus, why in found.refused if why.kind is Refusal.UNKNOWN_LABEL]
    if unlabelled:
        path, corpus, why = unlabelled[0]
        raise UsageError(
            f"{len(unlabelled)} file(s) have a label that {corpus} does not know, such as {path} ({why.why}); rename "
            "or remove them"
        )
    wrong = [other for other in found.others if other.differs]
    if wrong:
        raise UsageError(
            f"{len(wrong)} clip(s) are there twice and differ, such as {wrong[0].taken} and {wrong[0].path}; keep the "
            "right one"
        )
    if not found.clips:
        raise UsageError(
            f"no {MANIFEST} in {folder}, and no files named as in {', '.join(KNOWN)}; "
            "`vsr-server corpora list` says what is known"
        )
    return found.clips
