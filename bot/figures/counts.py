"""What a clinic's courses, texts, replies and alerts come to in a period: a fixed number of queries, all grouped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.course import RUNNING
from bot.figures.period import Period
from bot.figures.sql import WEEK, week_of, within
from core.models import (
    Alert,
    AlertKind,
    AlertState,
    Enrolment,
    Message,
    MessageKind,
    MessageState,
    Reply,
)

LEFT = (MessageState.SENT, MessageState.DELIVERED, MessageState.UNDELIVERED, MessageState.UNKNOWN)
"""What the provider took, or may have taken: it is paid for, whether it arrived or not."""
FAILED = (MessageState.UNDELIVERED, MessageState.FAILED, MessageState.UNKNOWN, MessageState.EXPIRED)
"""What did not arrive, as far as anybody knows."""
ANSWERABLE = (MessageState.SENT, MessageState.DELIVERED, MessageState.UNKNOWN)


@dataclass(frozen=True)
class Scope:
    """Whose figures, of which days. `programme_id` None: all, with what belongs to no course."""

    clinic_id: str
    period: Period
    programme_id: str | None = None


@dataclass
class Courses:
    """`now`: running courses by programme and state. By week: begun, ended, and running when the week is over."""

    now: Counter[tuple[str, str]]
    begun: list[int]
    ended: list[int]
    running: list[int]


@dataclass
class Talk:
    """By week: timed questions that were sent, how many of them are answered, and all texts from patients."""

    asked: list[int]
    answered: list[int]
    replies: list[int]


@dataclass
class Alerts:
    """`by_week`: how many of each colour were opened. `waiting`: by colour, those nobody has taken or closed yet."""

    by_week: list[Counter[str]]
    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)
    silent: list[int] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)


@dataclass
class Texts:
    """Texts that were due. By week: sent, segments paid for, and those that failed, by state.

    `failures`: by state and the provider's error code. `kinds`: texts and segments by kind.
    """

    sent: list[int]
    segments: list[int]
    failed: list[Counter[str]]
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: dict[str, tuple[int, int]] = field(default_factory=dict)


def courses(session: Session, scope: Scope) -> Courses:
    """A course that was taken up again counts as if it had never ended."""
    mine = _mine(scope)
    now = session.execute(
        select(Enrolment.programme_id, Enrolment.state, func.count())
        .where(*mine, Enrolment.state.in_(RUNNING))
        .group_by(Enrolment.programme_id, Enrolment.state)
    )
    start = scope.period.begins
    before = session.scalar(
        select(func.count()).where(
            *mine, Enrolment.created_at < start, or_(Enrolment.ended_at.is_(None), Enrolment.ended_at >= start)
        )
    )
    begun = _weekly(session, scope, Enrolment.created_at, mine)
    ended = _weekly(session, scope, Enrolment.ended_at, mine)
    running, count = [], before or 0
    for more, fewer in zip(begun, ended, strict=True):
        count += more - fewer
        running.append(count)
    counted = Counter({(programme, state): number for programme, state, number in now})
    return Courses(counted, begun, ended, running)


def talk(session: Session, scope: Scope) -> Talk:
    """A question's week is the one it was due in, whenever the answer came."""
    answered = exists().where(Reply.answers_id == Message.id)
    rows = session.execute(
        select(week_of(Message.due_at, scope.period), func.count(), func.sum(case((answered, 1), else_=0)))
        .where(
            Message.clinic_id == scope.clinic_id,
            Message.kind == MessageKind.STEP,
            Message.question.is_not(None),
            Message.state.in_(ANSWERABLE),
            *within(Message.due_at, scope.period),
            *of_course(Message.enrolment_id, scope),
        )
        .group_by(WEEK)
    ).all()
    mine = (Reply.clinic_id == scope.clinic_id, Reply.patient_id.is_not(None), *of_course(Reply.enrolment_id, scope))
    return Talk(
        asked=_spread(scope, [(week, asked) for week, asked, _ in rows]),
        answered=_spread(scope, [(week, answers) for week, _, answers in rows]),
        replies=_weekly(session, scope, Reply.received_at, mine),
    )


def alerts(session: Session, scope: Scope) -> Alerts:
    is_waiting = case((Alert.state == AlertState.OPEN, 1), else_=0)
    rows = session.execute(
        select(week_of(Alert.opened_at, scope.period), Alert.kind, Alert.colour, func.count(), func.sum(is_waiting))
        .where(
            Alert.clinic_id == scope.clinic_id,
            *within(Alert.opened_at, scope.period),
            *of_course(Alert.enrolment_id, scope),
        )
        .group_by(WEEK, Alert.kind, Alert.colour)
    )
    weeks = len(scope.period.weeks)
    found = Alerts([Counter() for _ in range(weeks)], silent=[0] * weeks)
    for week, kind, colour, number, waiting in rows:
        found.by_week[week][colour] += number
        found.by_kind[kind, colour] += number
        found.waiting[colour] += waiting
        if kind == AlertKind.SILENT:
            found.silent[week] += number
    return found


def texts(session: Session, scope: Scope) -> Texts:
    code = func.coalesce(Message.error_code, "").label("code")
    columns = (Message.kind, Message.state, code, func.count(), func.sum(Message.segments))
    rows = session.execute(
        select(week_of(Message.due_at, scope.period), *columns)
        .where(
            Message.clinic_id == scope.clinic_id,
            Message.state.in_({*LEFT, *FAILED}),
            *within(Message.due_at, scope.period),
            *of_course(Message.enrolment_id, scope),
        )
        .group_by(WEEK, Message.kind, Message.state, "code")
    )
    weeks = len(scope.period.weeks)
    found = Texts([0] * weeks, [0] * weeks, [Counter() for _ in range(weeks)])
    for week, kind, state, error, number, segments in rows:
        if state in LEFT:
            found.sent[week] += number
            found.segments[week] += segments
            texts_before, segments_before = found.kinds.get(kind, (0, 0))
            found.kinds[kind] = (texts_before + number, segments_before + segments)
        if state in FAILED:
            found.failed[week][state] += number
            found.failures[state, error] += number
    return found


def of_course(enrolment_id: InstrumentedAttribute[int | None], scope: Scope) -> list[ColumnElement[bool]]:
    """The condition that something belongs to a course of the wanted programme; none when all are wanted."""
    if scope.programme_id is None:
        return []
    return [enrolment_id.in_(select(Enrolment.id).where(*_mine(scope)))]


def _mine(scope: Scope) -> list[ColumnElement[bool]]:
    mine = [Enrolment.clinic_id == scope.clinic_id]
    return mine if scope.programme_id is None else [*mine, Enrolment.programme_id == scope.programme_id]


def _weekly(
    session: Session, scope: Scope, instant: InstrumentedAttribute[Any], mine: Iterable[ColumnElement[bool]]
) -> list[int]:
    """How many rows there are for each week that `instant` falls in."""
    query = select(week_of(instant, scope.period), func.count()).where(*mine, *within(instant, scope.period))
    return _spread(scope, [(week, number) for week, number in session.execute(query.group_by(WEEK))])


def _spread(scope: Scope, rows: Sequence[tuple[int, int]]) -> list[int]:
    found = dict(rows)
    return [int(found.get(week, 0)) for week in range(len(scope.period.weeks))]
