"""Patients with a text each that falls due at the same instant: what dispatch is measured with."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from benchmarks.processes import KEY
from benchmarks.worker import DUE
from core.crypto import Keyring
from core.db import make_engine
from core.models import Clinic, Enrolment, Message, MessageKind, MessageState, Patient
from messages.schema import Purpose
from messages.sms import measure
from scheduler.outbox import PRIORITY

CLINIC = "vest"
SENDER = "+4552512345"
BODY = "Rygklinik Vest: Rejs dig fra en stol 10 gange, og sæt dig roligt igen. Det er tekst nummer {number} i dag."
ENROLLED = DUE - timedelta(days=7)


def phone_of(number: int) -> str:
    return f"+45{20_100_000 + number}"


def add_due_texts(url: str, count: int) -> None:
    """A clinic with `count` patients in a running course, each with one exercise due at DUE."""
    keyring = Keyring([KEY])
    engine = make_engine(url, keyring)
    numbers = range(1, count + 1)
    with engine.begin() as connection:
        connection.execute(
            insert(Clinic).values(
                id=CLINIC, name="Rygklinik Vest", region="midtjylland", phone="+4587654321", sender=SENDER,
                created_at=ENROLLED,
            )
        )  # fmt: skip
        connection.execute(
            insert(Patient).values(clinic_id=CLINIC, region="midtjylland", created_at=ENROLLED),
            [
                {
                    "id": number,
                    "name": "Karen Testsen",
                    "phone": phone_of(number),
                    "phone_hash": keyring.lookup_hash(phone_of(number)),
                    "doctor_phone": "+4586123456",
                }
                for number in numbers
            ],
        )
        connection.execute(insert(Enrolment), [_enrolment(number) for number in numbers])
        connection.execute(insert(Message), [_text(number) for number in numbers])
    engine.dispose()


def _enrolment(number: int) -> dict[str, object]:
    return {
        "id": number,
        "clinic_id": CLINIC,
        "patient_id": number,
        "programme_id": "akut-laend",
        "programme_version": 1,
        "start_date": ENROLLED.date(),
        "time_of_day": "formiddag",
        "instructed": True,
        "consent_version": "1",
        "consent_at": ENROLLED,
        "created_at": ENROLLED,
    }


def _text(number: int) -> dict[str, object]:
    body = BODY.format(number=number)
    return {
        "clinic_id": CLINIC,
        "patient_id": number,
        "enrolment_id": number,
        "kind": MessageKind.STEP,
        "purpose": Purpose.EXERCISE,
        "step_id": "oevelse",
        "plan_version": 1,
        "to_phone": phone_of(number),
        "body": body,
        "segments": measure(body).segments,
        "priority": PRIORITY[MessageKind.STEP],
        "state": MessageState.PLANNED,
        "due_at": DUE,
        "expires_at": DUE + timedelta(hours=12),
        "next_attempt_at": DUE,
        "created_at": ENROLLED,
    }
