"""What is kept how long: a patient's name, numbers and words are taken away; what can be counted stays.

The clinic's own record is where clinical notes are kept by law; this is a channel beside it. The audit log holds ids
alone and stays. The caller commits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, String, cast, delete, exists, func, literal, select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.course import RUNNING
from core.models import (
    Alert,
    AlertEvent,
    AlertState,
    ApiEnrolment,
    Clinic,
    Enrolment,
    Message,
    MessageState,
    Note,
    NoteVersion,
    Patient,
    Reply,
    Triage,
    TriageMark,
)
from scheduler.outbox import lock_patient
from scheduler.states import WAITING

MONTH = timedelta(days=30)
SHORTEST_MONTHS, LONGEST_MONTHS = 1, 60
BATCH = 50
"""Patients a tick takes at most: each is locked for a moment, and a tick must not keep the database."""
SOON = timedelta(days=30)
ERASED_NAME = "Slettet patient"
_ERASED = "erased:"
UNDER_WAY = (*WAITING, MessageState.SENDING)


class Erasure(StrEnum):
    """What came of erasing at somebody's wish."""

    DONE = "done"
    ALREADY = "already"
    RUNNING = "running"
    """The course goes on: it must be stopped first."""
    ALERT_OPEN = "alert_open"
    """Staff still have to close an alert about the patient."""
    ON_ITS_WAY = "on_its_way"
    """A text waits or is being sent."""


def erase_due(session: Session, now: datetime) -> int:
    """Tick: erase patients, and strangers' texts, of whom nothing has been heard for as long as their clinic keeps
    things. Returns how many patients.
    """
    erased = 0
    for clinic_id, months in session.execute(select(Clinic.id, Clinic.keep_months)).all():
        due = _due(clinic_id, now - months * MONTH)
        for patient_id in session.scalars(due.order_by(Patient.id).limit(BATCH)).all():
            lock_patient(session, patient_id)
            if session.scalar(due.where(Patient.id == patient_id)) is not None:
                _erase(session, clinic_id, patient_id, None, now)
                erased += 1
        _erase_strangers(session, clinic_id, now - months * MONTH)
    return erased


def count_due(session: Session, clinic: Clinic, now: datetime) -> tuple[int, int]:
    """How many of a clinic's patients are erased now, and how many in the thirty days that follow."""

    def count(at: datetime) -> int:
        due = _due(clinic.id, at - clinic.keep_months * MONTH).subquery()
        return session.scalar(select(func.count()).select_from(due)) or 0

    at_once = count(now)
    return at_once, count(now + SOON) - at_once


def keep_for(session: Session, clinic_id: str, months: int, *, staff_id: int | None, now: datetime) -> bool:
    """Set how long a clinic keeps things; False when that is not from 1 to 60 months, or is so already."""
    clinic = session.get_one(Clinic, clinic_id)
    if not SHORTEST_MONTHS <= months <= LONGEST_MONTHS or clinic.keep_months == months:
        return False
    clinic.keep_months = months
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action="clinic.keep_months",
        object_type="clinic",
        object_id=clinic_id,
        now=now,
    )
    return True


def erase(session: Session, patient_id: int, *, staff_id: int, now: datetime) -> Erasure:
    """Erase one patient at the patient's or the clinic's wish, now and for good."""
    lock_patient(session, patient_id)
    patient = session.get_one(Patient, patient_id, populate_existing=True)
    if patient.erased_at is not None:
        return Erasure.ALREADY
    hindrances = {
        Erasure.RUNNING: _running(),
        Erasure.ALERT_OPEN: _alert_open(),
        Erasure.ON_ITS_WAY: _under_way(),
    }
    for hindrance, condition in hindrances.items():
        if session.scalar(select(Patient.id).where(Patient.id == patient_id, condition)) is not None:
            return hindrance
    _erase(session, patient.clinic_id, patient_id, staff_id, now)
    return Erasure.DONE


