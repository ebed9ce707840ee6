"""The pages' files, from the package: names that are listed beforehand, no others."""

from email.utils import formatdate
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from vsr_server.dashboard.failures import NotThere

PAGES: Final = ("", "rounds", "models", "people", "privacy", "events", "audit", "settings")
"""Addresses that the pages' own script answers."""
_STATIC: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}

router = APIRouter(include_in_schema=False)


@cache
def files() -> dict[str, Path]:
    """Return the pages' files by their names in an address."""
    found = (path for path in _STATIC.rglob("*") if path.suffix in _TYPES and path.is_file())
    return {path.relative_to(_STATIC).as_posix(): path for path in found}


def _serve(request: Request, name: str) -> Response:
    # A name is looked up, never joined to a folder, so that no way of writing `..` leads out of it.
    path = files().get(name)
    if path is None:
        raise NotThere(f"there is no page or file {request.url.path!r} here; start at /")
    status = path.stat()
    tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    headers = {"cache-control": "no-cache", "etag": tag, "last-modified": formatdate(status.st_mtime, usegmt=True)}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers, media_type=_TYPES[path.suffix])


def _page(request: Request) -> Response:
    return _serve(request, "index.html")


for _name in PAGES:
    router.add_api_route(f"/{_name}", _page, methods=["GET"])


@router.get("/{name:path}")
def asset(request: Request, name: str) -> Response:
    """Return a file of the pages."""
    return _serve(request, name)
