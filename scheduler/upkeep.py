"""Keeping the outbox in order: what is too late, what would come at night, what a vanished worker left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, text, update
from sqlalchemy.orm import Session

from core.models import Message, MessageKind, MessageState
from core.models.course import WAITS
from scheduler import rates
from scheduler.backlog import TOO_LATE
from scheduler.calendar import Window, next_sendable
from scheduler.outbox import TIMED
from scheduler.settling import unsettled
from scheduler.states import Cause
from scheduler.transitions import Move, shift

WORKER_GONE = "worker gone"
OnFailure = Callable[[Session, Message, datetime], None]
"""What shall follow when a text does not arrive: handed over from above, runs in the same transaction."""


def expire_late(session: Session, now: datetime, on_failure: OnFailure) -> int:
    """Expire what is too late to be sent; it stays in the table with its reason.

    Advice, contact checks and alarms that expire are failures: nobody has been told what they say.
    """
    expired = _expire().make(session, now=now, by=now) if session.scalar(_is_any_expired(), {"by": now}) else []
    for row in expired:
        if row.kind in {MessageKind.ADVICE, MessageKind.CONTACT_CHECK, MessageKind.ALARM}:
            on_failure(session, session.get_one(Message, row.id, populate_existing=True), now)
    return len(expired)


_BY = bindparam("by", type_=Message.due_at.type)
_LATE = (Message.due_at <= _BY, Message.expires_at <= _BY)


def is_any_expired() -> ColumnElement[bool]:
    """Of the parameter `by`, for a statement that asks more than that.

    The states are said as in the index on the ends of what waits, the order for it.
    """
    late = select(Message.id).where(text(WAITS), *_LATE).order_by(Message.expires_at).limit(1)
    return late.scalar_subquery().is_not(None)


@cache
def _is_any_expired() -> Select[bool]:
    return select(is_any_expired())


@cache
def _expire() -> Move:
    reason = TOO_LATE + Message.reason
    seen = (Message.id, Message.kind)
    return Move(Cause.EXPIRE, MessageState.EXPIRED, *_LATE, returning=seen, in_sight=False, reason=reason)


def keep_window(session: Session, now: datetime, clinics: rates.Clinics | None = None) -> int:
    """Put off timed texts that are due while their clinic's window is closed, a retry late at night for one.

    Those that nobody tried in time are judged anew when it opens (see scheduler.lateness). `clinics`: None
    to have them looked up.
    """
    closed = _closed(rates.clinics(session) if clinics is None else clinics, now)
    if not closed:  # by day, as a rule: then nobody looks at the texts
        return 0
    due = (
        Message.state == MessageState.PLANNED,
        Message.kind.in_(TIMED),
        Message.due_at <= now,
        Message.next_attempt_at <= now,
    )
    put_off = 0
    for clinic_id, on_holidays in session.execute(
        select(Message.clinic_id, Message.on_holidays).where(*due).distinct()
    ):
        if (clinic_id, on_holidays) not in closed:
            continue
        statement = (
            update(Message)
            .where(*due, Message.clinic_id == clinic_id, Message.on_holidays == on_holidays)
            .values(next_attempt_at=closed[clinic_id, on_holidays], paced_at=None)
            .execution_options(synchronize_session=False)
            .returning(Message.id)
        )
        put_off += len(session.execute(statement).all())
    return put_off


def _closed(clinics: rates.Clinics, now: datetime) -> dict[tuple[str, bool], datetime]:
    """By clinic, and whether a text may go on holidays: when the window opens that is closed now."""
    openings = {
        (opens, closes, on_holidays): next_sendable(now, Window(opens, closes), on_holidays=on_holidays)
        for opens, closes in {(row.window_opens, row.window_closes) for row in clinics}
        for on_holidays in (True, False)
    }
    shut = {which: opening for which, opening in openings.items() if opening > now}
    if not shut:
        return {}
    return {
        (row.id, on_holidays): shut[row.window_opens, row.window_closes, on_holidays]
        for row in clinics
        for on_holidays in (True, False)
        if (row.window_opens, row.window_closes, on_holidays) in shut
    }


def sweep(session: Session, now: datetime) -> int:
    """Rows whose worker vanished between claim and record become `unknown`: they may have been sent."""
    if not session.scalar(_is_any_gone(), {"now": now}):
        return 0
    is_over = Message.lease_until < now
    values = {"error_code": WORKER_GONE, "sent_at": Message.claimed_at, **unsettled(now)}
    return len(shift(session, Cause.LEASE_OVER, MessageState.UNKNOWN, is_over, now=now, **values))


@cache
def _is_any_gone() -> Select[bool]:
    is_over = Message.lease_until < bindparam("now", type_=Message.lease_until.type)
    return select(exists().where(Message.state == MessageState.SENDING, is_over))
