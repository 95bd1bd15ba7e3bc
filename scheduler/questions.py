"""The questions a patient was asked and has not answered yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from core.models import Message, Reply
from scheduler.outbox import MAYBE_ARRIVED


class Question(NamedTuple):
    """A question that a patient was asked, at `asked_at` (UTC), as far as reading the answer needs it."""

    id: int
    question: str | None
    kind: str
    step_id: str | None
    reply_id: int | None
    reminds_id: int | None
    asked_at: datetime


def open_questions(session: Session, patient_id: int, at: datetime, within: timedelta) -> list[Question]:
    """The questions the patient had been asked at `at`, newest first, at most `within` old, without an answer yet.

    A question counts from its claim: an answer may come in before the worker has written down that it was sent. What
    answers a question answers the reminder of it too.
    """
    rows = session.execute(_open_questions(), {"patient": patient_id, "at": at, "oldest": at - within})
    return [Question._make(row) for row in rows]


@cache
def _open_questions() -> Select[int, str | None, str, str | None, int | None, int | None, datetime]:
    """Built once: every reply asks it."""
    asked_at = func.coalesce(Message.sent_at, Message.claimed_at)
    answered = exists().where(Reply.answers_id == func.coalesce(Message.reminds_id, Message.id))
    return (
        select(
            Message.id,
            Message.question,
            Message.kind,
            Message.step_id,
            Message.reply_id,
            Message.reminds_id,
            asked_at,
        )
        .where(
            Message.patient_id == bindparam("patient"),
            Message.question.is_not(None),
            Message.state.in_(MAYBE_ARRIVED),
            asked_at <= bindparam("at", type_=asked_at.type),
            asked_at > bindparam("oldest", type_=asked_at.type),
            ~answered,
        )
        .order_by(asked_at.desc(), Message.id.desc())
    )
