"""What the simulation asks of its database at every instant, built once each."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from bot.simulate.people import on_grid
from core.models import Alert, Message, MessageState, Reply

_NOW = bindparam("now", type_=Message.due_at.type)
_PLANNED = Message.state == MessageState.PLANNED


def next_due(session: Session, now: datetime) -> datetime | None:
    """When the next text falls due, or the next attempt at one that did."""
    instants = [instant for instant in session.execute(_to_come(), {"now": now}).one() if instant is not None]
    return on_grid(min(instants)) if instants else None


@cache
def _to_come() -> Select[datetime | None, datetime | None]:
    falls_due = select(func.min(Message.due_at)).where(_PLANNED, Message.due_at > _NOW)
    again = (_PLANNED, Message.due_at <= _NOW, Message.next_attempt_at > _NOW)
    return select(
        falls_due.scalar_subquery(), select(func.min(Message.next_attempt_at)).where(*again).scalar_subquery()
    )


@cache
def due_now() -> Select[int]:
    return select(Message.id).where(_PLANNED, Message.due_at <= _NOW, Message.next_attempt_at <= _NOW).limit(1)


@cache
def texts() -> Select[int, int | None, str | None, str]:
    return (
        select(Message.id, Message.patient_id, Message.question, Message.kind)
        .where(Message.id.in_(bindparam("ids", expanding=True)), Message.patient_id.is_not(None))
        .order_by(Message.id)
    )


@cache
def alerts_since() -> Select[int, int | None, str, datetime, str]:
    return (
        select(Alert.id, Alert.patient_id, Alert.colour, Alert.opened_at, Reply.sender)
        .outerjoin(Reply, Alert.reply_id == Reply.id)
        .where(Alert.id > bindparam("last"))
        .order_by(Alert.id)
    )
