"""Silence is a signal: unanswered screenings and contact checks raise alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, contains_eager, defer

from bot.alerts import raise_alert
from bot.course import refresh_holds
from bot.programmes import programme_of
from bot.voice import voice_of
from core.models import (
    Alert,
    AlertKind,
    AlertState,
    Clinic,
    Colour,
    Enrolment,
    EnrolmentState,
    Message,
    MessageKind,
    MessageState,
    Patient,
    Reply,
)
from messages.loader import Content
from messages.schema import Purpose, Variant
from messages.wording import reminder_text
from scheduler.calendar import Window, local
from scheduler.outbox import MAYBE_ARRIVED, Draft, enqueue, lock_patient, open_red
from scheduler.reminding import REMIND_AFTER, reminder_at
from scheduler.states import WAITING

CONTACT_PATIENCE = timedelta(minutes=30)
REMINDER_PATIENCE = timedelta(hours=24)
TOO_OLD = timedelta(days=7)
"""A silence older than this was another course's; raising it now would help nobody."""
NOT_OUT = (MessageState.HELD, MessageState.CANCELLED, MessageState.EXPIRED, MessageState.FAILED)
"""A text in one of these takes up no day. A held one is let go by the patient's own reply, or by staff."""
REMINDED = "ubesvaret spørgsmål"

ASKED_AT = Message.claimed_at
"""From the claim on: an answer may be quicker than the worker's own record."""


def raise_silences(session: Session, content: Content, now: datetime) -> int:
    """Tick: what a question leads to that was not answered in time. Returns how many reminders and alerts were made.

    A screening is asked once more after a day where that may be, else staff get a blue alert; the blue alert comes a
    day after the reminder, or as soon as it is clear that the reminder did not go out. A contact check is red at once.
    """
    return _follow_up_screenings(session, content, now) + _raise_no_contact(session, now)


def _instants(now: datetime) -> dict[str, datetime]:
    """What the searches below compare with; they are built once."""
    return {
        "contact_asked_by": now - CONTACT_PATIENCE,
        "asked_by": now - REMIND_AFTER,
        "reminded_after": now - REMINDER_PATIENCE,
        "asked_after": now - TOO_OLD,
    }


def _instant(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=ASKED_AT.type)


def _follow_up_screenings(session: Session, content: Content, now: datetime) -> int:
    """One patient at a time: a reply that comes in this moment must not be taken for silence."""
    instants = _instants(now)
    clinics: dict[str, Clinic] = {}
    done = 0
    for message_id, patient_id in session.execute(_whom_to_ask_again(), instants).all():
        if patient_id is not None:
            lock_patient(session, patient_id)
        found = session.execute(_one_silent_screening(), instants | {"message": message_id}).one_or_none()
        if found is None or found.Message.enrolment is None:
            continue
        message, enrolment = found.Message, found.Message.enrolment
        done += 1
        programme = programme_of(content, enrolment)
        reminder = programme.reminder if programme else None
        if reminder is not None and not found.reminded and not found.red_open:
            if enrolment.clinic_id not in clinics:
                clinics[enrolment.clinic_id] = session.get_one(Clinic, enrolment.clinic_id)
            clinic = clinics[enrolment.clinic_id]
            due_at = _reminder_due(session, message, clinic, now)
            if due_at is not None:
                _remind(session, reminder, message, clinic, due_at, now)
                continue
        _tell_of_silence(session, message, enrolment, now)
    return done


@cache
def _whom_to_ask_again() -> Select[int, int | None]:
    return _silent_screenings().with_only_columns(Message.id, Message.patient_id)


@cache
def _one_silent_screening() -> Select[Message, bool, bool]:
    """With its course, and what speaks against asking again. Its words are not needed."""
    query = _silent_screenings().where(Message.id == bindparam("message"))
    query = query.options(contains_eager(Message.enrolment), *map(defer, (Message.to_phone, Message.body)))
    red_open = open_red(Message.patient_id)
    return query.add_columns(
        _reminded_in_this_silence().label("reminded"), red_open.label("red_open")
    ).execution_options(populate_existing=True)


@cache
def _silent_screenings() -> Select[Message]:
    """Screenings that wait for their reminder, or for their alert. While one alert is open there is no other:
    a patient who is silent for weeks has one, not one a week.
    """
    known_silent = exists().where(
        Alert.patient_id == Message.patient_id,
        Alert.enrolment_id == Message.enrolment_id,
        Alert.kind == AlertKind.SILENT,
        Alert.state != AlertState.RESOLVED,
    )
    reminder = aliased(Message)
    under_way = or_(
        reminder.state.in_(WAITING),
        reminder.state.in_(MAYBE_ARRIVED) & (reminder.claimed_at > _instant("reminded_after")),
    )
    conditions = _unanswered(
        AlertKind.SILENT,
        Message.purpose == Purpose.SCREENING,
        _instant("asked_by") >= ASKED_AT,
        Enrolment.state == EnrolmentState.ACTIVE,
        ~known_silent,
        ~exists().where(reminder.reminds_id == Message.id, under_way),
    )
    query = select(Message).join(Enrolment, Message.enrolment_id == Enrolment.id)
    return query.where(*conditions).order_by(Message.patient_id, Message.id)


