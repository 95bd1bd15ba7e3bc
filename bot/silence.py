"""Silence is a signal: unanswered screenings and contact checks raise alerts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

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
LATEST = timedelta(days=5)
"""No text goes out so long after its time: the search for silences begins with what was due that much earlier."""

ASKED_AT = Message.claimed_at
"""From the claim on: an answer may be quicker than the worker's own record."""


def raise_silences(session: Session, content: Content, now: datetime) -> int:
    """Tick: what a question leads to that was not answered in time. Returns how many reminders and alerts were made.

    A screening is asked once more after a day where that may be, else staff get a blue alert; the blue alert comes a
    day after the reminder, or as soon as it is clear that the reminder did not go out. A contact check is red at once.
    """
    contact = (Message.kind == MessageKind.CONTACT_CHECK, now - CONTACT_PATIENCE >= ASKED_AT)
    no_contact = _unanswered(now, AlertKind.NO_CONTACT, *contact)
    return _follow_up_screenings(session, content, now) + _raise_no_contact(session, now, no_contact)


def _follow_up_screenings(session: Session, content: Content, now: datetime) -> int:
    """One patient at a time: a reply that comes in this moment must not be taken for silence."""
    silent = _silent_screenings(now)
    done = 0
    for message_id, patient_id in session.execute(silent.with_only_columns(Message.id, Message.patient_id)).all():
        if patient_id is not None:
            lock_patient(session, patient_id)
        message = session.scalar(silent.where(Message.id == message_id).execution_options(populate_existing=True))
        if message is None or message.enrolment is None:
            continue
        done += 1
        programme = programme_of(content, message.enrolment)
        reminder = programme.reminder if programme else None
        due_at = _reminder_due(session, message, message.enrolment, now) if reminder else None
        if reminder is None or due_at is None:
            _tell_of_silence(session, message, message.enrolment, now)
        else:
            _remind(session, reminder, message, message.enrolment, due_at, now)
    return done


def _silent_screenings(now: datetime) -> Select[Message]:
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
        reminder.state.in_(WAITING), reminder.state.in_(MAYBE_ARRIVED) & (reminder.claimed_at > now - REMINDER_PATIENCE)
    )
    conditions = _unanswered(
        now,
        AlertKind.SILENT,
        Message.purpose == Purpose.SCREENING,
        now - REMIND_AFTER >= ASKED_AT,
        Enrolment.state == EnrolmentState.ACTIVE,
        ~known_silent,
        ~exists().where(reminder.reminds_id == Message.id, under_way),
    )
    query = select(Message).join(Enrolment, Message.enrolment_id == Enrolment.id)
    return query.where(*conditions).order_by(Message.patient_id, Message.id)


def _reminder_due(session: Session, message: Message, enrolment: Enrolment, now: datetime) -> datetime | None:
    """When the question is to be asked again; None: not at all."""
    asked_at = message.claimed_at
    if asked_at is None:
        return None
    if _reminded_in_this_silence(session, message) or session.scalar(select(open_red(enrolment.patient_id))):
        return None
    steps = session.execute(
        select(Message.purpose, Message.state, Message.next_attempt_at, ASKED_AT.label("asked_at")).where(
            Message.enrolment_id == enrolment.id,
            Message.kind == MessageKind.STEP,
            Message.state.not_in(NOT_OUT),
            Message.next_attempt_at > now - TOO_OLD,
        )
    ).all()
    to_come = {row: max(row.next_attempt_at, now) for row in steps if row.state == MessageState.PLANNED}
    went = [row.asked_at for row in steps if row not in to_come and row.asked_at is not None]
    screenings = [due_at for row, due_at in to_come.items() if row.purpose == Purpose.SCREENING]
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    return reminder_at(
        asked_at,
        now,
        Window(clinic.window_opens, clinic.window_closes),
        taken={local(instant).date() for instant in (*to_come.values(), *went)},
        next_screening=min(screenings, default=None),
    )


def _reminded_in_this_silence(session: Session, message: Message) -> bool:
    """A silence lasts until the patient writes; a second reminder in it would be nagging."""
    written = exists().where(Reply.patient_id == message.patient_id, Reply.received_at >= Message.created_at)
    reminded = select(Message.id).where(
        Message.enrolment_id == message.enrolment_id, Message.kind == MessageKind.REMINDER, ~written
    )
    return session.scalar(reminded.limit(1)) is not None


def _remind(
    session: Session, reminder: Variant, message: Message, enrolment: Enrolment, due_at: datetime, now: datetime
) -> None:
    """Ask again, in the light of the same question. Of two workers that notice the same silence one is told nothing."""
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    body = reminder_text(reminder, voice_of(clinic))
    draft = Draft(MessageKind.REMINDER, body, message.question, due_at - now, reason=REMINDED, reminds_id=message.id)
    try:
        with session.begin_nested():
            enqueue(
                session,
                draft,
                clinic_id=enrolment.clinic_id,
                to_phone=enrolment.patient.phone,
                now=now,
                patient_id=enrolment.patient_id,
                enrolment_id=enrolment.id,
            )
    except IntegrityError:
        return


def _tell_of_silence(session: Session, message: Message, enrolment: Enrolment, now: datetime) -> None:
    """The blue alert; from now on the patient gets only what a silent patient must get."""
    _raise_for(session, message, AlertKind.SILENT, Colour.BLUE, now)
    session.refresh(enrolment)
    enrolment.silent_since = enrolment.silent_since or now
    refresh_holds(session, enrolment, now)


def _alerted(kind: AlertKind) -> ColumnElement[bool]:
    return exists().where(Alert.message_id == Message.id, Alert.kind == kind)


def _unanswered(now: datetime, kind: AlertKind, *conditions: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    answered = exists().where(Reply.patient_id == Message.patient_id, Reply.received_at >= ASKED_AT)
    return [
        *conditions,
        Message.state.in_(MAYBE_ARRIVED),
        now - TOO_OLD - LATEST < Message.due_at,
        now - TOO_OLD < ASKED_AT,
        ~answered,
        ~_alerted(kind),
    ]


def _raise_no_contact(session: Session, now: datetime, conditions: list[ColumnElement[bool]]) -> int:
    query = select(Message).join(Enrolment, Message.enrolment_id == Enrolment.id).where(*conditions)
    messages = session.scalars(query).all()
    for message in messages:
        _raise_for(session, message, AlertKind.NO_CONTACT, Colour.RED, now)
    return len(messages)


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
