"""What a clinic's waiting texts say and when they go, after the clinic itself has changed. The caller commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import cache

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.course import RUNNING, course_of, form_of
from bot.voice import voice_of
from core.models import Clinic, Enrolment, Message, MessageKind, Patient
from messages.loader import Content
from messages.render import name_in_text
from messages.schema import Form
from messages.sms import measure
from messages.wording import Voice, reminder_text, step_text
from scheduler.calendar import Window, at, local
from scheduler.moving import original_id
from scheduler.outbox import TIMED
from scheduler.planning import Course, PlannedStep, plan
from scheduler.replanning import reword
from scheduler.states import WAITING

AT_ONCE = 100
"""Courses whose texts are written anew in one transaction: a quarter of a second, in which their patients' replies
wait."""
BATCHES_A_TICK = 10


@dataclass(frozen=True)
class Held:
    """A clinic held for a change. `courses`: whose texts are written anew at once; their patients are held too."""

    clinic: Clinic
    courses: Sequence[int]


def hold_clinic(session: Session, clinic_id: str) -> Held:
    """The clinic, held for a change of when its texts go, with all its patients who are in a course.

    The patients are held first, as everywhere, and then the clinic: a course that is put into the outbox meanwhile
    waits for the new form (see bot.course.enqueue_course).
    """
    running = select(Enrolment.patient_id).where(Enrolment.clinic_id == clinic_id, Enrolment.state.in_(RUNNING))
    session.execute(select(Patient.id).where(Patient.id.in_(running)).order_by(Patient.id).with_for_update())
    return Held(_hold(session, clinic_id), _first(session, clinic_id))


def hold_some(session: Session, clinic_id: str) -> Held:
    """The clinic, held for a change of what its texts say, with as many patients as are written to anew at once."""
    courses = _first(session, clinic_id)
    _hold_patients(session, courses)
    return Held(_hold(session, clinic_id), courses)


def _hold(session: Session, clinic_id: str) -> Clinic:
    return session.get_one(Clinic, clinic_id, with_for_update={"key_share": True}, populate_existing=True)


def _hold_patients(session: Session, courses: Sequence[int]) -> None:
    patients = select(Enrolment.patient_id).where(Enrolment.id.in_(courses))
    session.execute(select(Patient.id).where(Patient.id.in_(patients)).order_by(Patient.id).with_for_update())


def _first(session: Session, clinic_id: str, *, behind: int | None = None) -> Sequence[int]:
    """The first running courses by their patients; `behind`: only those not written in that wording yet."""
    courses = select(Enrolment.id).where(Enrolment.clinic_id == clinic_id, Enrolment.state.in_(RUNNING))
    if behind is not None:
        courses = courses.where(Enrolment.wording != behind)
    return session.scalars(courses.order_by(Enrolment.patient_id).limit(AT_ONCE)).all()


def reword_timed(session: Session, content: Content, held: Held) -> int:
    """Write the waiting timed texts of a held clinic anew; returns how many there were.

    Of some courses at once; of the others soon, by `reword_left`. What has left stays.
    """
    clinic = held.clinic
    clinic.wording += 1
    session.flush()
    rewritten = _reword(session, content, clinic, held.courses)
    clinic.rewording = _behind(session, clinic) > 0
    session.flush()
    return rewritten


def left_to_reword(session: Session, clinic: Clinic) -> int:
    """How many patients' texts are still to be written anew."""
    return _behind(session, clinic) if clinic.rewording else 0


def _behind(session: Session, clinic: Clinic) -> int:
    behind = (Enrolment.clinic_id == clinic.id, Enrolment.state.in_(RUNNING), Enrolment.wording != clinic.wording)
    return session.scalar(select(func.count()).select_from(Enrolment).where(*behind)) or 0


def go_on_rewording(sessions: sessionmaker[Session], content: Content) -> None:
    """Tick: write the texts anew that wait for it, some courses in each transaction: no patient's reply waits long."""
    with sessions() as session:
        for clinic_id in session.scalars(select(Clinic.id).where(Clinic.rewording)).all():
            for _ in range(BATCHES_A_TICK):
                has_more = reword_left(session, content, clinic_id)
                session.commit()
                if not has_more:
                    break


def reword_left(session: Session, content: Content, clinic_id: str) -> bool:
    """Write the next courses' texts anew; False when none is left."""
    clinic = session.get_one(Clinic, clinic_id, populate_existing=True)
    courses = _first(session, clinic_id, behind=clinic.wording)
    _hold_patients(session, courses)
    clinic = _hold(session, clinic_id)
    _reword(session, content, clinic, courses)
    clinic.rewording = _behind(session, clinic) > 0
    session.flush()
    return clinic.rewording


