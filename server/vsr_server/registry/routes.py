"""The public download of the common model: its signed manifest, and the weights of what was promoted.

GET /vsr/model                  manifest (canonical JSON, as text) and signature (hexadecimal) of the current version
GET /vsr/models/{version}       weights in the safetensors format, streamed; never change, so caches may keep them
"""

import json
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, JSONResponse

from vsr_server.database.open import Database
from vsr_server.registry.version import PROMOTED, UnknownVersion, Version
from vsr_server.registry.versions import Versions
from vsr_shared.errors import FederationError
from vsr_shared.federation.manifest import MAX_VERSION

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"

Number = Annotated[int, InPath(ge=1, le=MAX_VERSION)]
Known = Annotated[str | None, Header(alias="If-None-Match")]


def router(database: Database, root: Path) -> APIRouter:
    """Return the routes over the models in `database` and the data folder `root`; the release key is not needed."""
    versions = Versions(database, root / "models")
    routes = APIRouter()

    @routes.api_route("/vsr/model", methods=["GET", "HEAD"])
    def newest(known: Known = None) -> Response:
        try:
            current = versions.current()
        except UnknownVersion:
            return _missing("there is no model yet")
        except FederationError:
            return _unavailable()
        return _same(current, known, _ASK_AGAIN) or Response(
            json.dumps({"manifest": current.signed.text.decode(), "signature": current.signed.signature.hex()}),
            media_type="application/json",
            headers=_headers(current, _ASK_AGAIN),
        )

    @routes.api_route("/vsr/models/{version}", methods=["GET", "HEAD"])
    def weights(version: Number, known: Known = None) -> Response:
        # One answer for what there is not, what is not promoted and what is not kept: it tells nothing of candidates.
        try:
            found = versions.version(version)
        except UnknownVersion:
            return _missing("there is no such version")
        except FederationError:
            return _unavailable()
        file = versions.weights_file(version)
        if found.status not in PROMOTED or not file.is_file():
            return _missing("there is no such version")
        return _same(found, known, _FOR_EVER) or FileResponse(
            file, media_type="application/octet-stream", headers=_headers(found, _FOR_EVER)
        )

    return routes


def _headers(version: Version, caching: str) -> dict[str, str]:
    return {"ETag": _tag(version), "Cache-Control": caching, "X-Content-Type-Options": "nosniff"}


def _tag(version: Version) -> str:
    return f'"{version.version}-{version.sha256[:32]}"'


def _same(version: Version, known: str | None, caching: str) -> Response | None:
    """The answer to somebody who has it already."""
    said = {tag.strip().removeprefix("W/") for tag in (known or "").split(",")}
    if "*" in said or _tag(version) in said:
        return Response(status_code=304, headers=_headers(version, caching))
    return None


def _missing(reason: str) -> Response:
    return JSONResponse({"error": {"code": "not_found", "message": reason}}, 404, {"Cache-Control": "no-store"})


def _unavailable() -> Response:
    # What is wrong with the database is the operator's to know, not the public's.
    said = {"error": {"code": "unavailable", "message": "the server cannot say now; try again later"}}
    return JSONResponse(said, 503, {"Cache-Control": "no-store", "Retry-After": "30"})
