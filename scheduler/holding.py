"""Which waiting texts of a course are held, and which go on, after something about it changed."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, case, select
from sqlalchemy.orm import Session

from core.models import Message, MessageKind, MessageState
from messages.schema import Purpose
from scheduler.planning import HOLD_CODES, Facts, hold_reason
from scheduler.states import WAITING, Cause
from scheduler.transitions import Move

RELEASED = "frigivet"


def apply_holds(session: Session, enrolment_id: int, facts: Facts, now: datetime) -> None:
    """Hold or release every waiting step of an enrolment after the facts changed.

    Only rows that still wait are taken and locked: what a worker has claimed meanwhile is no longer ours to change.
    """
    screenings = session.scalars(_screenings(), {"enrolment": enrolment_id}).all()
    waiting = session.execute(_waiting_steps(), {"enrolment": enrolment_id}).all()
    changed: dict[tuple[MessageState, str], list[int]] = {}
    for row in waiting:
        asked_before = bisect_left(screenings, row.due_at)
        reason = hold_reason(Purpose(row.purpose), screenings[asked_before - 1] if asked_before else None, facts)
        if reason is not None and (row.state, row.reason) != (MessageState.HELD, reason):
            changed.setdefault((MessageState.HELD, reason), []).append(row.id)
        elif reason is None and row.state == MessageState.HELD:
            changed.setdefault((MessageState.PLANNED, RELEASED), []).append(row.id)
    for (state, reason), ids in changed.items():
        cause = Cause.HOLD if state is MessageState.HELD else Cause.RELEASE
        detail = HOLD_CODES.get(reason)
        _hold_or_release(cause, state).make(session, now=now, detail=detail, chosen=ids, why=reason, at=now)


@cache
def _hold_or_release(cause: Cause, state: MessageState) -> Move:
    """What is let go after its time goes at once: it was held, not forgotten (see scheduler.lateness)."""
    chosen = Message.id.in_(bindparam("chosen", expanding=True))
    now = bindparam("at", type_=Message.due_at.type)
    return Move(
        cause,
        state,
        chosen,
        reason=bindparam("why", type_=Message.reason.type),
        next_attempt_at=case((Message.next_attempt_at < now, now), else_=Message.next_attempt_at),
    )


_STEPS = (Message.enrolment_id == bindparam("enrolment"), Message.kind == MessageKind.STEP)


@cache
def _screenings() -> Select[datetime]:
    screening = (Message.purpose == Purpose.SCREENING, Message.state != MessageState.CANCELLED)
    return select(Message.due_at).where(*_STEPS, *screening).order_by(Message.due_at)


@cache
def _waiting_steps() -> Select[int, str, datetime, str, str]:
    return (
        select(Message.id, Message.purpose, Message.due_at, Message.state, Message.reason)
        .where(*_STEPS, Message.state.in_(WAITING))
        .order_by(Message.id)
        .with_for_update()
    )
