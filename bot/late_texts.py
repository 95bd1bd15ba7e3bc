"""What staff and operators are told of timed texts that nobody sent in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session

from core.models import Message, MessageEvent, MessageKind, MessageState
from scheduler.lateness import LONGEST_LIFE
from scheduler.states import Cause

TOLD_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class LateTexts:
    """Of the last day. `late`: went late, or are to go; `unsent`: came too late to be sent. `since`: when the oldest of
    them was due (UTC).
    """

    late: int
    unsent: int
    since: datetime


def late_texts(session: Session, now: datetime, clinic_id: str | None = None) -> LateTexts | None:
    """What a downtime has left of late texts; None when there was none. `clinic_id` None: every clinic's.

    A text that was held back, and whose time ran out meanwhile, is not among them.
    """
    since = now - TOLD_FOR
    was_ready = exists().where(
        MessageEvent.message_id == Message.id,
        MessageEvent.cause == Cause.EXPIRE,
        MessageEvent.source == MessageState.PLANNED,
        MessageEvent.at > since,
    )
    unsent = (Message.state == MessageState.EXPIRED) & was_ready
    late = (Message.state.not_in((MessageState.EXPIRED, MessageState.CANCELLED))) & (Message.paced_at > since)
    query = select(
        func.coalesce(func.sum(case((Message.state == MessageState.EXPIRED, 0), else_=1)), 0),
        func.coalesce(func.sum(case((Message.state == MessageState.EXPIRED, 1), else_=0)), 0),
        func.min(Message.due_at),
    ).where(
        Message.kind == MessageKind.STEP,
        Message.due_at > since - LONGEST_LIFE,
        Message.due_at <= now,
        or_(late, unsent),
    )
    if clinic_id is not None:
        query = query.where(Message.clinic_id == clinic_id)
    count, lost, oldest = session.execute(query).one()
    return LateTexts(count, lost, oldest) if oldest is not None else None
