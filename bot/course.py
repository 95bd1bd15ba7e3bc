"""A course under way: pause, resume, stop, take up again, complete, and what must wait. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session

from bot import audit
from bot.programmes import programme_of
from bot.voice import voice_of
from core.models import Clinic, Enrolment, EnrolmentState, Message, MessageKind, MessageState
from messages.loader import Content
from messages.programme_schema import Programme
from messages.schema import Form, Purpose, Step
from messages.wording import step_text
from scheduler.calendar import Window, at, next_sendable
from scheduler.holding import apply_holds
from scheduler.missing import NEAR, instants, is_missing
from scheduler.outbox import cancel_course, enqueue_plan, has_open_red, lock_patient
from scheduler.planning import Course, Facts, PlannedStep, plan
from scheduler.replanning import again, revive
from scheduler.single import left_of
from scheduler.states import WAITING

RUNNING = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)
STOPPED_BY_PATIENT = "patienten har afmeldt sms"
AFTER_PAUSE = "efter pausen"
ON_THE_WAY = (MessageState.PLANNED, MessageState.HELD, MessageState.SENDING)


def lock(session: Session, enrolment: Enrolment) -> None:
    """Hold the patient for the rest of the transaction and read the course anew: what was read before may be old."""
    lock_patient(session, enrolment.patient_id)
    session.refresh(enrolment)


def running_enrolment(session: Session, patient_id: int) -> Enrolment | None:
    return session.scalar(_running(), {"patient": patient_id})


@cache
def _running() -> Select[Enrolment]:
    return select(Enrolment).where(Enrolment.patient_id == bindparam("patient"), Enrolment.state.in_(RUNNING))


def texts_of(session: Session, content: Content, enrolment: Enrolment, steps: Sequence[Step]) -> list[str]:
    """The finished texts of some steps for this patient.

    The clinic is held, shared, so that its choice of texts cannot change before these stand in the outbox, where a
    change finds them.
    """
    voice = voice_of(session.get_one(Clinic, enrolment.clinic_id, with_for_update={"read": True}))
    form = form_of(enrolment)
    return [step_text(content.exercises, enrolment.programme_id, step, voice, form) for step in steps]


def form_of(enrolment: Enrolment) -> Form:
    """How hard the patient's exercises are."""
    forms: dict[str, Form] = {"easier": "easier", "harder": "harder"}
    return forms.get(enrolment.form, "usual")


def enqueue_course(
    session: Session, content: Content, enrolment: Enrolment, rows: list[PlannedStep], now: datetime
) -> None:
    """Put a planned course into the outbox with its finished texts, held where it must wait."""
    texts = texts_of(session, content, enrolment, [row.step for row in rows])
    enqueue_plan(session, enrolment, rows, texts, now)
    refresh_holds(session, enrolment, now)


def refresh_holds(session: Session, enrolment: Enrolment, now: datetime, *, red_open: bool | None = None) -> None:
    """Hold or release the waiting texts after an alert, a pause or a screening answer changed.

    `red_open`: whether a red alert is open, from a caller that holds the patient and knows; None asks the database.
    """
    session.flush()
    facts = Facts(
        red_open=has_open_red(session, enrolment.patient_id) if red_open is None else red_open,
        paused=enrolment.state == EnrolmentState.PAUSED,
        clean_at=enrolment.screening_clean_at,
        fewer=enrolment.fewer_since is not None,
        silent=enrolment.silent_since is not None,
    )
    apply_holds(session, enrolment.id, facts, now)


