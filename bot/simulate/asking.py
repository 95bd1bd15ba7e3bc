"""What the simulation asks of its database at every instant, built once each."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Select, bindparam, case, exists, func, or_, select

from bot.simulate.people import on_grid
from core.models import Alert, Message, MessageState, Reply, Triage
from scheduler.states import WAITING

_NOW = bindparam("now", type_=Message.due_at.type)
_PLANNED = Message.state == MessageState.PLANNED


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next text falls due, or the next attempt at one that did."""
    instants = [instant for instant in connection.execute(_to_come(), {"now": now}).one() if instant is not None]
    return on_grid(min(instants)) if instants else None


def is_any_due(connection: Connection, now: datetime) -> bool:
    """Whether the worker has anything to send, or to expire: without it a run of the dispatcher changes nothing."""
    return bool(connection.execute(_due(), {"now": now}).scalar())


@cache
def _to_come() -> Select[datetime | None, datetime | None]:
    falls_due = select(func.min(Message.due_at)).where(_PLANNED, Message.due_at > _NOW)
    again = (_PLANNED, Message.due_at <= _NOW, Message.next_attempt_at > _NOW)
    return select(
        falls_due.scalar_subquery(), select(func.min(Message.next_attempt_at)).where(*again).scalar_subquery()
    )


@cache
def _due() -> Select[bool]:
    due = exists().where(_PLANNED, Message.due_at <= _NOW, Message.next_attempt_at <= _NOW)
    late = exists().where(Message.state.in_(WAITING), Message.due_at <= _NOW, Message.expires_at <= _NOW)
    return select(or_(due, late))


@cache
def texts() -> Select[int, int | None, str | None, str]:
    return (
        select(Message.id, Message.patient_id, Message.question, Message.kind)
        .where(Message.id.in_(bindparam("ids", expanding=True)), Message.patient_id.is_not(None))
        .order_by(Message.id)
    )


@cache
def alerts_since() -> Select[int, int | None, str, datetime, str | None]:
    """The sender is told of strangers' texts alone."""
    return (
        select(
            Alert.id, Alert.patient_id, Alert.colour, Alert.opened_at, case((Alert.patient_id.is_(None), Reply.sender))
        )
        .outerjoin(Reply, Alert.reply_id == Reply.id)
        .where(Alert.id > bindparam("last"))
        .order_by(Alert.id)
    )


@cache
def read_by() -> Select[int, str]:
    """The reply that an alert is about, and how it was read."""
    return (
        select(Triage.reply_id, Triage.level)
        .join(Alert, Alert.reply_id == Triage.reply_id)
        .where(Alert.id == bindparam("alert"), Alert.patient_id.is_not(None))
    )
