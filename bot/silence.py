"""Silence is a signal: unanswered screenings, contact checks and texts nobody knows the fate of raise alerts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from bot.alerts import raise_alert
from core.models import (
    Alert,
    AlertKind,
    AlertState,
    Colour,
    Enrolment,
    EnrolmentState,
    Message,
    MessageKind,
    MessageState,
    Reply,
)
from messages.schema import Purpose
from scheduler.outbox import MAYBE_ARRIVED

SCREENING_PATIENCE = timedelta(hours=24)
CONTACT_PATIENCE = timedelta(minutes=30)
TOO_OLD = timedelta(days=7)
"""A silence older than this was another course's; raising it now would help nobody."""
LATEST = timedelta(days=5)
"""No text goes out so long after its time: the search for silences begins with what was due that much earlier."""

ASKED_AT = Message.claimed_at
"""From the claim on: an answer may be quicker than the worker's own record."""


def raise_silences(session: Session, now: datetime) -> int:
    """Tick: an alert for a question that was not answered in time. Blue; red when it was about a doctor.

    A patient who is silent for weeks has one open blue alert, not one a week.
    """
    known_silent = exists().where(
        Alert.patient_id == Message.patient_id,
        Alert.enrolment_id == Message.enrolment_id,
        Alert.kind == AlertKind.SILENT,
        Alert.state != AlertState.RESOLVED,
    )
    screening = (
        Message.purpose == Purpose.SCREENING,
        now - SCREENING_PATIENCE >= ASKED_AT,
        Enrolment.state == EnrolmentState.ACTIVE,
        ~known_silent,
    )
    contact = (Message.purpose == MessageKind.CONTACT_CHECK, now - CONTACT_PATIENCE >= ASKED_AT)
    silent = _unanswered(now, AlertKind.SILENT, *screening)
    no_contact = _unanswered(now, AlertKind.NO_CONTACT, *contact)
    return _raise(session, now, AlertKind.SILENT, Colour.BLUE, silent) + _raise(
        session, now, AlertKind.NO_CONTACT, Colour.RED, no_contact
    )


def raise_unsettled(session: Session, now: datetime) -> int:
    """Tick: texts of which nobody knows whether they were sent. Red when the text was advice."""
    lost = (Message.state == MessageState.UNKNOWN, Message.lease_until < now, ~_alerted(AlertKind.UNSETTLED))
    advice = select(Message).where(*lost, Message.kind == MessageKind.ADVICE)
    others = select(Message).where(*lost, Message.kind != MessageKind.ADVICE)
    raised = 0
    for colour, query in ((Colour.RED, advice), (Colour.BLUE, others)):
        for message in session.scalars(query).all():
            _raise_for(session, message, AlertKind.UNSETTLED, colour, now)
            raised += 1
    return raised


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


def _raise(
    session: Session,
    now: datetime,
    kind: AlertKind,
    colour: Colour,
    conditions: list[ColumnElement[bool]],
) -> int:
    query = select(Message).join(Enrolment, Message.enrolment_id == Enrolment.id).where(*conditions)
    messages = session.scalars(query).all()
    for message in messages:
        _raise_for(session, message, kind, colour, now)
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
