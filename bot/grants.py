"""Grants a patient's wish about the texts, and takes grants back for staff. The caller commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.answers import StopAnswer
from bot.course import audit_change, course_of, lock, pause, refresh_holds, resume
from bot.voice import voice_of
from bot.wish_days import say_day
from bot.wishes import FewerWish, PauseWish, TimeWish, Wish, say_time
from core.models import Clinic, Enrolment, MessageKind
from messages.loader import Content
from messages.wording import answer_text
from scheduler.calendar import Window
from scheduler.outbox import Draft
from scheduler.planning import plan, wall_time
from scheduler.replanning import move_plan

STOP_ANSWERS: dict[StopAnswer, str] = {
    "well": "rask",
    "too_many": "for mange beskeder",
    "other": "andet",
    "unsaid": "vil ikke sige hvorfor",
}
"""Why a patient stopped, as it is stored and shown to staff."""


def grant(session: Session, content: Content, wish: Wish, enrolment: Enrolment, now: datetime) -> Draft:
    """Carry a wish out for a course that runs; returns the text that confirms it."""
    lock(session, enrolment)
    if isinstance(wish, TimeWish):
        name, values = _time(session, content, wish, enrolment, now)
    elif isinstance(wish, FewerWish):
        enrolment.fewer_since = enrolment.fewer_since or now
        refresh_holds(session, enrolment, now)
        audit_change(session, enrolment, None, "enrolment.wish_fewer", now)
        name, values = "wish_fewer", {}
    elif isinstance(wish, PauseWish):
        pause(session, enrolment, now=now, until=wish.until, staff_id=None)
        name, values = "wish_pause", {"dato": say_day(wish.until)}
    else:
        resume(session, enrolment, now=now, staff_id=None)
        name, values = "started", {}
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    body = answer_text(content.replies, name, voice_of(clinic), **values)
    return Draft(MessageKind.ANSWER, body, reason="svar på et ønske")


def _time(
    session: Session, content: Content, wish: TimeWish, enrolment: Enrolment, now: datetime
) -> tuple[str, dict[str, str]]:
    """Move the texts to the wished hour, unless the clinic sends none then: which answer, and what it names."""
    clinic = session.get_one(Clinic, enrolment.clinic_id)
    window = Window(clinic.window_opens, clinic.window_closes)
    current = enrolment.wished_time or enrolment.time_of_day
    time = current if wish.earliest and wall_time(current) >= wall_time(wish.time) else wish.time
    if not window.holds(wall_time(time)):
        closes = f"{clinic.window_closes // 60:02d}:{clinic.window_closes % 60:02d}"
        opens = window.opening.isoformat("minutes")
        return "wish_outside", {
            "fra": say_time(opens).removeprefix("klokken "),
            "til": say_time(closes).removeprefix("klokken "),
        }
    enrolment.wished_time, enrolment.wished_time_at = time, now
    _move(session, content, enrolment, now)
    audit_change(session, enrolment, None, "enrolment.wish_time", now)
    return "wish_time", {"tid": say_time(time)}


def _move(session: Session, content: Content, enrolment: Enrolment, now: datetime) -> None:
    if (course := course_of(session, content, enrolment)) is not None:
        move_plan(session, enrolment.id, plan(course), now)
    refresh_holds(session, enrolment, now)


def forget_wishes(
    session: Session, content: Content, enrolment: Enrolment, *, now: datetime, staff_id: int | None
) -> None:
    """Back to the hour and the number of texts that the course was enrolled with; a pause is ended by `resume`."""
    lock(session, enrolment)
    enrolment.wished_time = enrolment.wished_time_at = enrolment.fewer_since = None
    _move(session, content, enrolment, now)
    audit_change(session, enrolment, staff_id, "enrolment.forget_wishes", now)


def note_stop_answer(session: Session, enrolment: Enrolment, answer: StopAnswer, now: datetime) -> None:
    """Keep why the patient stopped. Nothing is sent."""
    enrolment.stop_answer = STOP_ANSWERS[answer]
    audit_change(session, enrolment, None, "enrolment.stop_answer", now)
