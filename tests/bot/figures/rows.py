"""Random rows of a clinic's work, put straight into the tables."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

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
    Patient,
    Reply,
)
from core.phone import parse
from scheduler.calendar import local

PROGRAMMES = ("akut-laend", "hekseskud", "nerverod-laend", "nerverod-nakke", "langvarig")
STATES = tuple(EnrolmentState)
CODES = (None, None, "30003", "30005")


@dataclass
class Rows:
    enrolments: list[Enrolment]
    messages: list[Message]
    replies: list[Reply]
    alerts: list[Alert]


def fill(session: Session, rng: random.Random, clinic_id: str, last: datetime, *, patients: int, days: int) -> Rows:
    """Patients with a course, texts, replies and alerts, spread over the days before `last`; the caller commits."""
    rows = Rows([], [], [], [])
    for number in range(patients):
        phone = parse(f"2{rng.randrange(10**7):07d}") or f"+452{number:07d}"
        patient = Patient(
            clinic_id=clinic_id,
            name=f"Patient {number}",
            phone=phone,
            phone_hash=f"{clinic_id}-{number}",
            region="midtjylland",
            doctor_phone="+4586123456",
            created_at=last,
        )
        session.add(patient)
        session.flush()
        rows.enrolments.append(_enrolment(session, rng, patient, last, days))
        _talk(session, rng, rows, patient, last, days)
    session.flush()
    return rows


def _moment(rng: random.Random, last: datetime, days: int) -> datetime:
    return last - timedelta(seconds=rng.randrange(days * 86400), microseconds=rng.randrange(10**6))


def _enrolment(session: Session, rng: random.Random, patient: Patient, last: datetime, days: int) -> Enrolment:
    begun = _moment(rng, last, days)
    state = rng.choice(STATES)
    is_over = state in {EnrolmentState.STOPPED, EnrolmentState.COMPLETED}
    enrolment = Enrolment(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        programme_id=rng.choice(PROGRAMMES),
        programme_version=1,
        start_date=local(begun).date(),
        time_of_day="formiddag",
        instructed=False,
        state=state,
        consent_version="1",
        consent_at=begun,
        created_at=begun,
        ended_at=begun + (last - begun) * rng.random() if is_over else None,
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def _talk(session: Session, rng: random.Random, rows: Rows, patient: Patient, last: datetime, days: int) -> None:
    enrolment = rows.enrolments[-1]
    for _ in range(rng.randrange(6)):
        message = _message(rng, patient, rng.choice([enrolment, enrolment, None]), _moment(rng, last, days))
        session.add(message)
        session.flush()
        rows.messages.append(message)
    for _ in range(rng.randrange(5)):
        rows.replies.append(_reply(rng, rows, patient, rng.choice([enrolment, enrolment, None]), last, days))
    for _ in range(rng.randrange(4)):
        rows.alerts.append(_alert(rng, patient, rng.choice([enrolment, enrolment, None]), _moment(rng, last, days)))
    session.add_all([*rows.replies, *rows.alerts])


def _message(rng: random.Random, patient: Patient, enrolment: Enrolment | None, due_at: datetime) -> Message:
    return Message(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        enrolment_id=enrolment.id if enrolment else None,
        kind=rng.choice(list(MessageKind)),
        purpose="screening",
        question=rng.choice([None, "screening", "pain"]),
        to_phone=patient.phone,
        body="x",
        segments=rng.choice([1, 2]),
        priority=9,
        state=rng.choice(list(MessageState)),
        due_at=due_at,
        expires_at=due_at,
        next_attempt_at=due_at,
        error_code=rng.choice(CODES),
        created_at=due_at,
    )


def _reply(
    rng: random.Random, rows: Rows, patient: Patient, enrolment: Enrolment | None, last: datetime, days: int
) -> Reply:
    return Reply(
        provider_id=f"SM{rng.getrandbits(120):030x}",
        clinic_id=patient.clinic_id,
        patient_id=rng.choice([patient.id, patient.id, None]),
        enrolment_id=enrolment.id if enrolment else None,
        sender=patient.phone,
        recipient="+45",
        body="x",
        question=rng.choice(["pain", "pain", "screening", None]),
        answers_id=rng.choice(rows.messages).id if rows.messages and rng.random() < 0.5 else None,
        answer_value=rng.choice([*map(str, range(11)), "no", None]),
        received_at=_moment(rng, last, days),
    )


def _alert(rng: random.Random, patient: Patient, enrolment: Enrolment | None, opened_at: datetime) -> Alert:
    state = rng.choice(list(AlertState))
    taken = opened_at + timedelta(seconds=rng.randrange(100_000), microseconds=rng.randrange(10**6))
    is_acknowledged = state == AlertState.ACKNOWLEDGED or (state == AlertState.RESOLVED and rng.random() < 0.5)
    return Alert(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        enrolment_id=enrolment.id if enrolment else None,
        kind=rng.choice(list(AlertKind)),
        colour=rng.choice(list(Colour)),
        state=state,
        opened_at=opened_at,
        waiting_since=opened_at,
        acknowledged_at=taken if is_acknowledged else None,
        resolved_at=taken + timedelta(hours=1) if state == AlertState.RESOLVED else None,
    )
