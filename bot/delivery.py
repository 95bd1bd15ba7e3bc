"""What follows when a text does not arrive, and how the provider's receipts move a text on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.alarms import alarm_failed
from bot.alerts import close_settled, raise_alert
from bot.course import STOPPED_BY_PATIENT, running_enrolment, stop
from core.gateway import OPTED_OUT, Found
from core.models import Alarm, AlertKind, Colour, Message, MessageKind, MessageState, Patient
from scheduler.outbox import cancel_waiting, lock_patient
from scheduler.states import Cause
from scheduler.transitions import shift_one

RECEIPTS = {
    "accepted": MessageState.SENT,
    "scheduled": MessageState.SENT,
    "queued": MessageState.SENT,
    "sending": MessageState.SENT,
    "sent": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.UNDELIVERED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}
"""Twilio's MessageStatus -> ours."""

WHEN_LOST = {MessageKind.ADVICE: AlertKind.CALL_BACK, MessageKind.CONTACT_CHECK: AlertKind.NO_CONTACT}
"""The red alert for a text that must arrive and did not."""


def opt_out(session: Session, patient: Patient, now: datetime) -> None:
    """Final until START: the course is stopped, nothing goes out but advice already owed."""
    if patient.opted_out_at is None:
        patient.opted_out_at = now
    if (enrolment := running_enrolment(session, patient.id)) is not None:
        stop(session, enrolment, now=now, reason=STOPPED_BY_PATIENT, staff_id=None)
    owed = (Message.patient_id == patient.id, Message.created_at < now, Message.kind != MessageKind.ADVICE)
    cancel_waiting(session, STOPPED_BY_PATIENT, *owed, now=now)


def on_failure(session: Session, message: Message, now: datetime) -> None:
    """A text did not arrive: an opt-out the provider knew of is taken over; anything else is staff's to see.

    Red when it was advice, or the question whether a doctor was reached: nobody has told or asked the patient. After an
    alarm the next one on call is alarmed.
    """
    if message.kind == MessageKind.ALARM:
        alarm_failed(session, Alarm.message_id == message.id)
    patient = message.patient
    if patient is None:
        return
    was_opted_out = patient.opted_out_at is not None
    if message.error_code == OPTED_OUT:
        opt_out(session, patient, now)
    kind = WHEN_LOST.get(MessageKind(message.kind), AlertKind.UNDELIVERED)
    if was_opted_out and kind is AlertKind.UNDELIVERED:
        return
    raise_alert(
        session,
        clinic_id=message.clinic_id,
        kind=kind,
        colour=Colour.BLUE if kind is AlertKind.UNDELIVERED else Colour.RED,
        now=now,
        patient_id=message.patient_id,
        enrolment_id=message.enrolment_id,
        message=message,
    )


def take_receipt(
    session: Session,
    *,
    message_id: int,
    provider_id: str,
    status: str,
    error_code: str | None,
    now: datetime,
    cause: Cause = Cause.RECEIPT,
    gateway: str | None = None,
) -> bool:
    """Move a text on by a receipt, whatever order receipts come in. False when it changed nothing.

    The provider's own id says best which text is meant, ours in the callback's address where that id is new. `cause`:
    FOUND when the provider's list said so. `gateway`: the account that said it, so the one that took the text.
    """
    target = RECEIPTS.get(status)
    if target is None:
        return False
    message_id = _known_by(session, provider_id) or message_id
    is_end = target in {MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.FAILED}
    values: dict[str, object] = {"provider_id": provider_id, "lease_until": None}
    if error_code:
        values["error_code"] = error_code
    if gateway:
        values["gateway"] = gateway
    if is_end:
        values["settled_at"] = now
    patient_id = session.scalar(select(Message.patient_id).where(Message.id == message_id))
    if patient_id is not None:
        lock_patient(session, patient_id)
    same_text = or_(Message.provider_id.is_(None), Message.provider_id == provider_id)
    if not shift_one(session, message_id, cause, target, same_text, now=now, detail=error_code or status, **values):
        return False
    message = session.get_one(Message, message_id, populate_existing=True)
    if message.sent_at is None:
        message.sent_at = now
    close_settled(session, message, now)
    if target in {MessageState.UNDELIVERED, MessageState.FAILED}:
        on_failure(session, message, now)
    return True


def take_found(session: Session, message_id: int, found: Found, now: datetime) -> bool:
    """What the provider's own list says of a text of unknown fate. That it stands there at all says it was taken."""
    return take_receipt(
        session,
        message_id=message_id,
        provider_id=found.provider_id,
        status=found.status if found.status in RECEIPTS else "sent",
        error_code=found.error_code,
        now=now,
        cause=Cause.FOUND,
        gateway=found.gateway,
    )


def _known_by(session: Session, provider_id: str) -> int | None:
    """The text that stands under a provider's id."""
    if not provider_id:
        return None
    return session.scalar(select(Message.id).where(Message.provider_id == provider_id).limit(1))
