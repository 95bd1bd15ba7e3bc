"""Who wrote a text, and where that patient stands: found by number, held, and read, in one statement each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ScalarSelect, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, contains_eager

from bot.course import RUNNING
from core import phone as telephone
from core.crypto import keyring_of
from core.models import Clinic, Enrolment, Message, MessageKind, Patient, Reply
from scheduler.outbox import open_red
from scheduler.states import WAITING

LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Sender:
    """A patient who is held for the rest of the transaction; `enrolment` is the latest.

    `red_open`: staff still have to close a red alert. `is_reminded`: a reminder waits to be sent. `answered`,
    `advised`: how many answers, and how much advice, the patient got within the last hour.
    """

    patient: Patient
    enrolment: Enrolment | None
    red_open: bool
    is_reminded: bool
    answered: int
    advised: int


def patient_of(session: Session, reply: Reply) -> int | None:
    """Whose number this is; a number two clinics know belongs to the one whose number was written to."""
    number = telephone.from_sender(reply.sender)
    if number is None:
        return None
    hashes = keyring_of(session.get_bind().dialect).lookup_hashes(number)
    known = session.execute(_known(), {"hashes": hashes}).all()
    ours = [row.id for row in known if row.sender == reply.recipient]
    return next(iter([*ours, *(row.id for row in known)]), None)


def hold(session: Session, patient_id: int, now: datetime) -> Sender:
    """Hold a patient, see lock_patient, and read everything anew: what was read before may be old."""
    anew = {"populate_existing": True}
    patient = session.scalars(_held(), {"patient": patient_id}, execution_options=anew).one()
    wanted = {"patient": patient_id, "lately": now - LATELY}
    row = session.execute(_standing(), wanted, execution_options=anew).one()
    return Sender(patient, row.Enrolment, bool(row.red_open), bool(row.is_reminded), row.answered, row.advised)


# Built once each: every reply asks them.


@cache
def _known() -> Select[int, str]:
    running = exists().where(Enrolment.patient_id == Patient.id, Enrolment.state.in_(RUNNING))
    return (
        select(Patient.id, Clinic.sender)
        .join(Clinic, Patient.clinic_id == Clinic.id)
        .where(Patient.phone_hash.in_(bindparam("hashes", expanding=True)))
        .order_by(running.desc(), Patient.created_at.desc())
    )


@cache
def _held() -> Select[Patient]:
    return (
        select(Patient)
        .join(Patient.clinic)
        .options(contains_eager(Patient.clinic))
        .where(Patient.id == bindparam("patient"))
        .with_for_update(of=Patient)
    )


@cache
def _standing() -> Select[Enrolment, bool, bool, int, int]:
    reminder = exists().where(
        Message.patient_id == Patient.id, Message.kind == MessageKind.REMINDER, Message.state.in_(WAITING)
    )
    return (
        select(
            Enrolment,
            open_red(Patient.id).label("red_open"),
            reminder.label("is_reminded"),
            _lately(MessageKind.ANSWER).label("answered"),
            _lately(MessageKind.ADVICE).label("advised"),
        )
        .select_from(Patient)
        .outerjoin(Enrolment, Enrolment.patient_id == Patient.id)
        .where(Patient.id == bindparam("patient"))
        .order_by(Enrolment.id.desc())
        .limit(1)
    )


def _lately(kind: MessageKind) -> ScalarSelect[int]:
    made = (Message.patient_id == Patient.id, Message.kind == kind, Message.created_at > bindparam("lately"))
    return select(func.count()).select_from(Message).where(*made).correlate(Patient).scalar_subquery()
