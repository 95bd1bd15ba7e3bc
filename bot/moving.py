"""A course goes on in a newer version of its programme: what would change for its patient, and the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from bot.course import RUNNING, audit_change, course_in, enqueue_course, lock, texts_of
from bot.programmes import programme_of
from core.models import Enrolment
from messages.loader import Content
from messages.programme_schema import Programme
from messages.schema import Purpose
from messages.sms import to_gsm7
from scheduler.planning import PlannedStep
from scheduler.replanning import replace_waiting, waiting_steps, went
from scheduler.single import left_of


@dataclass(frozen=True)
class Text:
    """A text that is to come: when (UTC), and its finished words."""

    due_at: datetime
    body: str


@dataclass(frozen=True)
class Change:
    """What one step of a course is before and after; `before` None: new, `after` None: not sent any more."""

    step_id: str
    before: Text | None
    after: Text | None

    @property
    def is_moved(self) -> bool:
        return self.before is not None and self.after is not None and self.before.due_at != self.after.due_at

    @property
    def is_rewritten(self) -> bool:
        return self.before is not None and self.after is not None and self.before.body != self.after.body

    @property
    def due_at(self) -> datetime:
        """Where the change stands in the course: the new time, else the old one."""
        text = self.after or self.before
        if text is None:
            raise ValueError("a change without a text")
        return text.due_at


@dataclass(frozen=True)
class Outlook:
    """What moving would mean for one patient from now on. `same`: texts that stay as they are."""

    changes: tuple[Change, ...]
    same: int


class Outcome(Enum):
    """MOVED; OTHER: the course or the programme has another version than the one who asked had seen; OVER: it has
    ended, or its last text has gone.
    """

    MOVED = auto()
    OTHER = auto()
    OVER = auto()


def newer(content: Content, enrolment: Enrolment) -> Programme | None:
    """The version a running course may be moved to: the present one of its programme; None when it is on that."""
    current = content.programmes.get(enrolment.programme_id)
    if current is None or enrolment.state not in RUNNING or current.version == enrolment.programme_version:
        return None
    return current


def is_gone(content: Content, enrolment: Enrolment) -> bool:
    """Whether the version a course runs in is not at hand: what stands in the outbox is still sent."""
    return programme_of(content, enrolment) is None


def outlook(session: Session, content: Content, enrolment: Enrolment, programme: Programme, now: datetime) -> Outlook:
    """What would be sent otherwise from `now` on (UTC) if the course went on in `programme`. Changes nothing."""
    before = {
        message.step_id or "": Text(message.due_at, message.body)
        for message in waiting_steps(session, enrolment.id, now)
    }
    rows = _rows(session, enrolment, programme, now)
    bodies = texts_of(session, content, enrolment, [row.step for row in rows])
    after = {row.step.id: Text(row.due_at, to_gsm7(body)) for row, body in zip(rows, bodies, strict=True)}
    every = [Change(step_id, before.get(step_id), after.get(step_id)) for step_id in {**before, **after}]
    changes = [change for change in every if change.before != change.after]
    return Outlook(tuple(sorted(changes, key=lambda change: change.due_at)), len(every) - len(changes))


def move(
    session: Session, content: Content, enrolment: Enrolment, *, seen: tuple[int, int], now: datetime, staff_id: int
) -> Outcome:
    """Let a course go on in the present version: what has not left is planned anew, what has left stays.

    `seen`: the versions, from and to, that the one who decides has been shown.
    """
    lock(session, enrolment)
    if enrolment.state not in RUNNING or _is_closing(session, enrolment, now):
        return Outcome.OVER
    programme = newer(content, enrolment)
    if programme is None or (enrolment.programme_version, programme.version) != seen:
        return Outcome.OTHER
    replace_waiting(session, enrolment.id, now)
    rows = _rows(session, enrolment, programme, now)
    enrolment.programme_version = programme.version
    enrolment.plan_version += 1
    enqueue_course(session, content, enrolment, rows, now)
    audit_change(session, enrolment, staff_id, "enrolment.move_version", now)
    return Outcome.MOVED


def _rows(session: Session, enrolment: Enrolment, programme: Programme, now: datetime) -> list[PlannedStep]:
    return left_of(session, enrolment.id, course_in(session, enrolment, programme), now)


def _is_closing(session: Session, enrolment: Enrolment, now: datetime) -> bool:
    return any(text.purpose == Purpose.CLOSING for text in went(session, enrolment.id, now))


@dataclass(frozen=True)
class Behind:
    """Running courses of one programme that are on one older version."""

    programme_id: str
    version: int
    count: int


def behind(session: Session, content: Content, clinic_id: str | None = None) -> list[Behind]:
    """How many running courses are on which other version than the present; of one clinic, or of all."""
    query = (
        select(Enrolment.programme_id, Enrolment.programme_version, func.count())
        .where(Enrolment.state.in_(RUNNING))
        .group_by(Enrolment.programme_id, Enrolment.programme_version)
        .order_by(Enrolment.programme_id, Enrolment.programme_version)
    )
    if clinic_id is not None:
        query = query.where(Enrolment.clinic_id == clinic_id)
    versions = {programme.id: programme.version for programme in content.programmes.values()}
    groups = [Behind(programme_id, version, size) for programme_id, version, size in session.execute(query)]
    return [group for group in groups if versions.get(group.programme_id) != group.version]


def courses_behind(session: Session, clinic_id: str, programme_id: str, version: int, limit: int) -> list[Enrolment]:
    """The first running courses of a clinic that are on this version, in the order of enrolment."""
    return list(
        session.scalars(
            select(Enrolment)
            .where(
                Enrolment.clinic_id == clinic_id,
                Enrolment.programme_id == programme_id,
                Enrolment.programme_version == version,
                Enrolment.state.in_(RUNNING),
            )
            .options(joinedload(Enrolment.patient))
            .order_by(Enrolment.id)
            .limit(limit)
        )
    )
