"""What a patient has answered in a course, as it is kept with the replies. The caller commits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.adapting import Said
from core.models import Reply
from scheduler.questions import Question


def history_of(session: Session, enrolment_id: int) -> list[Said]:
    """Every answer in the course, oldest first."""
    rows = session.execute(
        select(Reply.question, Reply.answer_value, Reply.received_at, Reply.adaptation)
        .where(Reply.enrolment_id == enrolment_id, Reply.answer_value.is_not(None))
        .order_by(Reply.received_at, Reply.id)
    )
    return [
        Said(question, value, received_at, adaptation or "")
        for question, value, received_at, adaptation in rows
        if question is not None and value is not None
    ]


def step_asked(session: Session, asked: Question | None) -> str | None:
    """The step behind a question; one that was repeated, or asked in an answer, goes back to where it began."""
    if asked is None or asked.step_id is not None:
        return asked.step_id if asked is not None else None
    return session.scalar(select(Reply.answer_step).where(Reply.id == asked.reply_id))
