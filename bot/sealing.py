"""The audit log's chain: each row is sealed with a hash over itself and the seal before it.

Rows are written without a seal, so that no act waits for another; the worker seals them in order soon after. Whoever
changes, removes or puts in a sealed row breaks the chain, unless all that follows is sealed anew; a seal that was noted
elsewhere shows that too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from core.models import Audit, AuditHead

FIRST_SEAL = "0" * 64
"""What the first row is sealed after."""
BATCH = 1000
HEAD = 1
SET_BACK = timedelta(hours=1)
"""A row may be as much older than one sealed before it; acts that take long are written with the time they began."""
MOST_PROBLEMS = 20


@dataclass
class Findings:
    """What a walk along the chain found. `problems`: a sentence each, the first twenty.

    `expected_at`: the number of the row that bears the seal asked for, None when none does.
    """

    problems: list[str] = field(default_factory=list)
    sealed: int = 0
    unsealed: int = 0
    last_seal: str = FIRST_SEAL
    expected_at: int | None = None

    def tell(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def seal_new(session: Session, _now: datetime) -> int:
    """Seal rows that have no seal yet, a batch at most; returns how many. One worker seals at a time."""
    if session.scalar(select(Audit.id).where(Audit.number.is_(None)).limit(1)) is None:
        return 0
    head = session.get_one(AuditHead, HEAD, with_for_update=True, populate_existing=True)
    rows = session.scalars(
        select(Audit)
        .where(Audit.number.is_(None))
        .order_by(Audit.id)
        .limit(BATCH)
        .execution_options(populate_existing=True)
    ).all()
    sealed = []
    for row in rows:
        head.number += 1
        head.seal = seal_of(head.seal, head.number, row)
        sealed.append({"id": row.id, "number": head.number, "seal": head.seal})
    if sealed:
        session.execute(update(Audit), sealed)
    return len(sealed)


def seal_of(previous: str, number: int, row: Audit) -> str:
    """The seal of a row that stands at `number`, after the row sealed with `previous`."""
    content = [
        number, row.id, row.at.isoformat(timespec="microseconds"), row.clinic_id, row.staff_id, row.action,
        row.object_type, row.object_id, row.detail,
    ]  # fmt: skip
    written = previous + json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()


def verify(sessions: sessionmaker[Session], expected: str | None = None) -> Findings:
    """Walk the whole chain, a batch in a transaction, while the product runs.

    `expected`: a seal noted earlier; the chain must still hold it.
    """
    found = Findings()
    with sessions() as session:
        head = session.get(AuditHead, HEAD)
    last = 0
    newest: datetime | None = None
    for row in _rows(sessions, head.number if head else None):
        newest = _check(found, row, last, newest)
        last, found.last_seal = row.number or 0, row.seal or ""
        found.sealed += 1
        if expected is not None and row.seal == expected:
            found.expected_at = row.number
    _check_end(sessions, found, head, last)
    if expected is not None and found.expected_at is None:
        found.tell("no row bears the seal you expect: it, or a row before it, was removed or changed")
    return found


def _rows(sessions: sessionmaker[Session], until: int | None) -> Iterator[Audit]:
    last: int | None = None
    while True:
        query = select(Audit).where(Audit.number.is_not(None)).order_by(Audit.number).limit(BATCH)
        if until is not None:
            query = query.where(Audit.number <= until)
        if last is not None:
            query = query.where(Audit.number > last)
        with sessions() as session:
            rows = session.scalars(query).all()
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1].number


def _check(found: Findings, row: Audit, last: int, newest: datetime | None) -> datetime:
    """One row against the one before it; returns the newest instant so far."""
    number, name = row.number or 0, f"row {row.id} (number {row.number}, {row.at:%Y-%m-%d %H:%M} UTC)"
    if number <= last:
        found.tell(f"{name} has a number that no sealed row has: it was put in")
    elif number > last + 1:
        gone = f"number {last + 1}" if number == last + 2 else f"numbers {last + 1} to {number - 1}"
        found.tell(f"{gone} missing before {name}: removed")
    elif row.seal != seal_of(found.last_seal, number, row):
        found.tell(f"{name} is not what was sealed: it was changed, or put in the place of another")
    elif newest is not None and row.at < newest - SET_BACK:
        since = f"{newest:%Y-%m-%d %H:%M} UTC"
        found.tell(f"{name} was sealed after rows from {since}: it was put in later, or the clock was set back")
    return row.at if newest is None else max(newest, row.at)


def _check_end(sessions: sessionmaker[Session], found: Findings, head: AuditHead | None, last: int) -> None:
    if head is None:
        found.tell("the table audit_head, which holds the end of the chain, is empty")
    elif (last, found.last_seal) != (head.number, head.seal):
        found.tell(
            f"the chain ends with number {last}, but {head.number} rows were sealed: the last were removed or changed"
        )
    beyond = select(func.count()).where(Audit.number > select(AuditHead.number).scalar_subquery())
    with sessions() as session:
        found.unsealed = session.scalar(select(func.count()).where(Audit.number.is_(None))) or 0
        if session.scalar(beyond):
            found.tell("rows stand after the end of the chain: they were put in")