def _reminder_due(session: Session, message: Message, clinic: Clinic, now: datetime) -> datetime | None:
    """When the question is to be asked again; None: not at all."""
    asked_at = message.claimed_at
    if asked_at is None:
        return None
    steps = session.execute(_steps(), {"enrolment": message.enrolment_id, "not_before": now - TOO_OLD}).all()
    to_come = {row: max(row.next_attempt_at, now) for row in steps if row.state == MessageState.PLANNED}
    went = [row.asked_at for row in steps if row not in to_come and row.asked_at is not None]
    screenings = [due_at for row, due_at in to_come.items() if row.purpose == Purpose.SCREENING]
    return reminder_at(
        asked_at,
        now,
        Window(clinic.window_opens, clinic.window_closes),
        taken={local(instant).date() for instant in (*to_come.values(), *went)},
        next_screening=min(screenings, default=None),
    )


@cache
def _steps() -> Select[str, str, datetime, datetime | None]:
    return select(Message.purpose, Message.state, Message.next_attempt_at, ASKED_AT.label("asked_at")).where(
        Message.enrolment_id == bindparam("enrolment"),
        Message.kind == MessageKind.STEP,
        Message.state.not_in(NOT_OUT),
        Message.next_attempt_at > _instant("not_before"),
    )


def _reminded_in_this_silence() -> ColumnElement[bool]:
    """A silence lasts until the patient writes; a second reminder in it would be nagging."""
    reminder = aliased(Message)
    written = exists().where(Reply.patient_id == reminder.patient_id, Reply.received_at >= reminder.created_at)
    same_course = reminder.enrolment_id == Message.enrolment_id
    return exists().where(same_course, reminder.kind == MessageKind.REMINDER, ~written)


def _remind(
    session: Session, reminder: Variant, message: Message, clinic: Clinic, due_at: datetime, now: datetime
) -> None:
    """Ask again, in the light of the same question. Of two workers that notice the same silence one is told nothing."""
    patient = session.get_one(Patient, message.patient_id)
    body = reminder_text(reminder, voice_of(clinic))
    draft = Draft(MessageKind.REMINDER, body, message.question, due_at - now, reason=REMINDED, reminds_id=message.id)
    try:
        with session.begin_nested():
            enqueue(
                session,
                draft,
                clinic_id=clinic.id,
                to_phone=patient.phone,
                now=now,
                patient_id=patient.id,
                enrolment_id=message.enrolment_id,
            )
    except IntegrityError:
        return


def _tell_of_silence(session: Session, message: Message, enrolment: Enrolment, now: datetime) -> None:
    """The blue alert; from now on the patient gets only what a silent patient must get."""
    _raise_for(session, message, AlertKind.SILENT, Colour.BLUE, now)
    enrolment.silent_since = enrolment.silent_since or now
    refresh_holds(session, enrolment, now)


def _alerted(kind: AlertKind) -> ColumnElement[bool]:
    return exists().where(Alert.message_id == Message.id, Alert.kind == kind)


def _unanswered(kind: AlertKind, *conditions: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    answered = exists().where(Reply.patient_id == Message.patient_id, Reply.received_at >= ASKED_AT)
    return [
        *conditions,
        Message.state.in_(MAYBE_ARRIVED),
        _instant("asked_after") < ASKED_AT,
        ~answered,
        ~_alerted(kind),
    ]


def _raise_no_contact(session: Session, now: datetime) -> int:
    messages = session.scalars(_silent_after_advice(), _instants(now)).all()
    for message in messages:
        _raise_for(session, message, AlertKind.NO_CONTACT, Colour.RED, now)
    return len(messages)


@cache
def _silent_after_advice() -> Select[Message]:
    """Questions whether the patient got hold of a doctor that were not answered."""
    check = (Message.kind == MessageKind.CONTACT_CHECK, _instant("contact_asked_by") >= ASKED_AT)
    query = select(Message).join(Enrolment, Message.enrolment_id == Enrolment.id)
    return query.where(*_unanswered(AlertKind.NO_CONTACT, *check))


def _raise_for(session: Session, message: Message, kind: AlertKind, colour: Colour, now: datetime) -> None:
    raise_alert(
        session,
        clinic_id=message.clinic_id,
        kind=kind,
        colour=colour,
        now=now,
        patient_id=message.patient_id,
        enrolment_id=message.enrolment_id,
        message=message,
    )
