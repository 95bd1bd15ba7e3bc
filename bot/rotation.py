"""Changing the encryption keys: every encrypted value is written anew under the first key, a batch at a time."""

from __future__ import annotations

from sqlalchemy import Column, Table, select, update
from sqlalchemy.orm import Session, sessionmaker

from core.crypto import EncryptedJson, EncryptedText, Keyring
from core.models import Base

BATCH = 500


def rotate(sessions: sessionmaker[Session], keyring: Keyring) -> int:
    """Returns the number of rows written. Safe to run again, and while the product runs; commits per batch."""
    total = 0
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, EncryptedText | EncryptedJson)]
        if columns:
            total += _rotate_table(sessions, keyring, table, columns)
    return total


def _rotate_table(sessions: sessionmaker[Session], keyring: Keyring, table: Table, columns: list[Column]) -> int:  # type: ignore[type-arg]
    """Reads and writes through the column types, so that what is opened with any key is closed with the first."""
    (key,) = table.primary_key.columns
    last = None
    total = 0
    while True:
        with sessions() as session, session.begin():
            query = select(key, *columns).order_by(key).limit(BATCH).with_for_update()
            rows = session.execute(query if last is None else query.where(key > last)).all()
            for row in rows:
                values = {column.name: row._mapping[column] for column in columns}  # noqa: SLF001 - its public name
                if "phone_hash" in table.columns and values["phone"]:  # one that was erased has none to be found by
                    values["phone_hash"] = keyring.lookup_hash(values["phone"])
                session.execute(update(table).where(key == row[0]).values(values))
        if not rows:
            return total
        total += len(rows)
        last = rows[-1][0]
