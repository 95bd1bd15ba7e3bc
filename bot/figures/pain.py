"""How pain goes through the courses. Answers stand encrypted, so these few are read and counted here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.figures.counts import Scope
from bot.figures.sql import within
from core.models import Enrolment, Reply
from scheduler.calendar import local

MOST_ANSWERS = 20_000
"""The newest so many are read: a clinic of 2,000 patients under way gives some 8,000 in four weeks."""
BATCH = 1000


@dataclass(frozen=True)
class Point:
    """The answers of one week of a course: their mean, from 0 to 10, and how many they are."""

    mean: float
    answers: int


@dataclass(frozen=True)
class PainCourse:
    """By programme and week of the course, from 1. `is_cut`: there were more answers than are read."""

    points: dict[str, dict[int, Point]]
    is_cut: bool


def pain_course(session: Session, scope: Scope, most: int = MOST_ANSWERS) -> PainCourse:
    query = (
        select(Reply.answer_value, Reply.received_at, Enrolment.programme_id, Enrolment.start_date)
        .join(Enrolment, Enrolment.id == Reply.enrolment_id)
        .where(
            Reply.clinic_id == scope.clinic_id,
            Reply.question == "pain",
            Reply.answer_value.is_not(None),
            *within(Reply.received_at, scope.period),
        )
        .order_by(Reply.received_at.desc(), Reply.id.desc())
        .limit(most + 1)
    )
    if scope.programme_id is not None:
        query = query.where(Enrolment.programme_id == scope.programme_id)
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    rows = session.execute(query.execution_options(yield_per=BATCH))
    is_cut = False
    for number, (value, received_at, programme_id, start) in enumerate(rows):
        if number == most:
            is_cut = True
            break
        if value is not None and value.isdecimal():
            week = max((local(received_at).date() - start).days // 7 + 1, 1)
            sums[programme_id, week][0] += int(value)
            sums[programme_id, week][1] += 1
    rows.close()
    points: dict[str, dict[int, Point]] = defaultdict(dict)
    for (programme_id, week), (total, answers) in sorted(sums.items()):
        points[programme_id][week] = Point(total / answers, answers)
    return PainCourse(dict(points), is_cut)
