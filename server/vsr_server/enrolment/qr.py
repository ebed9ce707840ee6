"""An invitation as a QR code: the line itself, to be read by a camera and pasted."""

from pathlib import Path
from typing import Any

from vsr_shared.errors import FederationError, UsageError


def check_qr_file(path: Path) -> None:
    """Raise UsageError where `path` does not end as a picture that can be written does."""
    if path.suffix.lower() != ".svg":
        raise UsageError(f"a QR code is written as .svg, not as {path.name!r}; or give - to see it here")


def write_qr(line: str, path: Path) -> None:
    """Write `line` as the QR code `path` (.svg), its owner's alone; FederationError where it cannot be written."""
    try:
        path.touch(mode=0o600)
        with path.open("wb") as file:
            _made(line).save(file, kind="svg", scale=4, border=4, xmldecl=False, light="#fff")
    except OSError as error:
        raise FederationError(f"cannot write {path} ({error.strerror})") from error


def qr_text(line: str) -> str:
    """Return `line` as a QR code for a terminal."""
    import io

    out = io.StringIO()
    _made(line).terminal(out, border=2, compact=True)
    return out.getvalue()


def _made(line: str) -> Any:
    import segno

    # Long lines need all the room there is; on a screen or on paper nothing gets lost.
    return segno.make_qr(line, error="l", boost_error=False)
