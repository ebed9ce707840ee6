"""The public download of the common model: what was promoted and nothing else, for caches and slow lines."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from vsr_server.database import Database, open_database
from vsr_server.registry import Registry
from vsr_server.registry.release_key import public_bytes, release_key
from vsr_server.registry.routes import router
from vsr_shared.federation.manifest import SignedManifest, verify
from vsr_shared.weights import Array, digest, from_bytes


def weights(value: float) -> dict[str, Array]:
    return {"tail": np.full((8, 4), value, np.float32)}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path / 'server.db'}")) as database:
        yield database


@pytest.fixture
def registry(opened: Database, tmp_path: Path) -> Registry:
    return Registry(opened, tmp_path / "models", release_key(tmp_path / "keys"))


class Client:
    """Asks the routes, in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self.get, self.head = partial(self._ask, "GET"), partial(self._ask, "HEAD")

    def _ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://vsr") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())


@pytest.fixture
def client(opened: Database, tmp_path: Path) -> Client:
    app = FastAPI()
    app.include_router(router(opened, tmp_path))
    return Client(app)


def test_anybody_fetches_the_newest_model_and_checks_it(client: Client, registry: Registry, tmp_path: Path) -> None:
    registry.begin("f00", "base-1", weights(1))
    said = client.get("/vsr/model").json()
    signed = SignedManifest(said["manifest"].encode(), bytes.fromhex(said["signature"]))
    manifest = verify(signed, public_bytes(release_key(tmp_path / "keys")))
    answer = client.get(f"/vsr/models/{manifest.version}")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert digest(from_bytes(answer.content)) == manifest.sha256


def test_who_has_it_gets_no_bytes(client: Client, registry: Registry) -> None:
    registry.begin("f00", "base-1", weights(1))
    for path in ("/vsr/model", "/vsr/models/1"):
        tag = client.get(path).headers["etag"]
        again = client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.head(path).status_code == 200
    registry.promote(registry.propose(weights(2), 1, {}).version, "operator", "")
    assert client.get("/vsr/model", headers={"If-None-Match": tag}).status_code == 200


def test_a_cut_download_goes_on_where_it_ended(client: Client, registry: Registry) -> None:
    registry.begin("f00", "base-1", weights(1))
    whole = client.get("/vsr/models/1").content
    rest = client.get("/vsr/models/1", headers={"Range": "bytes=10-"})
    assert (rest.status_code, rest.content) == (206, whole[10:])


def test_what_was_not_promoted_is_as_what_is_not_there(client: Client, registry: Registry) -> None:
    assert client.get("/vsr/model").status_code == 404
    registry.begin("f00", "base-1", weights(1))
    registry.propose(weights(2), 1, {})
    registry.promote(registry.propose(weights(3), 2, {}).version, "operator", "")
    registry.roll_back(1, "operator", "bad")
    registry.weights_file(5).write_bytes(b"a file without a version")
    answers = {number: client.get(f"/vsr/models/{number}") for number in range(1, 7)}
    assert {number: answer.status_code for number, answer in answers.items()} == {
        1: 200,
        2: 404,  # a candidate
        3: 404,  # rolled back
        4: 200,
        5: 404,
        6: 404,
    }
    assert len({answer.content for answer in answers.values() if answer.status_code == 404}) == 1
    assert all(
        answer.headers["cache-control"] == "no-store" for answer in answers.values() if answer.status_code == 404
    )


@pytest.mark.parametrize("odd", ["0", "-1", "x", "1.5", "99999999999999999999", "..%2f..%2fkeys%2frelease_key", "1/x"])
def test_a_version_that_is_no_number_is_refused(client: Client, registry: Registry, odd: str) -> None:
    registry.begin("f00", "base-1", weights(1))
    assert client.get(f"/vsr/models/{odd}").status_code in (404, 422)


def test_a_database_that_is_away_is_told_but_not_where(client: Client, registry: Registry, tmp_path: Path) -> None:
    registry.begin("f00", "base-1", weights(1))
    registry._database.close()
    for found in tmp_path.glob("server.db*"):
        found.unlink()
    (tmp_path / "server.db").mkdir()
    for path in ("/vsr/model", "/vsr/models/1"):
        answer = client.get(path)
        assert (answer.status_code, str(tmp_path) in answer.text) == (503, False)
