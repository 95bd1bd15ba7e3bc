"""Silence is a signal: unanswered screenings and contact checks raise alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, or_, select
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
from scheduler.outbox import MAYBE_ARRIVED, Draft, enqueue, has_open_red, lock_patient
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
    return _follow_up_screenings(session, content, now) + _raise_no_contact(session, now)


def _instants(now: datetime) -> dict[str, datetime]:
    """What the searches below compare with; they are built once."""
    return {
        "contact_asked_by": now - CONTACT_PATIENCE,
        "asked_by": now - REMIND_AFTER,
        "reminded_after": now - REMINDER_PATIENCE,
        "asked_after": now - TOO_OLD,
        "due_after": now - TOO_OLD - LATEST,
    }


def _instant(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=ASKED_AT.type)


def _follow_up_screenings(session: Session, content: Content, now: datetime) -> int:
    """One patient at a time: a reply that comes in this moment must not be taken for silence."""
    instants = _instants(now)
    done = 0
    for message_id, patient_id in session.execute(_whom_to_ask_again(), instants).all():
        if patient_id is not None:
            lock_patient(session, patient_id)
        message = session.scalar(_one_silent_screening(), instants | {"message": message_id})
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


@cache
def _whom_to_ask_again() -> Select[int, int | None]:
    return _silent_screenings().with_only_columns(Message.id, Message.patient_id)


@cache
def _one_silent_screening() -> Select[Message]:
    one = Message.id == bindparam("message")
    return _silent_screenings().where(one).execution_options(populate_existing=True)


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


def _reminder_due(session: Session, message: Message, enrolment: Enrolment, now: datetime) -> datetime | None:
    """When the question is to be asked again; None: not at all."""
    asked_at = message.claimed_at
    if asked_at is None:
        return None
    if _reminded_in_this_silence(session, message) or has_open_red(session, enrolment.patient_id):
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


def _unanswered(kind: AlertKind, *conditions: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    answered = exists().where(Reply.patient_id == Message.patient_id, Reply.received_at >= ASKED_AT)
    return [
        *conditions,
        Message.state.in_(MAYBE_ARRIVED),
        Message.due_at > _instant("due_after"),
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
