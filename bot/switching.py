"""A patient goes on in another programme: the present course ends and another begins. The caller commits.

The consent is to texts, not to one programme: it goes along. What has been said is not said again, and the weekly
question about red flags keeps its rhythm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from bot.course import audit_change, course_in, enqueue_course, lock
from bot.programmes import programme_of
from core.models import Enrolment, EnrolmentState, Message, MessageKind, Reply
from messages.loader import Content
from messages.programme_schema import Programme
from messages.schema import Purpose, Step
from scheduler.calendar import local
from scheduler.moving import Went, remaining
from scheduler.planning import MIN_GAP
from scheduler.replanning import NEVER_WENT, went
from scheduler.shifting import ESSENTIAL
from scheduler.single import cancel_timed
from scheduler.states import WAITING

SWITCHED = "skiftet til "
NOT_ANSWERED = "not answered"
"""Stands for the purpose of a screening that nobody answered: in the new course it is asked as if it had not been."""
CARRIED = (
    "clinic_id patient_id time_of_day consent_version consent_at wished_time wished_time_at fewer_since "
    "form form_since form_reason silent_since screening_clean_at wording"
)


class Refusal(Enum):
    """Why the programme was not changed. OTHER: the course has changed since it was seen."""

    OTHER = auto()
    OVER = auto()
    PAUSED = auto()
    SAME = auto()


@dataclass(frozen=True)
class Wanted:
    """Which programme, from which of its days (0: from the start), and whether exercises have been shown.

    `seen`: the enrolment and its plan version that the one who decides has been shown.
    """

    programme: str
    from_day: int
    instructed: bool
    seen: tuple[int, int]


@dataclass(frozen=True)
class Outlook:
    """What a change would lead to: the texts that come, with their due times (UTC), and how many are cancelled."""

    coming: tuple[tuple[datetime, str], ...]
    cancelled: int


def last_day(programme: Programme) -> int:
    """The last day of a programme that a course may be begun from: the one before its closing."""
    return programme.steps[-1].day - 1


def outlook(
    session: Session, content: Content, enrolment: Enrolment, wanted: Wanted, now: datetime
) -> Outlook | Refusal:
    """What `switch` would do, found by doing it and taking it back."""
    with session.begin_nested() as point:
        before = _waiting(session, enrolment.id)
        result = switch(session, content, enrolment, wanted, now=now, staff_id=None)
        if isinstance(result, Refusal):
            point.rollback()
            return result
        rows = session.scalars(
            select(Message).where(Message.enrolment_id == result.id).order_by(Message.due_at, Message.id)
        )
        coming = tuple((row.due_at, row.body) for row in rows)
        point.rollback()
    session.refresh(enrolment)
    return Outlook(coming, before)


def _waiting(session: Session, enrolment_id: int) -> int:
    query = select(func.count(Message.id)).where(
        Message.enrolment_id == enrolment_id,
        Message.kind == MessageKind.STEP,
        Message.state.in_(WAITING),
        Message.purpose != Purpose.WELCOME,
    )
    return session.scalar(query) or 0


def switch(
    session: Session, content: Content, enrolment: Enrolment, wanted: Wanted, *, now: datetime, staff_id: int | None
) -> Enrolment | Refusal:
    """End the course and begin the other; returns its enrolment. Raises KeyError for a programme that does not exist.

    What waits is cancelled first: what a worker has claimed by then counts as said.
    """
    programme = content.programmes[wanted.programme]
    lock(session, enrolment)
    if (refused := _refused(enrolment, wanted)) is not None:
        return refused
    cancel_timed(session, enrolment.id, f"{SWITCHED}{programme.name}", now)
    said = went(session, enrolment.id, now)
    if any(text.purpose == Purpose.CLOSING for text in said):
        return Refusal.OVER
    old = programme_of(content, enrolment)
    silent = _unanswered(session, enrolment)
    enrolment.state = EnrolmentState.STOPPED
    enrolment.state_reason = f"{SWITCHED}{programme.name}"
    enrolment.ended_at = now
    session.flush()
    new = _begun(session, enrolment, programme, wanted, now, staff_id)
    _take_welcome_along(session, enrolment, new)
    welcomed_at = _welcomed_at(session, enrolment)
    known = in_terms_of(programme, old, said, silent, welcomed_at=welcomed_at)
    rows = remaining(course_in(session, new, programme), known, max(now, welcomed_at + MIN_GAP))
    enqueue_course(session, content, new, rows, now)
    audit_change(session, enrolment, staff_id, "enrolment.switch", now)
    audit_change(session, new, staff_id, "enrolment.create", now)
    return new


def _refused(enrolment: Enrolment, wanted: Wanted) -> Refusal | None:
    if enrolment.state == EnrolmentState.PAUSED:
        return Refusal.PAUSED
    if enrolment.state != EnrolmentState.ACTIVE:
        return Refusal.OVER
    if (enrolment.id, enrolment.plan_version) != wanted.seen:
        return Refusal.OTHER
    return Refusal.SAME if enrolment.programme_id == wanted.programme else None


def _begun(
    session: Session, old: Enrolment, programme: Programme, wanted: Wanted, now: datetime, staff_id: int | None
) -> Enrolment:
    new = Enrolment(
        **{name: getattr(old, name) for name in CARRIED.split()},
        programme_id=programme.id,
        programme_version=programme.version,
        plan_version=1,
        start_date=local(now).date() - timedelta(days=wanted.from_day),
        instructed=wanted.instructed,
        state=EnrolmentState.ACTIVE,
        enrolled_by=staff_id,
        created_at=now,
    )
    session.add(new)
    session.flush()
    session.refresh(new)
    return new


def _take_welcome_along(session: Session, old: Enrolment, new: Enrolment) -> None:
    """A welcome that has not left says the same of every course; it goes with the one that runs."""
    waits = (Message.kind == MessageKind.STEP, Message.purpose == Purpose.WELCOME, Message.state.in_(WAITING))
    session.execute(
        update(Message)
        .where(Message.enrolment_id == old.id, *waits)
        .values(enrolment_id=new.id)
        .execution_options(synchronize_session=False)
    )


def _welcomed_at(session: Session, enrolment: Enrolment) -> datetime:
    """When the patient was welcomed, or is going to be (UTC)."""
    at = func.coalesce(Message.sent_at, Message.claimed_at, Message.due_at)
    row = session.execute(
        select(at)
        .where(
            Message.patient_id == enrolment.patient_id,
            Message.purpose == Purpose.WELCOME,
            Message.state.not_in(NEVER_WENT),
        )
        .order_by(at.desc())
        .limit(1)
    ).first()
    return row[0] if row is not None else enrolment.created_at


def in_terms_of(
    new: Programme, old: Programme | None, said: Sequence[Went], unanswered: set[str], *, welcomed_at: datetime
) -> list[Went]:
    """What the old course said, by the ids of the new programme: the same text, or the same exercise, is the same.

    Screenings are never the same: each course asks its own. `welcomed_at`: the patient has been welcomed, or is being.
    """
    steps = {step.id: step for step in old.steps} if old else {}
    mapped = [Went(step.id, Purpose.WELCOME, welcomed_at) for step in new.steps if step.purpose is Purpose.WELCOME]
    for text in said:
        if text.purpose == Purpose.WELCOME:
            continue
        purpose = NOT_ANSWERED if text.step_id in unanswered else text.purpose
        twins = [step.id for step in new.steps if _is_same(step, text, steps.get(text.step_id))]
        names = twins or [f"{old.id if old else 'old'}/{text.step_id}"]
        mapped += [Went(name, purpose, text.at) for name in names]
    return mapped


def _is_same(step: Step, text: Went, old: Step | None) -> bool:
    """Questions are repeated on purpose: those are the same only under the same id."""
    if step.purpose in ESSENTIAL or text.purpose in ESSENTIAL:
        return False
    if old is None or step.question is not None:
        return step.id == text.step_id
    is_same_exercise = step.exercise is not None and (step.exercise, step.purpose) == (old.exercise, old.purpose)
    return is_same_exercise or step.text == old.text


def _unanswered(session: Session, enrolment: Enrolment) -> set[str]:
    """The last screening of a course, if the patient has not written since it was sent."""
    asked_at = func.coalesce(Message.claimed_at, Message.sent_at, Message.due_at)
    last = session.scalar(
        select(Message)
        .where(
            Message.enrolment_id == enrolment.id,
            Message.purpose == Purpose.SCREENING,
            Message.state.not_in((*WAITING, *NEVER_WENT)),
        )
        .order_by(asked_at.desc(), Message.id.desc())
        .limit(1)
    )
    if last is None or last.step_id is None:
        return set()
    since = last.claimed_at or last.sent_at or last.due_at
    written = session.scalar(
        select(exists().where(Reply.patient_id == enrolment.patient_id, Reply.received_at >= since))
    )
    return set() if written else {last.step_id}
