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

SCREENING_PATIENCE = timedelta(hours=24)
CONTACT_PATIENCE = timedelta(minutes=30)
TOO_OLD = timedelta(days=7)
"""A silence older than this was another course's; raising it now would help nobody."""

ARRIVED = (MessageState.SENT, MessageState.DELIVERED, MessageState.UNKNOWN)


def raise_silences(session: Session, now: datetime) -> int:
    """Tick: an alert for a question that was not answered in time. Blue; red when it was about a doctor.

    A patient who is silent for weeks has one open blue alert, not one a week.
    """
    known_silent = exists().where(
        Alert.enrolment_id == Message.enrolment_id,
        Alert.kind == AlertKind.SILENT,
        Alert.state != AlertState.RESOLVED,
    )
    screening = (
        Message.purpose == Purpose.SCREENING,
        Message.sent_at <= now - SCREENING_PATIENCE,
        Enrolment.state == EnrolmentState.ACTIVE,
        ~known_silent,
    )
    contact = (Message.kind == MessageKind.CONTACT_CHECK, Message.sent_at <= now - CONTACT_PATIENCE)
    return _raise(session, now, AlertKind.SILENT, Colour.BLUE, _unanswered(now, *screening)) + _raise(
        session, now, AlertKind.NO_CONTACT, Colour.RED, _unanswered(now, *contact)
    )


def raise_unsettled(session: Session, now: datetime) -> int:
    """Tick: texts of which nobody knows whether they were sent. Red when the text was advice."""
    lost = (Message.state == MessageState.UNKNOWN, Message.lease_until < now, ~_alerted())
    advice = select(Message).where(*lost, Message.kind == MessageKind.ADVICE)
    others = select(Message).where(*lost, Message.kind != MessageKind.ADVICE)
    raised = 0
    for colour, query in ((Colour.RED, advice), (Colour.BLUE, others)):
        for message in session.scalars(query).all():
            _raise_for(session, message, AlertKind.UNSETTLED, colour, now)
            raised += 1
    return raised


def _alerted() -> ColumnElement[bool]:
    return exists().where(Alert.message_id == Message.id)


def _unanswered(now: datetime, *conditions: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    answered = exists().where(Reply.patient_id == Message.patient_id, Reply.received_at >= Message.sent_at)
    return [
        *conditions,
        Message.state.in_(ARRIVED),
        Message.sent_at > now - TOO_OLD,
        ~answered,
        ~_alerted(),
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