def hear(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """The silence is over: what was held for it goes on."""
    lock(session, enrolment)
    enrolment.silent_since = None
    refresh_holds(session, enrolment, now)


def pause(session: Session, enrolment: Enrolment, *, now: datetime, until: date | None, staff_id: int | None) -> None:
    """Hold the course. `until`: local date on whose morning it goes on by itself; None waits for somebody.

    `staff_id` None: the patient asked for it.
    """
    lock(session, enrolment)
    if enrolment.state not in RUNNING:
        return
    enrolment.state = EnrolmentState.PAUSED
    enrolment.paused_until = at(until, time(0)) if until else None
    enrolment.pause_wished_at = now if staff_id is None else None
    refresh_holds(session, enrolment, now)
    audit_change(session, enrolment, staff_id, "enrolment.pause", now)


def resume(session: Session, enrolment: Enrolment, *, now: datetime, staff_id: int | None) -> None:
    """Go on with what is still to come; what fell due during the pause expires and is not sent in a heap.

    But for the screening: one that nobody was asked is asked first. A closing is not lost either.
    """
    lock(session, enrolment)
    if enrolment.state != EnrolmentState.PAUSED:
        return
    enrolment.state = EnrolmentState.ACTIVE
    enrolment.paused_until = None
    enrolment.pause_wished_at = None
    refresh_holds(session, enrolment, now)
    _make_up(session, enrolment, now)
    audit_change(session, enrolment, staff_id, "enrolment.resume", now)


def _make_up(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """The last screening that the pause swallowed goes out at the first hour it may, the closing a day after."""
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    window = Window(clinic.window_opens, clinic.window_closes)
    wanted = now
    for purpose in (Purpose.SCREENING, Purpose.CLOSING):
        if (missed := _swallowed(session, enrolment, purpose, now)) is not None:
            enrolment.plan_version += 1
            due_at = next_sendable(wanted, window, on_holidays=missed.on_holidays)
            again(session, missed, plan_version=enrolment.plan_version, due_at=due_at, now=now, reason=AFTER_PAUSE)
            wanted = due_at + timedelta(days=1)


def _swallowed(session: Session, enrolment: Enrolment, purpose: Purpose, now: datetime) -> Message | None:
    """The last text of this purpose that was due, if it was never sent and no other is near."""
    planned = (Message.enrolment_id == enrolment.id, Message.state != MessageState.CANCELLED)
    rows = session.scalars(
        select(Message).where(*planned, Message.purpose == purpose).order_by(Message.due_at, Message.id)
    ).all()
    if any(row.state in WAITING and now < row.due_at <= now + NEAR for row in rows):
        return None
    last = next((row for row in reversed(rows) if row.due_at <= now), None)
    if last is None or last.state == MessageState.EXPIRED:
        return last
    return last if last.state in WAITING and last.expires_at <= now else None


def course_of(session: Session, content: Content, enrolment: Enrolment) -> Course | None:
    """The enrolment as planning needs it, in its own version of the programme; None when that version is gone."""
    programme = programme_of(content, enrolment)
    return None if programme is None else course_in(session, enrolment, programme)


def course_in(session: Session, enrolment: Enrolment, programme: Programme) -> Course:
    """The enrolment in a given version of its programme, the patient's own hour included."""
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    return Course(
        programme=programme,
        enrolled_at=enrolment.created_at,
        start_date=enrolment.start_date,
        time_of_day=enrolment.wished_time or enrolment.time_of_day,
        instructed=enrolment.instructed,
        window=Window(clinic.window_opens, clinic.window_closes),
    )


def reopen(session: Session, content: Content, enrolment: Enrolment, *, now: datetime) -> None:
    """Take up a course that the patient's own STOP ended: what was still to come is planned anew.

    Where its version of the programme is gone, the texts come back that the STOP cancelled.
    """
    if enrolment.state_reason != STOPPED_BY_PATIENT:
        return
    course = course_of(session, content, enrolment)
    enrolment.state = EnrolmentState.ACTIVE
    enrolment.state_reason = ""
    enrolment.stop_answer = None
    enrolment.pause_wished_at = enrolment.paused_until = None
    enrolment.ended_at = None
    enrolment.plan_version += 1
    if course is None:
        revive(session, enrolment, now)
        refresh_holds(session, enrolment, now)
    elif any(row.due_at > now for row in plan(course)):
        enqueue_course(session, content, enrolment, left_of(session, enrolment.id, course, now), now)
    audit_change(session, enrolment, None, "enrolment.reopen", now)


def stop(session: Session, enrolment: Enrolment, *, now: datetime, reason: str, staff_id: int | None) -> None:
    """End the course for good and cancel what has not left."""
    lock(session, enrolment)
    if enrolment.state not in RUNNING:
        return
    enrolment.state = EnrolmentState.STOPPED
    enrolment.state_reason = reason
    enrolment.ended_at = now
    cancel_course(session, enrolment.id, reason, now)
    audit_change(session, enrolment, staff_id, "enrolment.stop", now)


def resume_due(session: Session, now: datetime) -> int:
    """Tick: courses whose pause is over go on."""
    rows = session.scalars(_pause_over(), {"now": now}).all()
    for enrolment in rows:
        lock(session, enrolment)
        if enrolment.paused_until is not None and enrolment.paused_until <= now:
            resume(session, enrolment, now=now, staff_id=None)
    return len(rows)


@cache
def _pause_over() -> Select[Enrolment]:
    is_over = Enrolment.paused_until <= bindparam("now", type_=Enrolment.paused_until.type)
    over = select(Enrolment).where(Enrolment.state == EnrolmentState.PAUSED, is_over)
    return over.order_by(Enrolment.patient_id)


def complete_finished(session: Session, now: datetime) -> int:
    """Tick: courses with nothing left to send are completed; what was missed is still to be sent."""
    rows = session.scalars(_finished(), instants(now) | {"now": now}).all()
    for enrolment in rows:
        lock(session, enrolment)
        if enrolment.state != EnrolmentState.ACTIVE:
            continue
        enrolment.state = EnrolmentState.COMPLETED
        enrolment.ended_at = now
        audit_change(session, enrolment, None, "enrolment.complete", now)
    return len(rows)


@cache
def _finished() -> Select[Enrolment]:
    """The first condition is answered from an index alone, and few courses are left for the others."""
    now = bindparam("now", type_=Message.expires_at.type)
    of_course = (Message.enrolment_id == Enrolment.id, Message.kind == MessageKind.STEP)
    left = exists().where(*of_course, Message.state.in_(ON_THE_WAY))
    may_go_again = exists().where(*of_course, Message.state == MessageState.UNKNOWN, Message.expires_at > now)
    missing = exists().where(Message.enrolment_id == Enrolment.id, *is_missing())
    finished = select(Enrolment).where(Enrolment.state == EnrolmentState.ACTIVE, ~left, ~may_go_again, ~missing)
    return finished.order_by(Enrolment.patient_id)


def audit_change(session: Session, enrolment: Enrolment, staff_id: int | None, action: str, now: datetime) -> None:
    """One line in the audit log about an enrolment; `staff_id` None: done by the patient or the system."""
    audit.record(
        session,
        clinic_id=enrolment.clinic_id,
        staff_id=staff_id,
        action=action,
        object_type="enrolment",
        object_id=enrolment.id,
        now=now,
    )