def _due(clinic_id: str, limit: datetime) -> Select[int]:
    """A clinic's patients of whom nothing has been heard since `limit`, and with whom nothing is going on."""
    return select(Patient.id).where(
        Patient.clinic_id == clinic_id,
        Patient.erased_at.is_(None),
        Patient.created_at <= limit,
        ~exists().where(Enrolment.patient_id == Patient.id, Enrolment.ended_at > limit),
        ~exists().where(Reply.patient_id == Patient.id, Reply.received_at > limit),
        ~exists().where(Alert.patient_id == Patient.id, Alert.resolved_at > limit),
        ~exists().where(Message.patient_id == Patient.id, Message.created_at > limit),
        ~exists().where(Note.patient_id == Patient.id, Note.created_at > limit),
        ~_running(),
        ~_alert_open(),
        ~_under_way(),
    )


def _running() -> ColumnElement[bool]:
    return exists().where(Enrolment.patient_id == Patient.id, Enrolment.state.in_(RUNNING))


def _alert_open() -> ColumnElement[bool]:
    return exists().where(Alert.patient_id == Patient.id, Alert.state != AlertState.RESOLVED)


def _under_way() -> ColumnElement[bool]:
    return exists().where(Message.patient_id == Patient.id, Message.state.in_(UNDER_WAY))


def _erase(session: Session, clinic_id: str, patient_id: int, staff_id: int | None, now: datetime) -> None:
    session.execute(
        update(Patient)
        .where(Patient.id == patient_id)
        .values(name=ERASED_NAME, phone="", phone_hash=f"{_ERASED}{patient_id}", doctor_phone="", erased_at=now)
    )
    session.execute(
        update(Enrolment).where(Enrolment.patient_id == patient_id).values(form_reason=None, stop_answer=None)
    )
    courses = select(Enrolment.id).where(Enrolment.patient_id == patient_id)
    notes = select(Note.id).where(Note.patient_id == patient_id)
    for statement in (
        delete(ApiEnrolment).where(ApiEnrolment.enrolment_id.in_(courses)),
        delete(NoteVersion).where(NoteVersion.note_id.in_(notes)),
        update(Note).where(Note.patient_id == patient_id).values(body=""),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    _erase_words(
        session, Reply.patient_id == patient_id, Message.patient_id == patient_id, Alert.patient_id == patient_id
    )
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action="patient.erase",
        object_type="patient",
        object_id=patient_id,
        now=now,
    )


def _erase_strangers(session: Session, clinic_id: str, limit: datetime) -> None:
    """Texts from numbers nobody knew, and our answers to them, once staff have closed what they raised."""
    waits = exists().where(Alert.reply_id == Reply.id, Alert.state != AlertState.RESOLVED)
    ids = session.scalars(
        select(Reply.id)
        .where(
            Reply.clinic_id == clinic_id,
            Reply.patient_id.is_(None),
            Reply.received_at <= limit,
            Reply.provider_id.not_like(f"{_ERASED}%"),
            ~waits,
        )
        .limit(BATCH)
    ).all()
    if ids:
        _erase_words(session, Reply.id.in_(ids), Message.reply_id.in_(ids), Alert.reply_id.in_(ids))


def _erase_words(
    session: Session,
    of_replies: ColumnElement[bool],
    of_messages: ColumnElement[bool],
    of_alerts: ColumnElement[bool],
) -> None:
    """All that was written, by whom, and what was read in it. The replies last: the others are found through them."""
    replies, alerts = select(Reply.id).where(of_replies), select(Alert.id).where(of_alerts)
    statements = (
        update(Triage).where(Triage.reply_id.in_(replies)).values(flags=[], evidence=[]),
        update(TriageMark).where(TriageMark.reply_id.in_(replies)).values(note=""),
        update(AlertEvent).where(AlertEvent.alert_id.in_(alerts)).values(note=""),
        update(Message).where(of_messages).values(to_phone="", body="", body_in_danish=None, provider_id=None),
        update(Reply)
        .where(of_replies)
        .values(
            sender="",
            body="",
            answer_value=None,
            adaptation=None,
            provider_id=literal(_ERASED).concat(cast(Reply.id, String)),
        ),
    )
    for statement in statements:
        session.execute(statement.execution_options(synchronize_session=False))
