"""The pages' files, from the package: only names that are listed beforehand are ever opened."""

import mimetypes
from email.utils import formatdate
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from vsr_client.app.failures import NotThere

STATIC: Final = Path(__file__).parents[1] / "static"
PAGES: Final = ("", "listen", "teach", "look-back", "feel-better", "together", "settings")
"""Paths that the pages' own router answers."""
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}

router = APIRouter(include_in_schema=False)


def listed(folder: Path) -> dict[str, Path]:
    """Return the files in `folder` by their names in an address; links and hidden files are none of them."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path for name, path in names.items() if not any(part.startswith(".") for part in name.split("/"))}


def _serve(request: Request, name: str) -> Response:
    # A name is looked up, never joined to a folder, so that no way of writing `..` leads out of it.
    path = listed(STATIC).get(name)
    if path is None:
        raise NotThere(f"there is no page or file {request.url.path!r} here; start at /")
    status = path.stat()
    tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    headers = {"cache-control": "no-cache", "etag": tag, "last-modified": formatdate(status.st_mtime, usegmt=True)}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(path, headers=headers, media_type=kind)


def _page(request: Request) -> Response:
    return _serve(request, "index.html")


for _name in PAGES:
    router.add_api_route(f"/{_name}", _page, methods=["GET"])


@router.get("/{name:path}")
def asset(request: Request, name: str) -> Response:
    """Return a file of the pages."""
    return _serve(request, name)
