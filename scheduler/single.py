"""One waiting text: put at another time, cancelled, brought back. Each is a conditional update; the second loses."""

from __future__ import annotations

from datetime import datetime, time
from itertools import pairwise

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from core.models import Message, MessageKind, MessageState
from messages.schema import Purpose
from scheduler.calendar import at, local
from scheduler.moving import remaining
from scheduler.outbox import TIMED, cancel_waiting
from scheduler.planning import Course, PlannedStep
from scheduler.replanning import BROUGHT_BACK, NEVER_WENT, SHORTEST_LIFE, again, went
from scheduler.shifting import Standing
from scheduler.states import WAITING, Cause
from scheduler.transitions import shift_one

MOVED = "flyttet af klinikken"


def standing(session: Session, patient_id: int, now: datetime) -> list[Standing]:
    """A patient's timed texts that went, in whatever course, or wait; what is due and not held is leaving now."""
    rows = session.execute(
        select(Message.id, Message.purpose, Message.state, Message.on_holidays, Message.due_at, _left_at()).where(
            Message.patient_id == patient_id,
            Message.kind.in_(TIMED),
            Message.state.not_in(NEVER_WENT),
        )
    ).all()
    found = []
    for id_, purpose, state, on_holidays, due_at, left_at in rows:
        waits = state == MessageState.HELD or (state == MessageState.PLANNED and due_at > now)
        found.append(Standing(id_, purpose, due_at if waits else left_at, not waits, on_holidays))
    return found


def _left_at() -> ColumnElement[datetime]:
    return func.coalesce(Message.sent_at, Message.claimed_at, Message.due_at)


def put_at(session: Session, message: Message, *, seen_due_at: datetime, to: datetime) -> bool:
    """Put a waiting text at `to` (UTC) if it still waits where it was seen; False when somebody was quicker.

    It keeps its life, and no text of the course lives into the day of the next.
    """
    life = max(message.expires_at - message.due_at, SHORTEST_LIFE)
    changed = session.execute(
        update(Message)
        .where(Message.id == message.id, Message.state.in_(WAITING), Message.due_at == seen_due_at)
        .values(due_at=to, next_attempt_at=to, expires_at=to + life)
        .execution_options(synchronize_session=False)
        .returning(Message.id)
    ).scalar_one_or_none()
    if changed is None:
        return False
    planned = (Message.id == message.id, Message.state == MessageState.PLANNED)
    session.execute(update(Message).where(*planned).values(reason=MOVED).execution_options(synchronize_session=False))
    if message.enrolment_id is not None and message.kind == MessageKind.STEP:
        _end_with_the_day(session, message.enrolment_id)
    session.refresh(message)
    return True


def _end_with_the_day(session: Session, enrolment_id: int) -> None:
    rows = session.scalars(
        select(Message)
        .where(Message.enrolment_id == enrolment_id, Message.kind == MessageKind.STEP, Message.state.in_(WAITING))
        .order_by(Message.due_at, Message.id)
        .execution_options(populate_existing=True)
    ).all()
    for row, following in pairwise(rows):
        midnight = at(local(following.due_at).date(), time(0))
        if row.purpose != Purpose.WELCOME and row.due_at < midnight < row.expires_at:
            row.expires_at = midnight
    session.flush()


def drop(session: Session, message_id: int, *, reason: str, now: datetime) -> bool:
    """Cancel one waiting text; False when it waits no more. No later plan of its course sends it."""
    return shift_one(session, message_id, Cause.CANCEL, MessageState.CANCELLED, now=now, reason=reason, dropped_at=now)


def bring_back(session: Session, message: Message, *, plan_version: int, now: datetime) -> Message | None:
    """Plan a text anew that staff cancelled, at its own time; None when somebody was quicker, or its time is past.

    The cancelled row stays as it was, less the mark that keeps it out of later plans.
    """
    changed = session.execute(
        update(Message)
        .where(
            Message.id == message.id,
            Message.state == MessageState.CANCELLED,
            Message.dropped_at.is_not(None),
            Message.due_at > now,
        )
        .values(dropped_at=None, reason=BROUGHT_BACK)
        .execution_options(synchronize_session=False)
        .returning(Message.id)
    ).scalar_one_or_none()
    if changed is None:
        return None
    return again(session, message, plan_version=plan_version, due_at=message.due_at, now=now, reason=MOVED)


def left_of(session: Session, enrolment_id: int, course: Course, now: datetime) -> list[PlannedStep]:
    """What a course, planned anew, still sends: nothing that went, and nothing that staff cancelled by itself."""
    dropped = select(Message.step_id).where(Message.enrolment_id == enrolment_id, Message.dropped_at.is_not(None))
    unwanted = set(session.scalars(dropped))
    rows = remaining(course, went(session, enrolment_id, now), now)
    return [row for row in rows if row.step.id not in unwanted]


def cancel_timed(session: Session, enrolment_id: int, reason: str, now: datetime) -> int:
    """Cancel what is left of a course that goes on as another, but for its welcome; returns how many.

    The question whether a doctor was reached is not of the course and stays.
    """
    of_the_course = (
        Message.enrolment_id == enrolment_id,
        Message.kind.in_(TIMED),
        Message.purpose != Purpose.WELCOME,
    )
    return cancel_waiting(session, reason, *of_the_course, now=now)