def _reword(session: Session, content: Content, clinic: Clinic, courses: Sequence[int]) -> int:
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
        courses,
        lambda course, step_id: text_of(course.programme_id, course.programme_version, form_of(course), step_id),
    )
    session.execute(update(Enrolment).where(Enrolment.id.in_(courses)).values(wording=clinic.wording))
    return rewritten


def rename_others(session: Session, clinic_id: str, old: Voice, new: Voice) -> int:
    """Put the clinic's new name and number in the waiting texts that stand in no programme: answers, advice and
    what staff wrote. They are few, and gone within a day; one that is just being sent goes as it is.
    """
    rows = session.execute(
        select(Message.id, Message.body, Message.body_in_danish)
        .where(Message.clinic_id == clinic_id, Message.kind.not_in(TIMED), Message.state.in_(WAITING))
        .order_by(Message.id)
        .with_for_update(skip_locked=True)
    ).all()
    changes = []
    for row in rows:
        body = _renamed(row.body, old, new)
        in_danish = row.body_in_danish and _renamed(row.body_in_danish, old, new)
        if (body, in_danish) != (row.body, row.body_in_danish):
            measured = measure(body).segments
            changes.append({"id": row.id, "body": body, "body_in_danish": in_danish, "segments": measured})
    if changes:
        session.execute(update(Message), changes)
    return len(changes)


def _renamed(body: str, old: Voice, new: Voice) -> str:
    before, after = f"{name_in_text(old.clinic)}: ", f"{name_in_text(new.clinic)}: "
    renamed = after + body.removeprefix(before) if body.startswith(before) else body
    return renamed.replace(old.phone, new.phone)


@dataclass(frozen=True)
class _Hours:
    """The hours of a course's steps before and after the window changed, by step."""

    before: dict[str, PlannedStep]
    after: dict[str, PlannedStep]


def move_hours(session: Session, content: Content, clinic: Clinic, old: Window, now: datetime) -> int:
    """Move waiting steps into the clinic's new window; returns how many moved.

    A step that stands where the old window had put it goes where the new one puts it, so that a window narrowed and
    widened again leaves all as it was. One that was put elsewhere by hand stays on its day and is moved only as far as
    it must be. A text whose new hour is past keeps its old one.
    """
    window = Window(clinic.window_opens, clinic.window_closes)
    changes = []
    for enrolment, rows in _waiting_by_course(session, clinic.id, now):
        course = course_of(session, content, enrolment)
        hours = _hours(course, old, window) if course else _Hours({}, {})
        for row in rows:
            due_at, expires_at = _moved(row, hours, window)
            if due_at != row.due_at and due_at > now:
                changes.append(
                    {"id": row.id, "due_at": due_at, "next_attempt_at": due_at, "expires_at": max(expires_at, due_at)}
                )
    if changes:
        session.execute(update(Message), changes)
    return len(changes)


def _waiting_by_course(
    session: Session, clinic_id: str, now: datetime
) -> Iterator[tuple[Enrolment, Sequence[Row[int, str | None, datetime, datetime]]]]:
    courses = session.scalars(
        select(Enrolment).where(Enrolment.clinic_id == clinic_id, Enrolment.state.in_(RUNNING)).order_by(Enrolment.id)
    ).all()
    rows = session.execute(
        select(Message.id, Message.step_id, Message.due_at, Message.expires_at, Message.enrolment_id)
        .join(Enrolment, Message.enrolment_id == Enrolment.id)
        .where(
            Enrolment.clinic_id == clinic_id,
            Enrolment.state.in_(RUNNING),
            Message.kind == MessageKind.STEP,
            Message.state.in_(WAITING),
            Message.due_at > now,
        )
        .order_by(Message.id)
        .with_for_update(of=Message)
    ).all()
    by_course: dict[int, list[Row[int, str | None, datetime, datetime]]] = {}
    for row in rows:
        by_course.setdefault(row.enrolment_id, []).append(row)  # type: ignore[arg-type]
    for course in courses:
        yield course, by_course.get(course.id, [])


def _hours(course: Course, old: Window, new: Window) -> _Hours:
    before, after = ({row.step.id: row for row in plan(replace(course, window=window))} for window in (old, new))
    return _Hours(before, after)


def _moved(row: Row[int, str | None, datetime, datetime], hours: _Hours, window: Window) -> tuple[datetime, datetime]:
    """When a waiting step is to go and to expire."""
    _, step_id, due_at, expires_at, *_ = row
    before, after = (planned.get(original_id(step_id or "")) for planned in (hours.before, hours.after))
    if before and after and before.due_at == due_at:
        return after.due_at, after.expires_at
    wall = local(due_at).time()
    if window.holds(wall):
        return due_at, expires_at
    return at(local(due_at).date(), _nearest(wall, window)), expires_at


def _nearest(wall: time, window: Window) -> time:
    return window.opening if wall < window.opening else window.last_minute
