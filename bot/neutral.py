"""Neutral mode: a clinic's texts name no illness, body part or symptom. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.course import RUNNING, form_of
from bot.voice import voice_of
from core.models import Clinic, Enrolment, Message, Patient
from messages.languages import Language
from messages.lint_words import WORDS
from messages.loader import Content
from messages.schema import Form
from messages.wording import reminder_text, step_text
from scheduler.outbox import TIMED, WAITING
from scheduler.replanning import reword


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
    """Turn neutral mode on or off; returns how many waiting texts were rewritten. What has left stays as it is.

    The patients are held first, as everywhere, and then the clinic: a course that is put into the outbox meanwhile
    waits for the new form (see bot.course.enqueue_course).
    """
    running = select(Enrolment.patient_id).where(Enrolment.clinic_id == clinic_id, Enrolment.state.in_(RUNNING))
    session.execute(select(Patient.id).where(Patient.id.in_(running)).order_by(Patient.id).with_for_update())
    clinic = session.get_one(Clinic, clinic_id, with_for_update={"key_share": True})
    if clinic.neutral == neutral:
        return 0
    clinic.neutral = neutral
    voice = voice_of(clinic)

    @cache
    def text_of(programme_id: str, version: int, form: Form, step_id: str | None) -> str | None:
        programme = content.programme(programme_id, version)
        if programme is None:
            return None
        if step_id is None:
            return reminder_text(programme.reminder, voice) if programme.reminder else None
        steps = [step for step in programme.steps if step.id == step_id]
        return step_text(content.exercises, programme_id, steps[0], voice, form) if steps else None

    rewritten = reword(
        session,
        clinic_id,
        RUNNING,
        lambda course, step_id: text_of(course.programme_id, course.programme_version, form_of(course), step_id),
    )
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
