"""What a patient has answered in a course, as it is kept with the replies. The caller commits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.adapting import Said
from core.models import Reply
from scheduler.outbox import Question


def history_of(session: Session, enrolment_id: int) -> list[Said]:
    """Every answer in the course, oldest first."""
    replies = session.scalars(
        select(Reply)
        .where(Reply.enrolment_id == enrolment_id, Reply.answer_value.is_not(None))
        .order_by(Reply.received_at, Reply.id)
    )
    return [
        Said(reply.question, reply.answer_value, reply.received_at, reply.adaptation or "")
        for reply in replies
        if reply.question is not None and reply.answer_value is not None
    ]


def step_asked(session: Session, asked: Question | None) -> str | None:
    """The step behind a question; one that was repeated, or asked in an answer, goes back to where it began."""
    if asked is None or asked.step_id is not None:
        return asked.step_id if asked is not None else None
    return session.scalar(select(Reply.answer_step).where(Reply.id == asked.reply_id))
