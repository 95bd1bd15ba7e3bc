"""A heap of texts that fall due at once: patients of their own in all clinics, each with one exercise. PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import psycopg

from benchmarks.databases import analyse, plain_connection

FIRST = 2_000_000_000
"""Their ids, beyond all others."""

_SPECIAL = {
    "patient": {"id": "%(first)s + k", "clinic_id": "clinic.id", "phone_hash": "'heap-' || k"},
    "enrolment": {
        "id": "%(first)s + k",
        "clinic_id": "clinic.id",
        "patient_id": "%(first)s + k",
        "state": "'active'",
    },
    "message": {
        "id": "%(first)s + k",
        "clinic_id": "clinic.id",
        "patient_id": "%(first)s + k",
        "enrolment_id": "%(first)s + k",
        "due_at": "%(now)s",
        "next_attempt_at": "%(now)s",
        "expires_at": "%(ends)s",
    },
}
"""What a row has instead of what the copied one has."""
_COPIED = {
    "patient": "opted_out_at IS NULL",
    "enrolment": "state = 'active'",
    "message": "state = 'planned' AND kind = 'step' AND purpose = 'activity' AND attempts = 0",
}
_CLINIC = (
    "(SELECT id, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS clinics FROM clinic) AS clinic"
)


@contextmanager
def heap(url: str, count: int, now: datetime) -> Iterator[None]:
    """So many more texts are due meanwhile, spread evenly over the clinics."""
    with closing(plain_connection(url)) as connection:
        for table in _COPIED:
            _add(connection, table, count, now)
        analyse(url)
        try:
            yield
        finally:
            # only its own rows point at them: no table need be searched for others
            connection.execute("SET session_replication_role = replica")
            for table in reversed(_COPIED):
                connection.execute(f"DELETE FROM {table} WHERE id > {FIRST}")
            analyse(url)


def _add(connection: psycopg.Connection[tuple[object, ...]], table: str, count: int, now: datetime) -> None:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [table]
    )
    names = [str(name) for (name,) in found]
    values = ", ".join(_SPECIAL[table].get(name, f"src.{name}") for name in names)
    connection.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values}"
        f" FROM (SELECT * FROM {table} WHERE {_COPIED[table]} ORDER BY id LIMIT 1) AS src,"
        f" generate_series(1, %(count)s) AS k JOIN {_CLINIC} ON clinic.number = k %% clinic.clinics",
        {"first": FIRST, "count": count, "now": now, "ends": now + timedelta(hours=4)},
    )
