"""Clinics after years: a simulated clinic's rows, copied in the database until there are as many as wanted.

The first copies are as the simulation left them, patients in the middle of their courses; the others are old: moved
back in time, their courses completed, their texts delivered, their alerts resolved. PostgreSQL alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Table, func, insert, select, text

from benchmarks.databases import analyse
from benchmarks.processes import KEY
from bot.simulate.behaviour import load_script
from bot.simulate.run import Wanted, run_share
from bot.simulate.stage import Stage
from core.crypto import Keyring
from core.db import make_engine
from core.models import Alert, AlertState, Base, Clinic, Enrolment, EnrolmentState, Message, MessageState
from core.models.base import UtcDateTime

WEEKDAYS = 60
"""Patients come evenly over twelve weeks."""
DAYS = 7
"""The last one is followed for so long."""
SEED = 1
START = date(2026, 8, 31)
YEARS_AGO = timedelta(days=200)
BEYOND_ALL_COPIES = 1_000_000_000
COPIED = (
    "staff", "patient", "enrolment", "reply", "triage", "message", "message_event", "alert", "alert_event",
    "triage_mark", "audit",
)  # fmt: skip
HISTORY = frozenset({"triage", "message_event", "alert_event", "triage_mark", "audit"})
"""What no claim and no tick reads: most of the rows."""
POINTS_TO = {("reply", "answers_id"): "message", ("message", "reminds_id"): "message", ("audit", "number"): "audit"}
"""Columns that hold the id of a row without saying so."""
UNIQUE_TEXT = frozenset({("clinic", "sender"), ("staff", "email"), ("reply", "provider_id"), ("patient", "phone_hash")})

_WHEN_OLD = {
    Enrolment.__tablename__: f"CASE src.state WHEN 'stopped' THEN 'stopped' ELSE '{EnrolmentState.COMPLETED}' END",
    Message.__tablename__: (
        f"CASE WHEN src.state IN ('planned', 'held') THEN '{MessageState.DELIVERED}' ELSE src.state END"
    ),
    Alert.__tablename__: f"'{AlertState.RESOLVED}'",
}


@dataclass(frozen=True)
class Template:
    """What one copy holds. `stride`: added to each id from copy to copy. `now`: when the simulation ended (UTC)."""

    now: datetime
    stride: int
    messages: int
    patients: int
    clinics: int


def simulated(url: str, patients: int, weekdays: int = WEEKDAYS) -> Template:
    """The first copy: two clinics whose patients come over so many weekdays."""
    script = load_script(None)
    arrival = script.behaviour.arrival.model_copy(update={"weekdays": weekdays})
    script = replace(script, behaviour=script.behaviour.model_copy(update={"arrival": arrival}))
    wanted = Wanted(patients, DAYS, SEED, START)
    with _writing(url) as connection:

        def take(stage: Stage) -> None:
            with stage.runtime.engine.connect() as source:
                for table in Base.metadata.sorted_tables:
                    if table.name not in ("clinic", *COPIED):
                        continue
                    rows = [dict(row) for row in source.execute(select(table)).mappings()]
                    for row in rows if table.name == "patient" else ():
                        row["phone_hash"] = Keyring([KEY]).lookup_hash(row["phone"])
                    if rows:
                        connection.execute(insert(table), rows)

        run_share(wanted, script, 0, 1, lambda: None, take)
        _count_on(connection)
        tables = [Base.metadata.tables[name] for name in COPIED]
        largest = [connection.scalar(select(func.max(table.c.id))) or 0 for table in tables]
        return Template(
            now=wanted.last_instant(script),
            stride=max(largest) + 1,
            messages=connection.scalar(select(func.count()).select_from(Message)) or 0,
            patients=patients,
            clinics=connection.scalar(select(func.count()).select_from(Clinic)) or 0,
        )


def copy(url: str, template: Template, copies: range, fresh: int, *, history: bool = True) -> None:
    """Add copies by their numbers, 1 is the first; from number `fresh` on they are old ones of the first clinics.
    `history`: HISTORY too.
    """
    with _writing(url) as connection:
        # Each row points where its original does; to look all of that up would take longer than to copy it.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        new = range(copies.start, min(copies.stop, fresh))
        if new:
            _copy_table(connection, Base.metadata.tables["clinic"], template, new, fresh)
        for name in COPIED if history else [name for name in COPIED if name not in HISTORY]:
            _copy_table(connection, Base.metadata.tables[name], template, copies, fresh)
        _count_on(connection)
    analyse(url)


def _copy_table(connection: Connection, table: Table, template: Template, copies: range, fresh: int) -> None:
    columns = [column.name for column in table.columns]
    values = ", ".join(_value(table, name, template, fresh) for name in columns)
    first = f"src.id < {template.stride}" if table.name != "clinic" else "position('-' in src.id) = 0"
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {values} FROM {table.name} AS src,"
            f" generate_series({copies.start}, {copies.stop - 1}) AS k WHERE {first} ORDER BY k, src.id"
        )
    )


def _value(table: Table, name: str, template: Template, fresh: int) -> str:
    """What stands in a column of copy k."""
    column = table.columns[name]
    target = POINTS_TO.get((table.name, name)) or next((key.column.table.name for key in column.foreign_keys), "")
    if target == "clinic" or (table.name, name) == ("clinic", "id"):
        return f"src.{name} || CASE k % {fresh} WHEN 0 THEN '' ELSE '-' || k % {fresh} END"
    if target in COPIED or (name == "id" and table.name in COPIED):
        return f"src.{name} + k * {template.stride}::bigint"
    if (table.name, name) in UNIQUE_TEXT:
        return f"src.{name} || '-' || k"
    is_old = f"k >= {fresh}"
    if name == "state" and table.name in _WHEN_OLD:
        return f"CASE WHEN {is_old} THEN {_WHEN_OLD[table.name]} ELSE src.state END"
    if isinstance(column.type, UtcDateTime):
        return f"src.{name} - CASE WHEN {is_old} THEN {YEARS_AGO.days} ELSE 0 END * interval '1 day'"
    return f"src.{name}"


def _count_on(connection: Connection) -> None:
    """The rows that the product adds get numbers that no copy will have."""
    for name in COPIED:
        highest = f"SELECT greatest(max(id), {BEYOND_ALL_COPIES}) FROM {name}"
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), ({highest}))"))


@contextmanager
def _writing(url: str) -> Iterator[Connection]:
    engine = make_engine(url, Keyring([KEY]))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
