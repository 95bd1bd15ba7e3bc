"""Which texts a course cannot do without were never sent, and stand nowhere else in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists
from sqlalchemy.orm import aliased

from core.models import Alert, AlertKind, Message, MessageKind, MessageState
from scheduler.shifting import ESSENTIAL

NEAR = timedelta(hours=36)
"""Another of the same purpose within this is soon enough: none is sent besides."""
TOO_OLD = timedelta(days=7)
"""What was due longer ago is left alone: the course has gone on without it, and staff have seen it."""


def instants(now: datetime) -> dict[str, datetime]:
    """What `is_missing` compares with."""
    return {"missed_since": now - TOO_OLD, "near": now + NEAR}


def is_missing() -> tuple[ColumnElement[bool], ...]:
    """The welcome, a screening or the closing that came too late, with none after it, and nobody has been told."""
    other = aliased(Message)
    later = exists().where(
        other.enrolment_id == Message.enrolment_id,
        other.purpose == Message.purpose,
        other.state != MessageState.CANCELLED,
        other.due_at > Message.due_at,
        other.due_at <= _instant("near"),
    )
    told = exists().where(Alert.message_id == Message.id, Alert.kind == AlertKind.UNDELIVERED)
    return (
        Message.state == MessageState.EXPIRED,
        Message.due_at > _instant("missed_since"),
        Message.kind == MessageKind.STEP,
        Message.purpose.in_(ESSENTIAL),
        ~later,
        ~told,
    )


def _instant(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=Message.due_at.type)
