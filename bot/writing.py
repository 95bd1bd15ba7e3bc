"""A staff member writes to a patient: judged as every text is, sent once, at once or when the clinic's hours begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import audit
from bot.conversation import STAFF_ASKED
from bot.course import running_enrolment
from bot.voice import voice_of
from core.models import Clinic, Message, MessageKind, Patient
from messages.free_text import Circumstances, Judgement, judge
from scheduler.calendar import Window, next_sendable
from scheduler.outbox import Draft, enqueue, has_open_red, lock_patient

WRITTEN = "skrevet af klinikken"


class Refusal(Enum):
    """Why a text was not sent. ALREADY: this very form has been sent. DOUBT: nobody has said yes to what is doubtful.
    ASK: the clinic's hours are over, and nobody has said that it shall go all the same.
    """

    ALREADY = auto()
    OPTED_OUT = auto()
    STOP = auto()
    DOUBT = auto()
    ASK = auto()


@dataclass(frozen=True)
class Written:
    """What was written. `token`: of the form. `sure`: the doubts were said yes to. `when`: now, night (now, though the
    clinic's hours are over) or opening (when they begin).
    """

    text: str
    token: str
    when: str = "now"
    sure: bool = False


def circumstances(session: Session, patient: Patient) -> Circumstances:
    """What a text to this patient is judged in."""
    voice = voice_of(session.get_one(Clinic, patient.clinic_id))
    return Circumstances(
        clinic=voice.clinic,
        phone=voice.phone,
        neutral=voice.neutral,
        red_open=has_open_red(session, patient.id),
        patient=patient.name,
    )


def opening(clinic: Clinic, now: datetime) -> datetime:
    """`now` itself in the hours in which the clinic's texts go, else when they begin again (UTC)."""
    return next_sendable(now, Window(clinic.window_opens, clinic.window_closes), on_holidays=False)


def write(session: Session, patient: Patient, written: Written, *, now: datetime, staff_id: int) -> Message | Refusal:
    """Put a staff member's text into the outbox. The caller commits."""
    lock_patient(session, patient.id)
    session.refresh(patient)
    if _was_sent(session, patient, written.token):
        return Refusal.ALREADY
    if patient.opted_out_at is not None:
        return Refusal.OPTED_OUT
    judged = judge(written.text, circumstances(session, patient))
    clinic = session.get_one(Clinic, patient.clinic_id)
    opens = opening(clinic, now)
    if (refused := _refused(judged, written, is_closed=opens > now)) is not None:
        return refused
    running = running_enrolment(session, patient.id)
    asks = STAFF_ASKED if "?" in judged.body else None
    delay = opens - now if written.when == "opening" else timedelta(0)
    draft = Draft(MessageKind.STAFF, judged.body, asks, delay, WRITTEN, submit_token=written.token)
    message = enqueue(
        session,
        draft,
        clinic_id=patient.clinic_id,
        to_phone=patient.phone,
        now=now,
        patient_id=patient.id,
        enrolment_id=running.id if running else None,
        staff_id=staff_id,
    )
    audit.record(
        session,
        clinic_id=patient.clinic_id,
        staff_id=staff_id,
        action="message.write_in_doubt" if judged.doubts else "message.write",
        object_type="message",
        object_id=message.id,
        now=now,
    )
    return message


def _was_sent(session: Session, patient: Patient, token: str) -> bool:
    query = select(Message.id).where(Message.patient_id == patient.id, Message.submit_token == token)
    return session.scalar(query) is not None


def _refused(judged: Judgement, written: Written, *, is_closed: bool) -> Refusal | None:
    if judged.stops:
        return Refusal.STOP
    if judged.doubts and not written.sure:
        return Refusal.DOUBT
    return Refusal.ASK if is_closed and written.when == "now" else None
