"""Sealing every row under a new data key, in one change."""

import json
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, select

from vsr_client.store.database import Database
from vsr_client.store.proof import PROOF, proof_of
from vsr_client.store.schema import SEALED_TABLES, RecordingRow, ValueRow, purpose
from vsr_client.store.sealing import fingerprint, seal, unseal


def seal_anew(database: Database, session: Session, key: bytes) -> bytes:
    """Seal all columns under `key`, and return the new proof of it, which is among them.

    What is large stays as it is: its own key is in a column. Fingerprints depend on the data key and are made anew.
    """
    for table in SEALED_TABLES:
        rows: Sequence[Any] = session.exec(select(table)).all()
        for row in rows:
            if isinstance(row, ValueRow) and row.id == PROOF:
                continue
            for column in table.sealed_columns:
                place = purpose(table, column, row.id or 0)
                plain = unseal(database.key, place, getattr(row, column))
                setattr(row, column, seal(key, place, plain))
                if isinstance(row, RecordingRow) and column == "meta":
                    sound = bytes.fromhex(json.loads(plain)["sound"])
                    row.fingerprint = fingerprint(key, sound) if sound else None
            session.add(row)
    proof = proof_of(key)
    session.merge(ValueRow(id=PROOF, sealed=proof))
    return proof
