"""Lists being read in: kept for an hour, found, read row by row with the columns that are chosen."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.columns import COLUMNS, OUR_OWN, Guess, guess
from bot.csv_import import Row, names_of, row_of, settled, too_wide
from bot.tables import Limits, TableRefusedError
from core.models import Clinic, ImportList, ImportState
from messages.loader import Content

LIFETIME = timedelta(hours=1)
MOST_ROWS = 2000
LIMITS = Limits(lines=MOST_ROWS + 100)
FOR_ALL = "="
"""Before a value that holds for every row, where a column's index would stand."""


@dataclass(frozen=True)
class Choices:
    """`header`: index of the row of headings. `columns`: our name -> index of a column, or "=" and a value for all."""

    header: int | None
    columns: Mapping[str, str]

    @staticmethod
    def of(stored: ImportList) -> Choices:
        return Choices(stored.choices["header"], stored.choices["columns"])

    def stored(self) -> dict[str, Any]:
        return {"header": self.header, "columns": dict(self.columns)}


def keep(
    session: Session, content: Content, clinic: Clinic, table: list[list[str]], *, staff_id: int, wall_now: datetime
) -> ImportList:
    """Keep a table with what its columns seem to be. Raises TableRefusedError when it holds no patients, or too many.

    What is not in the list and is the same for most, the region, is taken from the clinic. Earlier lists that the same
    person did not finish are removed.
    """
    words = {name: frozenset(known) for name, known in names_of(content).items()}
    found = guess(table, words)
    count = sum(1 for row in table[_first(found.header) :] if any(row))
    if count == 0:
        raise TableRefusedError("Listen har ingen patienter.")
    if count > MOST_ROWS:
        raise TableRefusedError(f"Listen har {count} patienter. Del den i lister på højst {MOST_ROWS}.")
    session.execute(delete(ImportList).where(ImportList.staff_id == staff_id, ImportList.state == ImportState.DRAFT))
    stored = ImportList(
        clinic_id=clinic.id,
        staff_id=staff_id,
        state=ImportState.DRAFT,
        cells=table,
        choices=_chosen_for(found, clinic).stored(),
        chosen=[],
        results=[],
        created_at=wall_now,
    )
    session.add(stored)
    session.flush()
    return stored


def _chosen_for(found: Guess, clinic: Clinic) -> Choices:
    columns = {name: str(index) for name, index in found.columns.items()}
    columns.setdefault("region", f"{FOR_ALL}{clinic.region}")
    return Choices(found.header, columns)


def find(
    session: Session, list_id: int, clinic_id: str, wall_now: datetime, *, lock: bool = False
) -> ImportList | None:
    """A clinic's list; one that is past its hour does not exist any more."""
    statement = select(ImportList).where(
        ImportList.id == list_id, ImportList.clinic_id == clinic_id, ImportList.created_at > wall_now - LIFETIME
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalar(statement)


def remove_old(session: Session, wall_now: datetime) -> int:
    """Tick: lists past their hour are deleted, whatever became of them."""
    rows = session.execute(
        delete(ImportList).where(ImportList.created_at <= wall_now - LIFETIME).returning(ImportList.id)
    )
    return len(rows.all())


def rows_of(stored: ImportList, content: Content, only: Container[int] | None = None) -> list[Row]:
    """The rows of a list as applications, read with the columns that are chosen. `only`: the lines wanted."""
    choices = Choices.of(stored)
    read = []
    for number, cells in lines_of(stored, choices):
        if only is not None and number not in only:
            continue
        said = {name: _cell(cells, source) for name, source in choices.columns.items() if name in COLUMNS}
        wide = () if choices.header is None else too_wide(cells, len(stored.cells[choices.header]))
        row = row_of(number, said, wide)
        read.append(Row(number, settled(content, row.application), row.errors))
    return read


def lines_of(stored: ImportList, choices: Choices) -> Iterator[tuple[int, list[str]]]:
    """The rows with something in them, each with its line number (the first line is 1)."""
    first = _first(choices.header)
    yield from ((number, row) for number, row in enumerate(stored.cells[first:], start=first + 1) if any(row))


def _first(header: int | None) -> int:
    return 0 if header is None else header + 1


def _cell(cells: Sequence[str], source: str) -> str:
    if source.startswith(FOR_ALL):
        return source.removeprefix(FOR_ALL)
    return cells[int(source)] if source.isdecimal() and int(source) < len(cells) else ""


def failures(stored: ImportList, texts: Mapping[int, str]) -> list[list[str]]:
    """The rows that were not enrolled, as a table to mend and read in again. `texts`: line number -> what is wrong."""
    choices = Choices.of(stored)
    names = [name for name in COLUMNS if name in choices.columns]
    rows = [
        [*(_cell(cells, choices.columns[name]) for name in names), texts[number]]
        for number, cells in lines_of(stored, choices)
        if number in texts
    ]
    return [[*names, OUR_OWN], *rows]


def counted(patients: int) -> str:
    """For the audit log: "1 patient", "37 patienter"."""
    return "1 patient" if patients == 1 else f"{patients} patienter"
