"""Neutral mode: a clinic's texts name no illness, body part or symptom. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.course import RUNNING
from bot.rewording import hold_some, reword_timed
from core.models import Enrolment, Message
from messages.languages import Language
from messages.lint_words import WORDS
from messages.loader import Content
from scheduler.outbox import TIMED
from scheduler.states import WAITING


@dataclass(frozen=True)
class Waiting:
    """What a switch rewrites: the texts that have not left, and how many patients are in a course."""

    texts: int
    patients: int


def waiting(session: Session, clinic_id: str) -> Waiting:
    running = (Enrolment.clinic_id == clinic_id, Enrolment.state.in_(RUNNING))
    texts = session.scalar(
        select(func.count(Message.id))
        .join(Enrolment, Message.enrolment_id == Enrolment.id)
        .where(*running, Message.kind.in_(TIMED), Message.state.in_(WAITING))
    )
    patients = session.scalar(select(func.count(distinct(Enrolment.patient_id))).where(*running))
    return Waiting(texts or 0, patients or 0)


def switch(
    session: Session, content: Content, clinic_id: str, *, neutral: bool, staff_id: int | None, now: datetime
) -> int:
    """Turn neutral mode on or off; returns how many waiting texts were rewritten at once.

    What has left stays as it is; a large clinic's other texts follow (see bot.rewording).
    """
    held = hold_some(session, clinic_id)
    clinic = held.clinic
    if clinic.neutral == neutral:
        return 0
    clinic.neutral = neutral
    rewritten = reword_timed(session, content, held)
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action="clinic.neutral_on" if neutral else "clinic.neutral_off",
        object_type="clinic",
        object_id=clinic_id,
        now=now,
    )
    return rewritten


def telling_name(name: str) -> str | None:
    """The word in a clinic's name that tells what it treats ("Rygklinik"), or None: it stands first in every text."""
    found = WORDS[Language.DANISH].telling.search(name)
    return found.group() if found else None
