"""Staff change one text that waits: another time, now, not at all, or after all. The caller commits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum, auto

from sqlalchemy.orm import Session

from bot import audit
from bot.course import RUNNING, form_of, refresh_holds
from bot.programmes import programme_of
from bot.voice import voice_of
from core.models import Clinic, Enrolment, Message, MessageKind, MessageState, Patient
from messages.loader import Content
from messages.sms import measure, to_gsm7
from messages.wording import step_text
from scheduler.calendar import Window, at, local
from scheduler.outbox import lock_patient
from scheduler.shifting import ESSENTIAL, Frame, Objection, Standing, objection
from scheduler.single import bring_back, drop, put_at, standing
from scheduler.states import WAITING

DROPPED_FOR = "af klinikken, "
CHANGEABLE = (MessageKind.STEP, MessageKind.STAFF)
"""What staff may change one by one. Advice and answers are owed to the patient."""
FURTHEST = timedelta(days=35)
"""How far ahead staff are offered days."""


class Refusal(Enum):
    """Why nothing was done, besides the objections to a time. LATE: it waits no more, or stands elsewhere by now."""

    LATE = auto()
    OVER = auto()
    ESSENTIAL = auto()
    HELD = auto()
    NOT_OF_A_COURSE = auto()


Outcome = Refusal | Objection | None
"""None: it is done."""


def is_waiting(message: Message) -> bool:
    return message.state in WAITING


def move(
    session: Session, message: Message, *, seen_due_at: datetime, to: datetime, now: datetime, staff_id: int
) -> Outcome:
    """Put a text of a course at `to` (UTC). `seen_due_at`: where the one who decides saw it stand."""
    _hold(session, message)
    if not is_waiting(message) or message.due_at != seen_due_at:
        return Refusal.LATE
    if message.kind != MessageKind.STEP or message.enrolment is None:
        return Refusal.NOT_OF_A_COURSE
    if message.enrolment.state not in RUNNING:
        return Refusal.OVER
    against = _against(session, message, message.enrolment, to, now)
    if against is not None:
        return against
    if not put_at(session, message, seen_due_at=seen_due_at, to=to):
        return Refusal.LATE
    refresh_holds(session, message.enrolment, now)
    _audit(session, message, "message.move", now, staff_id)
    return None


def send_now(session: Session, message: Message, *, seen_due_at: datetime, now: datetime, staff_id: int) -> Outcome:
    """Let a text go at once. One that is held waits for a reason and stays; a staff text goes at any hour."""
    _hold(session, message)
    if message.state == MessageState.HELD:
        return Refusal.HELD
    if message.kind == MessageKind.STEP:
        return move(session, message, seen_due_at=seen_due_at, to=now, now=now, staff_id=staff_id)
    if message.kind != MessageKind.STAFF:
        return Refusal.NOT_OF_A_COURSE
    if not is_waiting(message) or not put_at(session, message, seen_due_at=seen_due_at, to=now):
        return Refusal.LATE
    _audit(session, message, "message.move", now, staff_id)
    return None


def cancel(session: Session, message: Message, *, reason: str, now: datetime, staff_id: int) -> Outcome:
    """Take one text out. `reason`: in Danish. The essential ones of a course go with the whole course only."""
    _hold(session, message)
    if message.kind == MessageKind.STEP and message.purpose in ESSENTIAL:
        return Refusal.ESSENTIAL
    if message.kind not in CHANGEABLE:
        return Refusal.NOT_OF_A_COURSE
    if not drop(session, message.id, reason=f"{DROPPED_FOR}{reason}", now=now):
        return Refusal.LATE
    session.refresh(message)
    _audit(session, message, "message.cancel", now, staff_id)
    return None


def restore(session: Session, content: Content, message: Message, *, now: datetime, staff_id: int) -> Outcome:
    """Bring back a cancelled text of a course that is still ahead, in the words it would have today."""
    _hold(session, message)
    enrolment = message.enrolment
    if message.dropped_at is None or message.due_at <= now:
        return Refusal.LATE
    if message.kind != MessageKind.STEP or enrolment is None:
        return Refusal.NOT_OF_A_COURSE
    if enrolment.state not in RUNNING:
        return Refusal.OVER
    against = _against(session, message, enrolment, message.due_at, now)
    if against is not None:
        return against
    enrolment.plan_version += 1
    row = bring_back(session, message, plan_version=enrolment.plan_version, now=now)
    if row is None:
        return Refusal.LATE
    row.to_phone = session.get_one(Patient, enrolment.patient_id).phone
    row.body = _body_today(session, content, enrolment, row)
    row.segments = measure(row.body).segments
    refresh_holds(session, enrolment, now)
    _audit(session, row, "message.restore", now, staff_id)
    return None


def free_days(session: Session, message: Message, now: datetime) -> list[date]:
    """The days ahead (local) on which a text of a course could stand at the hour it has now."""
    if message.enrolment is None:
        return []
    stands, frame = _stands(session, message, message.enrolment, now)
    wall, today = local(message.due_at).time(), local(now).date()
    days = [today + timedelta(days=number) for number in range(FURTHEST.days)]
    return [day for day in days if objection(stands, at(day, wall), frame) is None]


def _hold(session: Session, message: Message) -> None:
    """One patient at a time; what was read before may be old."""
    if message.patient_id is not None:
        lock_patient(session, message.patient_id)
    session.refresh(message)
    if message.enrolment is not None:
        session.refresh(message.enrolment)


def _against(session: Session, message: Message, enrolment: Enrolment, to: datetime, now: datetime) -> Outcome:
    stands, frame = _stands(session, message, enrolment, now)
    return objection(stands, to, frame)


def _stands(session: Session, message: Message, enrolment: Enrolment, now: datetime) -> tuple[Standing, Frame]:
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    stands = Standing(message.id, message.purpose, message.due_at, has_gone=False, on_holidays=message.on_holidays)
    others = [other for other in standing(session, enrolment.patient_id, now) if other.id != message.id]
    window = Window(clinic.window_opens, clinic.window_closes)
    return stands, Frame(others, enrolment.start_date, window, now)


def _body_today(session: Session, content: Content, enrolment: Enrolment, row: Message) -> str:
    """The clinic's choice of words, or the form of the exercises, may have changed since it was cancelled."""
    programme = programme_of(content, enrolment)
    step = next((step for step in programme.steps if step.id == row.step_id), None) if programme else None
    if step is None:
        return row.body
    voice = voice_of(session.get_one(Clinic, enrolment.clinic_id, with_for_update={"read": True}))
    return to_gsm7(step_text(content.exercises, enrolment.programme_id, step, voice, form_of(enrolment)))


def _audit(session: Session, message: Message, action: str, now: datetime, staff_id: int) -> None:
    audit.record(
        session,
        clinic_id=message.clinic_id,
        staff_id=staff_id,
        action=action,
        object_type="message",
        object_id=message.id,
        now=now,
    )
