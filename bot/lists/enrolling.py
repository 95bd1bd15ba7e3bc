"""Enrolling the rows of a list, a few in each transaction. The caller commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot import audit
from bot.csv_import import Row
from bot.enrolment import ALREADY_RUNNING, Enrolled, enrol
from bot.lists.judging import IN_A_COURSE, Verdict, sentences
from bot.lists.store import Choices, counted, lines_of, remove_old, rows_of
from core.models import Clinic, ImportList, ImportState
from messages.loader import Content

log = structlog.get_logger(__name__)

BATCH = 10
"""Rows enrolled in one transaction: short enough that a patient's reply never waits for it."""
BATCHES_A_TICK = 10
"""Then other lists have their turn, and a worker that is to stop can stop."""
OURS = "Noget gik galt hos os. Prøv rækken igen om lidt."


def begin(session: Session, stored: ImportList, chosen: Sequence[int], *, staff_id: int, now: datetime) -> bool:
    """Start enrolling the chosen rows, by line number; False when somebody has started already or none is chosen.

    The caller has found the list with `lock`.
    """
    numbers = {number for number, _ in lines_of(stored, Choices.of(stored))}
    rows = sorted(numbers & set(chosen))
    if stored.state != ImportState.DRAFT or not rows:
        return False
    stored.state, stored.chosen, stored.staff_id = ImportState.RUNNING, rows, staff_id
    audit.record(
        session,
        clinic_id=stored.clinic_id,
        staff_id=staff_id,
        action="import.enrol",
        object_type="import",
        object_id=stored.id,
        now=now,
        detail=counted(len(rows)),
    )
    return True


def running(session: Session) -> list[int]:
    """The lists that are being enrolled."""
    return list(session.scalars(select(ImportList.id).where(ImportList.state == ImportState.RUNNING)))


def go_on_with_lists(
    sessions: sessionmaker[Session], content: Content, *, now: Callable[[], datetime], wall_now: Callable[[], datetime]
) -> None:
    """Tick: go on with the lists that are being enrolled, and delete those whose hour is over, in true time."""
    with sessions() as session:
        remove_old(session, wall_now())
        session.commit()
        for list_id in running(session):
            for _ in range(BATCHES_A_TICK):
                has_more = enrol_batch(session, content, list_id, now())
                session.commit()
                if not has_more:
                    break


def enrol_batch(session: Session, content: Content, list_id: int, now: datetime) -> bool:
    """Enrol the next rows of a running list; False when there is nothing left to do, or another worker is at it.

    What is done is written in the same transaction, so that an interruption leaves no row done and unmarked; a row
    that was enrolled some other way is told apart by the patient's course.
    """
    stored = session.scalar(
        select(ImportList)
        .where(ImportList.id == list_id, ImportList.state == ImportState.RUNNING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if stored is None:
        return False
    done = {result["row"] for result in stored.results}
    waiting = [number for number in stored.chosen if number not in done]
    rows = rows_of(stored, content, only=waiting[:BATCH])
    fresh = [_enrol(session, content, stored, row, now) for row in rows]
    stored.results = [*stored.results, *fresh]
    if len(waiting) <= BATCH:
        stored.state = ImportState.DONE
    session.flush()
    return len(waiting) > BATCH


def _enrol(session: Session, content: Content, stored: ImportList, row: Row, now: datetime) -> dict[str, Any]:
    if row.errors:
        return {"row": row.number, "verdict": Verdict.BAD, "text": " ".join(row.errors)}
    clinic = session.get_one(Clinic, stored.clinic_id)
    try:
        with session.begin_nested():
            result = enrol(session, content, clinic, row.application, now=now, staff_id=stored.staff_id)
    # Whatever one row sets off must not stop the others; a lost connection fails the whole batch when it is committed.
    except Exception:
        log.exception("a row of a list failed", clinic=stored.clinic_id, rows=row.number)
        return {"row": row.number, "verdict": Verdict.BAD, "text": OURS}
    if isinstance(result, Enrolled):
        return {"row": row.number, "verdict": Verdict.GOOD, "patient": result.enrolment.patient_id}
    if result.errors.get("phone") == ALREADY_RUNNING:
        return {"row": row.number, "verdict": Verdict.EXISTS, "text": IN_A_COURSE}
    return {"row": row.number, "verdict": Verdict.BAD, "text": " ".join(sentences(row, result.errors))}
