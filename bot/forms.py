"""How hard the exercises of a course are: the texts that wait follow. The caller commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.course import audit_change, lock, texts_of
from bot.programmes import programme_of
from core.models import Enrolment
from messages.loader import Content
from messages.schema import Form
from scheduler.replanning import rewrite

SET_BACK = "valgt af klinikken"


def set_form(
    session: Session,
    content: Content,
    enrolment: Enrolment,
    form: Form,
    *,
    reason: str,
    now: datetime,
    staff_id: int | None = None,
) -> None:
    """Change the exercises that are still to come. `reason`: in Danish; `staff_id` None: a rule did it."""
    lock(session, enrolment)
    enrolment.form, enrolment.form_since, enrolment.form_reason = form, now, reason
    programme = programme_of(content, enrolment)
    if programme is not None:
        steps = [step for step in programme.steps if step.easier or step.harder]
        texts = texts_of(session, content, enrolment, steps)
        rewrite(session, enrolment.id, dict(zip([step.id for step in steps], texts, strict=True)))
    audit_change(session, enrolment, staff_id, f"enrolment.form_{form}", now)
