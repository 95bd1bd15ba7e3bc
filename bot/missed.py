"""What a course cannot do without and nobody sent in time: sent on another day, or shown to staff."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, literal, or_, select
from sqlalchemy.orm import Session

from bot.alerts import raise_alert
from bot.course import refresh_holds
from core.models import AlertKind, Clinic, Colour, Enrolment, EnrolmentState, Message, MessageState
from messages.schema import Purpose
from scheduler.backlog import PACE, SPREAD
from scheduler.calendar import Window, at, local, next_sendable
from scheduler.lateness import GONE, give_way_to, is_lasting
from scheduler.missing import instants, is_missing
from scheduler.outbox import TIMED, lock_patient
from scheduler.replanning import again

MADE_UP = "nåede ikke ud til tiden"
LOOK_AHEAD = 4
"""Days in which a free one is looked for. A course has a text every second or third day; without a free one staff are
told."""


def make_up_missed(session: Session, now: datetime) -> int:
    """Tick: the welcome, the screening and the closing that were missed stand anew on the first free day. To the
    screening other texts of a day give way: it is not asked days later for their sake.

    A clinic's stand apart, as its late texts do. Returns how many were missed.
    """
    rows = session.execute(_missed(), instants(now)).all()
    counts, begun = Counter(row.clinic_id for row in rows), Counter[str]()
    for row in rows:
        if row.patient_id is not None:
            lock_patient(session, row.patient_id)
        missed = session.scalar(_one_missed(), instants(now) | {"message": row.id})
        if missed is None or missed.enrolment is None:
            continue
        slot = now + begun[row.clinic_id] * min(PACE, SPREAD / counts[row.clinic_id])
        begun[row.clinic_id] += 1
        _make_up(session, missed, missed.enrolment, slot, now)
    return len(rows)


@cache
def _missed() -> Select[int, str, int | None]:
    return (
        select(Message.id, Message.clinic_id, Message.patient_id)
        .join(Enrolment, Message.enrolment_id == Enrolment.id)
        .where(*is_missing(), Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Message.patient_id, Message.due_at, Message.id)
    )


@cache
def _one_missed() -> Select[Message]:
    return (
        select(Message)
        .join(Enrolment, Message.enrolment_id == Enrolment.id)
        .where(Message.id == bindparam("message"), *is_missing(), Enrolment.state == EnrolmentState.ACTIVE)
        .execution_options(populate_existing=True)
    )


def _make_up(session: Session, missed: Message, enrolment: Enrolment, slot: datetime, now: datetime) -> None:
    session.refresh(enrolment)
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    taken = _taken(session, missed, now)
    due_at = _free(missed, Window(clinic.window_opens, clinic.window_closes), taken, slot)
    if due_at is None:
        raise_alert(
            session,
            clinic_id=missed.clinic_id,
            kind=AlertKind.UNDELIVERED,
            colour=Colour.BLUE,
            now=now,
            patient_id=missed.patient_id,
            enrolment_id=missed.enrolment_id,
            message=missed,
        )
        return
    enrolment.plan_version += 1
    row = again(session, missed, plan_version=enrolment.plan_version, due_at=due_at, now=now, reason=MADE_UP)
    give_way_to(session, row, now)
    following = min((day for day in taken if day > local(due_at).date()), default=None)
    if following is not None:
        row.expires_at = min(row.expires_at, at(following, time(0)))
    refresh_holds(session, enrolment, now)


def _taken(session: Session, missed: Message, now: datetime) -> set[date]:
    """The local days on which the patient has got a timed text, or gets one that does not give way to this one."""
    stays = or_(Message.state != MessageState.PLANNED, literal(missed.purpose != Purpose.SCREENING), is_lasting())
    rows = session.execute(
        select(Message.state, Message.next_attempt_at, Message.claimed_at).where(
            Message.patient_id == missed.patient_id,
            Message.kind.in_(TIMED),
            Message.state.in_((MessageState.PLANNED, *GONE)),
            stays,
        )
    )
    waits = MessageState.PLANNED
    instants_ = (max(row.next_attempt_at, now) if row.state == waits else row.claimed_at for row in rows)
    return {local(instant).date() for instant in instants_ if instant is not None}


def _free(missed: Message, window: Window, taken: set[date], slot: datetime) -> datetime | None:
    """The first day from `slot` on that is free; from the next day on at the text's own hour."""
    due_at = next_sendable(slot, window, on_holidays=missed.on_holidays)
    hour = local(missed.due_at).time()
    for _ in range(LOOK_AHEAD):
        if local(due_at).date() not in taken:
            return due_at
        tomorrow = at(local(due_at).date() + timedelta(days=1), hour)
        due_at = next_sendable(tomorrow, window, on_holidays=missed.on_holidays)
    return None
