"""Who wrote a text, and where that patient stands: found and held by number, then read, in one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, select
from sqlalchemy.orm import Session, contains_eager

from bot.course import RUNNING
from core import phone as telephone
from core.crypto import keyring_of
from core.models import Clinic, Contact, Enrolment, Message, MessageKind, Patient, RegionNumber, Reply
from scheduler.outbox import open_red
from scheduler.questions import ASKED_AT, QUESTION, Question, is_open
from scheduler.states import WAITING

LATELY = timedelta(hours=1)
QUESTIONS_STAY = timedelta(days=8)
"""How long a bare yes or no may still be the answer to a screening: until the next one is asked."""


@dataclass(frozen=True)
class Sender:
    """A patient who is held for the rest of the transaction; `enrolment` is the latest.

    `red_open`: staff still have to close a red alert. `is_reminded`: a reminder waits to be sent; `is_checked`: the
    question whether a doctor was reached does. `answered`, `advised`: how many answers, and how much advice, the
    patient got within the last hour. `is_on_call`: somebody on call has this number. `asked`: the questions the patient
    had been asked when the reply was written and has not answered yet, the newest first. `correction`: the clinic's
    own, of the out-of-hours number.
    """

    patient: Patient
    enrolment: Enrolment | None
    red_open: bool
    is_reminded: bool
    is_checked: bool
    answered: int
    advised: int
    is_on_call: bool
    asked: Sequence[Question]
    correction: RegionNumber | None


def hold(session: Session, reply: Reply, now: datetime) -> Sender | None:
    """Hold the patient whose number a reply came from, see lock_patient, and read everything anew: what was read before
    may be old. A number two clinics know belongs to the one whose number was written to. None: nobody's number.
    """
    number = telephone.from_sender(reply.sender)
    if number is None:
        return None
    hashes = keyring_of(session.get_bind().dialect).lookup_hashes(number)
    wanted = {"to": reply.recipient} | {f"hash_{place}": value for place, value in enumerate(hashes)}
    anew = {"populate_existing": True}
    held = session.execute(_held(len(hashes)), wanted, execution_options=anew).one_or_none()
    if held is None:
        return None
    at = {"lately": now - LATELY, "at": reply.received_at, "oldest": reply.received_at - QUESTIONS_STAY}
    rows = session.execute(_standing(), at | {"patient": held.Patient.id}, execution_options=anew).all()
    row = rows[0]
    return Sender(
        patient=held.Patient,
        enrolment=row.Enrolment,
        red_open=bool(row.red_open),
        is_reminded=bool(row.reminders),
        is_checked=bool(row.checks),
        answered=row.answered,
        advised=row.advised,
        is_on_call=bool(held.is_on_call),
        asked=[Question._make(row[-len(QUESTION) :]) for row in rows if row[-1] is not None],
        correction=held.RegionNumber,
    )


# Built once each: every reply asks them. A list of literals is fixed as well; one of values is spelled out each time.


@cache
def _held(keys: int) -> Select[Patient, bool, RegionNumber]:
    """The one patient that a number belongs to, locked; `keys`: under how many keys it may be known."""
    hashes = [bindparam(f"hash_{place}", type_=Patient.phone_hash.type) for place in range(keys)]
    running = exists().where(
        Enrolment.patient_id == Patient.id, Enrolment.state.in_([literal(str(state)) for state in RUNNING])
    )
    on_call = exists().where(Contact.phone_hash.in_(hashes), Contact.removed_at.is_(None))
    return (
        select(Patient, on_call.label("is_on_call"), RegionNumber)
        .join(Patient.clinic)
        .outerjoin(RegionNumber, (RegionNumber.clinic_id == Clinic.id) & (RegionNumber.region == Patient.region))
        .options(contains_eager(Patient.clinic))
        .where(Patient.phone_hash.in_(hashes))
        .order_by((Clinic.sender == bindparam("to")).desc(), running.desc(), Patient.created_at.desc())
        .limit(1)
        .with_for_update(of=Patient)
    )


@cache
def _standing() -> Select[*tuple[Any, ...]]:
    """A row for each open question, or one without."""
    patient = bindparam("patient", type_=Patient.id.type)
    waits = Message.state.in_([literal(str(state)) for state in WAITING])
    at, oldest = (bindparam(name, type_=ASKED_AT.type) for name in ("at", "oldest"))
    texts = (
        select(
            func.count().filter(Message.kind == MessageKind.REMINDER, waits).label("reminders"),
            func.count().filter(Message.kind == MessageKind.CONTACT_CHECK, waits).label("checks"),
            _lately(MessageKind.ANSWER).label("answered"),
            _lately(MessageKind.ADVICE).label("advised"),
        )
        .where(Message.patient_id == patient)
        .subquery()
    )
    latest = select(func.max(Enrolment.id)).where(Enrolment.patient_id == patient).scalar_subquery()
    return (
        select(Enrolment, open_red(patient).label("red_open"), texts, *QUESTION)
        .select_from(texts)
        .outerjoin(Enrolment, Enrolment.id == latest)
        .outerjoin(Message, and_(*is_open(patient, at, oldest)))
        .order_by(ASKED_AT.desc(), Message.id.desc())
    )


def _lately(kind: MessageKind) -> ColumnElement[int]:
    return func.count().filter(Message.kind == kind, Message.created_at > bindparam("lately"))
