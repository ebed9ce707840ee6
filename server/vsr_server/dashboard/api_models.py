"""The versions of the common model: how good each is, and which is given out."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlmodel import col, select

from vsr_server.dashboard.admin import Admin, Here
from vsr_server.dashboard.smallest_cell import TOO_FEW, figures_of_version
from vsr_server.database.tables import ModelVersion, Round
from vsr_server.registry.registry import Registry
from vsr_server.registry.release_key import release_key
from vsr_server.registry.version import CANDIDATE, CURRENT
from vsr_server.registry.weight_files import WeightFiles
from vsr_server.server_folder import ServerFolder
from vsr_shared.errors import FederationError

router = APIRouter(prefix="/api/models", tags=["models"])

ACTOR = "operator"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class VersionView(BaseModel):
    """A version."""

    version: int
    base: str
    round: int
    """The round that it came from, 0 for the base's own weights."""
    parent: int | None
    sha256: str
    created_at: datetime
    status: str
    """candidate, current, earlier or rejected."""
    reason: str
    figures: dict[str, float]
    """Those that may be shown."""
    may_promote: bool
    """Whether it can take the current one's place as it is."""
    may_return: bool
    """Whether its weights can be given out again, as a new version."""


class Why(BaseModel):
    """Why the operator does something, for the audit log."""

    reason: str = Field("", max_length=300)


@router.get("")
def versions(here: Here) -> list[VersionView]:
    """Return all versions, the newest first."""
    with here.database.reading() as session:
        found = session.exec(select(ModelVersion).order_by(col(ModelVersion.version).desc())).all()
        answered = {row.number: row.answered for row in session.exec(select(Round))}
    current = max((row.version for row in found if row.status == CURRENT), default=0)
    kept = WeightFiles(ServerFolder(here.folder).models)
    return [
        _view(row, answered.get(row.round, 0), current, kept.path(row.version).exists(), here.smallest) for row in found
    ]


@router.post("/{version}/promote")
def promote(here: Here, version: Number, why: Why) -> list[VersionView]:
    """Give everybody `version`, a candidate or a rejected one; return all versions."""
    _registry(here).promote(version, ACTOR, why.reason)
    return versions(here)


@router.post("/{version}/roll-back")
def roll_back(here: Here, version: Number, why: Why) -> list[VersionView]:
    """Give everybody the weights of `version` again, as a new version; return all versions."""
    _registry(here).roll_back(version, ACTOR, why.reason)
    return versions(here)


def _registry(here: Admin) -> Registry:
    folder = ServerFolder(here.folder)
    if not (folder.keys / "release_key").exists():  # a fresh one would sign what nobody trusts
        raise FederationError(f"the release key is missing in {folder.keys}; put it back from its backup")
    return Registry(here.database, folder.models, release_key(folder.keys))


def _view(row: ModelVersion, people: int, current: int, kept: bool, smallest: int) -> VersionView:
    said = row.model_dump(include=set(VersionView.model_fields) - {"figures"})
    if row.round and people < smallest:
        said["reason"] = TOO_FEW
    return VersionView(
        **said,
        figures=figures_of_version(row, people, smallest),
        may_promote=kept and row.version > current,
        may_return=kept and row.version != current and row.status != CANDIDATE,
    )
