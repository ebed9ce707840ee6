"""Finding the rows of model versions."""

from sqlmodel import Session, col, desc, select
from sqlmodel.sql.expression import SelectOfScalar

from vsr_server.database.tables import ModelVersion
from vsr_server.registry.version import CURRENT, UnknownVersion


def newest_first() -> SelectOfScalar[ModelVersion]:
    """Return the question for all versions."""
    return select(ModelVersion).order_by(desc(col(ModelVersion.version)))


def row_of(session: Session, version: int) -> ModelVersion:
    """Return the row of `version`; UnknownVersion where there is none."""
    row = session.get(ModelVersion, version)
    if row is None:
        raise UnknownVersion(f"there is no version {version} of the model; see vsr-server models list")
    return row


def current_or_none(session: Session) -> ModelVersion | None:
    """Return the row of the current version, None before the federation begins."""
    return session.exec(newest_first().where(ModelVersion.status == CURRENT)).first()


def current_row(session: Session) -> ModelVersion:
    """Return the row of the current version; UnknownVersion before the federation begins."""
    row = current_or_none(session)
    if row is None:
        raise UnknownVersion("there is no version of the model yet; the first is made when the server starts")
    return row
