"""A text to a staff member's own telephone, to see that texts go out. The caller commits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.enrolment import find_patient
from core import phone as telephone
from core.models import Clinic, Message, MessageKind
from messages.loader import Content
from messages.render import name_in_text
from scheduler.outbox import Draft, enqueue

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 5
SHOWN_FOR = timedelta(days=1)
NOT_A_NUMBER = "Skriv dit mobilnummer, 8 cifre."
NOT_OWN = "Sæt kryds ved, at det er din egen eller en kollegas telefon."
A_PATIENTS = "Nummeret hører til en af jeres patienter. Prøve-sms'er går kun til jer selv."
TOO_MANY = f"I har sendt {MOST_AN_HOUR} prøver den seneste time. Vent lidt."


def send_trial(
    session: Session, content: Content, clinic_id: str, *, typed: str, is_own: bool, staff_id: int, now: datetime
) -> dict[str, str]:
    """Put a trial text in the outbox; what is wrong, field -> sentence in Danish, when nothing was sent.

    The clinic is held, so that two who try at once are counted one after the other.
    """
    number = telephone.parse(typed)
    if number is None:
        return {"phone": NOT_A_NUMBER}
    if not is_own:
        return {"own": NOT_OWN}
    if find_patient(session, number, clinic_id) is not None:
        return {"phone": A_PATIENTS}
    clinic = session.get_one(Clinic, clinic_id, with_for_update={"key_share": True})
    if len(trials(session, clinic_id, now - HOUR)) >= MOST_AN_HOUR:
        return {"phone": TOO_MANY}
    body = content.staff_texts.sms.own_trial.format(klinik=name_in_text(clinic.name))
    draft = Draft(MessageKind.STAFF, body, reason="prøve-sms")
    message = enqueue(session, draft, clinic_id=clinic_id, to_phone=number, now=now, staff_id=staff_id)
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action="message.trial",
        object_type="message",
        object_id=message.id,
        now=now,
    )
    return {}


def trials(session: Session, clinic_id: str, since: datetime) -> list[Message]:
    """A clinic's trial texts from an instant on, the newest first: what staff sent to nobody's patient."""
    return list(
        session.scalars(
            select(Message)
            .where(
                Message.patient_id.is_(None),
                Message.due_at > since,
                Message.clinic_id == clinic_id,
                Message.kind == MessageKind.STAFF,
            )
            .order_by(Message.id.desc())
            .limit(MOST_AN_HOUR)
        )
    )


def last_receipt(session: Session, clinic_id: str, since: datetime) -> datetime | None:
    """When the provider last told what became of a text, looked for among those due from an instant on."""
    return session.scalar(
        select(func.max(Message.settled_at)).where(Message.clinic_id == clinic_id, Message.due_at > since)
    )
