"""What a clinic knows of a patient is put right: name, numbers, region. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit
from bot.enrolment import MAX_NAME, find_patient
from core import phone as telephone
from core.crypto import keyring_of
from core.models import Message, Patient
from messages.loader import Content
from scheduler.outbox import lock_patient
from scheduler.states import WAITING

TAKEN = "En anden patient hos jer har det nummer. Find patienten på listen, eller kontrollér nummeret."


@dataclass(frozen=True)
class Details:
    """As they were typed."""

    name: str
    phone: str
    region: str
    doctor_phone: str


def check(content: Content, details: Details) -> dict[str, str]:
    """What is wrong, before anything is looked up: field -> sentence in Danish."""
    checks = {
        "name": (
            bool(details.name.strip()) and len(details.name.strip()) <= MAX_NAME,
            f"Skriv patientens navn eller initialer (højst {MAX_NAME} tegn).",
        ),
        "phone": (
            telephone.parse(details.phone) is not None,
            "Telefonnummeret kan ikke bruges. Skriv 8 cifre, for eksempel 12 34 56 78, eller landekode med +.",
        ),
        "region": (details.region in content.regions, "Vælg en region."),
        "doctor_phone": (
            telephone.parse(details.doctor_phone) is not None,
            "Skriv telefonnummeret til patientens egen læge, 8 cifre.",
        ),
    }
    return {field: sentence for field, (is_good, sentence) in checks.items() if not is_good}


def correct(
    session: Session, content: Content, patient: Patient, details: Details, *, now: datetime, staff_id: int
) -> dict[str, str]:
    """Store the details, or say what is wrong with them and store nothing.

    Texts that wait go to the new number. What was sent and written stays with the patient; a text that a worker has
    claimed by now still goes to the old number.
    """
    if errors := check(content, details):
        return errors
    lock_patient(session, patient.id)
    session.refresh(patient)
    number, doctor = telephone.parse(details.phone), telephone.parse(details.doctor_phone)
    if number is None or doctor is None:
        raise ValueError("a number that was checked cannot be read")
    other = find_patient(session, number, patient.clinic_id)
    if other is not None and other.id != patient.id:
        return {"phone": TAKEN}
    has_moved = number != patient.phone
    if has_moved and not _renumbered(session, patient, number):
        return {"phone": TAKEN}
    patient.name, patient.region, patient.doctor_phone = details.name.strip(), details.region, doctor
    audit.record(
        session,
        clinic_id=patient.clinic_id,
        staff_id=staff_id,
        action="patient.correct_phone" if has_moved else "patient.correct",
        object_type="patient",
        object_id=patient.id,
        now=now,
    )
    return {}


def _renumbered(session: Session, patient: Patient, number: str) -> bool:
    """Give the patient the number, and what waits too; False when somebody else was given it in this very moment."""
    try:
        with session.begin_nested():
            patient.phone = number
            patient.phone_hash = keyring_of(session.get_bind().dialect).lookup_hash(number)
            session.flush()
    except IntegrityError:
        session.refresh(patient)
        return False
    waiting = (Message.patient_id == patient.id, Message.state.in_(WAITING))
    session.execute(
        update(Message).where(*waiting).values(to_phone=number).execution_options(synchronize_session=False)
    )
    return True
