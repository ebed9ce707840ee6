"""The versions of a federation's common model: made, signed, promoted, rolled back.

A version's weights are written first and its row last, in one change with the statuses and the audit entry. A process
that is killed in between leaves a file without a row: no version, and the next one takes its number.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import Session

from vsr_server.audit import audit
from vsr_server.database.open import Database, alone
from vsr_server.database.tables import ModelVersion
from vsr_server.registry.rows import current_or_none, current_row, newest_first, row_of
from vsr_server.registry.version import CANDIDATE, CURRENT, EARLIER, REJECTED, Version, version_of
from vsr_server.registry.versions import Versions
from vsr_shared.errors import FederationError, UntrustedModel
from vsr_shared.federation.manifest import MAX_NOTE, Manifest, sign, verify
from vsr_shared.weights import Weights, digest

KEPT: Final = 20
"""Newest versions whose weights are kept; the current one is kept in any case."""
_LOCK: Final = 5_020_003


@dataclass(frozen=True)
class _About:
    """What a new version's manifest says besides what follows from its weights."""

    federation: str
    base: str
    round: int
    figures: Mapping[str, float]
    note: str


class Registry(Versions):
    """The versions in `database`, with their weights in `folder` (DATA/models), signed by the release `key`."""

    def __init__(self, database: Database, folder: Path, key: Ed25519PrivateKey) -> None:
        """Nothing is read or written yet."""
        super().__init__(database, folder)
        self._key = key

    def begin(self, federation: str, base: str, weights: Weights, round: int = 0) -> Version:
        """Return the current version; where there is none, `weights` become version 1 of `federation` on `base`.

        FederationError where the versions here are another federation's or another base's.
        """
        with self._database.session() as session:
            alone(session, _LOCK)
            found = current_or_none(session)
            self._check_key(found)
            if found is None:
                row = self._add(session, _About(federation, base, round, {}, ""), weights, None)
                row.status, row.reason = CURRENT, "where the federation began"
                audit(session, "server", "model.begin", {"version": row.version, "sha256": row.sha256})
            elif (found.federation, found.base) != (federation, base):
                raise FederationError(
                    f"the registry holds versions of federation {found.federation} on base {found.base}, not of "
                    f"{federation} on {base}; give that base, or another database and data folder"
                )
            else:
                row = found
            return version_of(row)

    def propose(self, weights: Weights, round: int, figures: Mapping[str, float], note: str = "") -> Version:
        """Make `weights`, out of `round`, a candidate that nobody is given before it is promoted.

        Figures that are not finite are left out. FederationError where the disk or the database does not take it.
        """
        with self._database.session() as session:
            alone(session, _LOCK)
            parent = current_row(session)
            self._check_key(parent)
            about = _About(parent.federation, parent.base, round, dict(figures), note)
            row = self._add(session, about, weights, parent.version)
            return version_of(row)

    def promote(self, version: int, actor: str, reason: str) -> Version:
        """Give everybody `version`, a candidate or a rejected one that is newer than the current version.

        FederationError where there is no such version, it is older, or its weights are not whole.
        """
        with self._database.session() as session:
            alone(session, _LOCK)
            row, before = row_of(session, version), current_row(session)
            self._check_key(row)
            if row.version == before.version:
                return version_of(row)
            if row.version < before.version:
                raise FederationError(
                    f"version {version} is older than the current version {before.version}, and machines refuse "
                    f"older ones; make a new version of its weights: vsr-server models rollback {version}"
                )
            self._files.get(version, row.sha256)
            before.status = EARLIER
            row.status, row.reason = CURRENT, reason
            said = {"version": version, "before": before.version, "sha256": row.sha256, "reason": reason}
            audit(session, actor, "model.promote", said)
            return version_of(row)

    def reject(self, version: int, reason: str, actor: str = "coordinator") -> Version:
        """Note that the candidate `version` is not to be used; FederationError where it was promoted."""
        with self._database.session() as session:
            alone(session, _LOCK)
            row = row_of(session, version)
            if row.status not in (CANDIDATE, REJECTED):
                raise FederationError(f"version {version} was promoted and cannot be rejected; roll back instead")
            row.status, row.reason = REJECTED, reason
            audit(session, actor, "model.reject", {"version": version, "sha256": row.sha256, "reason": reason})
            return version_of(row)

    def roll_back(self, to: int, actor: str, reason: str) -> Version:
        """Give everybody the weights of version `to` again, as a new version; the one until now is rejected.

        FederationError where `to` is current, was never promoted, or its weights are gone.
        """
        with self._database.session() as session:
            alone(session, _LOCK)
            old, before = row_of(session, to), current_row(session)
            if old.version == before.version:
                raise FederationError(f"version {to} is the current one; there is nothing to roll back")
            if old.status == CANDIDATE:
                raise FederationError(f"version {to} was never promoted; promote it: vsr-server models promote {to}")
            self._check_key(before)
            note = f"the weights of version {to} again"[:MAX_NOTE]
            about = _About(old.federation, old.base, old.round, dict(old.figures), note)
            row = self._add(session, about, self._files.get(to, old.sha256), before.version)
            before.status, before.reason = REJECTED, f"rolled back to version {to}: {reason}"
            row.status, row.reason = CURRENT, f"rolled back to version {to}: {reason}"
            said = {"version": row.version, "weights_of": to, "before": before.version, "reason": reason}
            audit(session, actor, "model.rollback", said)
            return version_of(row)

    def sign_anew(self, actor: str, reason: str) -> Version:
        """Make a new version of the current weights under a release key that took the place of a lost or leaked one.

        Machines that pinned the key before refuse it: they join anew by a new invitation.
        """
        with self._database.session() as session:
            alone(session, _LOCK)
            before = current_row(session)
            note = f"version {before.version} signed anew"
            about = _About(before.federation, before.base, before.round, dict(before.figures), note)
            row = self._add(session, about, self._files.get(before.version, before.sha256), before.version)
            before.status = EARLIER
            row.status, row.reason = CURRENT, reason
            audit(session, actor, "model.resign", {"version": row.version, "before": before.version, "reason": reason})
            return version_of(row)

    def _check_key(self, row: ModelVersion | None) -> None:
        """Raise FederationError where another key signed `row`: nobody would take what this one signs."""
        if row is None:
            return
        try:
            verify(version_of(row).signed, self._key.public_key().public_bytes_raw())
        except UntrustedModel as error:
            raise FederationError(
                f"the release key is not the one that signed version {row.version}; restore keys/release_key from a "
                "backup. If you replaced it on purpose: vsr-server models resign, then invite everybody anew"
            ) from error

    def _add(self, session: Session, about: _About, weights: Weights, parent: int | None) -> ModelVersion:
        """Write the file and add the row of the next version, a candidate; the caller holds the lock."""
        newest = session.exec(newest_first()).first()
        number, now = 1 if newest is None else newest.version + 1, datetime.now(UTC)
        finite = {name: float(value) for name, value in about.figures.items() if math.isfinite(value)}
        said = digest(weights)
        at, before = int(now.timestamp()), parent or 0
        signed = sign(
            Manifest(about.federation, number, about.base, about.round, said, at, before, finite, about.note), self._key
        )
        # Of all processes only the one that holds the lock may take files away: another's may have no row yet.
        kept = [row.version for row in session.exec(newest_first().limit(KEPT))]
        self._files.keep_only([*kept, before])
        self._files.put(number, weights)
        row = ModelVersion(
            version=number,
            federation=about.federation,
            base=about.base,
            round=about.round,
            parent=parent,
            sha256=said,
            created_at=now,
            manifest=signed.text.decode(),
            signature=signed.signature.hex(),
            status=CANDIDATE,
            figures=finite,
            reason=about.note,
        )
        session.add(row)
        session.flush()
        return row
