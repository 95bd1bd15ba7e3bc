"""How a patient's course has adapted, as staff read it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.adapting import missed_in_a_row
from bot.history import history_of
from bot.staff.formatting import danish_date
from core.models import Enrolment

_HEADS = {"easier": "Lettere øvelser", "usual": "Sædvanlige øvelser igen", "harder": "Sværere øvelser"}
WORTH_SAYING = 2
"""How many misses in a row staff are told of."""


def exercises_of(session: Session, enrolment: Enrolment) -> tuple[str, ...]:
    """One line for the form of the exercises, since when and why, and one for what was missed; none when all is as
    usual."""
    lines: list[str] = []
    if enrolment.form_since is not None:
        head = _HEADS.get(enrolment.form, enrolment.form)
        lines.append(f"{head} siden {danish_date(enrolment.form_since)}: {enrolment.form_reason}")
    if (missed := missed_in_a_row(history_of(session, enrolment.id))) >= WORTH_SAYING:
        lines.append(f"Sprunget over {missed} gange i træk")
    return tuple(lines)
