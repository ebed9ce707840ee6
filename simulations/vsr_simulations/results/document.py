"""`docs/results.md` from the studies' files. What a person wrote between its marks stays, word for word."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from vsr_shared.errors import StoreError, UsageError
from vsr_simulations.results.parts import Part

BEGIN: Final = "<!-- written by hand, kept when this page is written anew -->"
END: Final = "<!-- end of what is written by hand -->"
_HEAD: Final = """# Results: what was measured on real voices, and what follows from it

Written by `vsr-simulate results --voices DIR --base FILE --corpus nemo` from the studies' own files: it runs what has
not been run (`--parts` chooses, `--minutes` bounds), goes on where it was stopped, and writes this page again. Nothing
here was typed in but what stands under the first heading. Speakers are always ones whom the base never heard.

"""
_BY_HAND: Final = f"""{BEGIN}
## What follows: the defaults that ship, and why
Not written yet.
{END}
"""
_FETCH: Final = """## The same on whole corpora
`vsr-server corpora list` says what is known and under which licence; of the four English corpora that the field uses,
`vsr-server corpora fetch ravdess --to DIR` and `vsr-server corpora fetch crema-d --to DIR` get two, TESS and SAVEE come
from their authors ([corpora.md](corpora.md) says where and into which folder). Then, with any base that did not hear
the corpus (`vsr-server base train --voices DIR --without-corpus crema-d --out OUT`):

```sh
vsr-simulate results --voices DIR --base OUT/vsr-base.vsr --corpus crema-d \\
    --out build/crema-d --page build/crema-d/results.md
```
"""


def results_page(parts: Sequence[Part], folder: Path, before: str, drawn: Collection[str] = ()) -> str:
    """Return the page: `before` is how it stands; `drawn` are the pictures that were drawn now.

    A study whose file is not there stays as it was told before, and is said not to have been run where it never was:
    studies of hours are run on other days, by other machines. UsageError where a file cannot be read or holds something
    else than this version writes.
    """
    told, missing = [], []
    for part in parts:
        path = folder / part.figures
        if path.exists():
            shown = f"\n\n![{part.alt}](pictures/{part.picture})" if part.picture in drawn else ""
            told.append(f"## {part.title}\n{_told(part, path)}{shown}\n")
        elif section := _section(before, part.title):
            told.append(section)
        else:
            other = f" What was measured before stands in [{part.page}]({part.page})." if part.page else ""
            missing.append(f"- **{part.title}**: not run. `vsr-simulate results --parts {part.name}` runs it.{other}")
    not_run = ["## Not run\n" + "\n".join(missing) + "\n"] if missing else []
    return _HEAD + "\n".join([by_hand(before), *told, *not_run, _FETCH])


def by_hand(page: str) -> str:
    """Return what is written by hand in `page`, with its marks; where there is none, a place for it.

    UsageError where only one of the marks is there.
    """
    if (BEGIN in page) != (END in page):
        raise UsageError(f"the page has one of its marks alone; put the other back: {BEGIN} … {END}")
    if BEGIN not in page:
        return _BY_HAND
    return page[page.index(BEGIN) : page.index(END) + len(END)] + "\n"


def _section(page: str, title: str) -> str:
    """Return what stands in `page` under the heading `title`, with it; nothing where there is no such heading."""
    _, heading, rest = page.partition(f"\n## {title}\n")
    body = rest.split("\n## ")[0].rstrip()
    return f"## {title}\n{body}\n" if heading else ""


def _told(part: Part, path: Path) -> str:
    try:
        return part.tell(json.loads(path.read_text(encoding="utf-8"))).strip()
    except OSError as error:
        raise StoreError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UsageError(f"{path} holds something else than `vsr-simulate {part.name}` writes; run it again") from error
