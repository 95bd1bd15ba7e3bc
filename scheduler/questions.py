"""The questions a patient was asked and has not answered yet."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, literal

from core.models import Message, Reply
from core.states import MessageState
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


ASKED_AT = func.coalesce(Message.sent_at, Message.claimed_at)
"""A question counts from its claim: an answer may come in before the worker has written down that it was sent."""
QUESTION = (
    Message.id,
    Message.question,
    Message.kind,
    Message.step_id,
    Message.reply_id,
    Message.reminds_id,
    ASKED_AT,
)
"""The columns of a Question, in order."""

_NEVER_ARRIVED = [literal(str(state)) for state in MessageState if state not in MAYBE_ARRIVED]
"""Asked for by what it is not: else PostgreSQL weighs the state's index, and plans the statement anew each time."""


def is_open(
    patient: ColumnElement[int], at: ColumnElement[datetime], oldest: ColumnElement[datetime]
) -> tuple[ColumnElement[bool], ...]:
    """Of the questions a patient had been asked at `at`, but not by `oldest`, those that have no answer yet.

    What answers a question answers the reminder of it too.
    """
    answered = exists().where(Reply.answers_id == func.coalesce(Message.reminds_id, Message.id))
    return (
        Message.patient_id == patient,
        Message.question.is_not(None),
        Message.state.not_in(_NEVER_ARRIVED),
        at >= ASKED_AT,
        oldest < ASKED_AT,
        ~answered,
    )
