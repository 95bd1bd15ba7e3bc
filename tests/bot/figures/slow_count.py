"""The figures again, counted without a database, one row after another."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from math import ceil

from bot.figures.counts import ANSWERABLE, FAILED, LEFT, Scope
from bot.figures.read import Figures
from core.models import (
    Alert,
    AlertState,
    Colour,
    Enrolment,
    EnrolmentState,
    Message,
    MessageKind,
    Reply,
)
from scheduler.calendar import local
from tests.bot.figures.rows import Rows


def compare(found: Figures, rows: Rows, scope: Scope) -> None:
    """Every figure again, without a database: each row is looked at in turn."""
    first, last = scope.period.begins, scope.period.ends
    numbers = {_monday(week.begins): place for place, week in enumerate(scope.period.weeks)}

    def week(instant: datetime) -> int:
        return numbers[_monday(instant)]

    def inside(instant: datetime | None) -> bool:
        return instant is not None and first <= instant < last

    wanted = {
        row.id: row
        for row in rows.enrolments
        if row.clinic_id == scope.clinic_id and scope.programme_id in {None, row.programme_id}
    }

    def mine(row: Message | Reply | Alert) -> bool:
        return row.clinic_id == scope.clinic_id and (scope.programme_id is None or row.enrolment_id in wanted)

    messages = [row for row in rows.messages if mine(row) and inside(row.due_at)]
    replies = [row for row in rows.replies if mine(row) and inside(row.received_at)]
    alerts = [row for row in rows.alerts if mine(row) and inside(row.opened_at)]
    _compare_courses(found, list(wanted.values()), scope)
    answered = {row.answers_id for row in rows.replies}
    asked = [m for m in messages if m.kind == MessageKind.STEP and m.question and m.state in ANSWERABLE]
    assert found.talk.asked == _by_week(asked, numbers, lambda m: week(m.due_at))
    assert found.talk.answered == _by_week([m for m in asked if m.id in answered], numbers, lambda m: week(m.due_at))
    assert found.talk.replies == _by_week([r for r in replies if r.patient_id], numbers, lambda r: week(r.received_at))
    assert found.alerts.by_kind == Counter((a.kind, a.colour) for a in alerts)
    assert [dict(+each) for each in found.alerts.by_week] == [
        dict(Counter(a.colour for a in alerts if week(a.opened_at) == place)) for place in range(len(numbers))
    ]
    assert +found.alerts.waiting == Counter(a.colour for a in alerts if a.state == AlertState.OPEN)
    _compare_waits(found, alerts)
    _compare_texts(found, messages)
    _compare_pain(found, replies, {row.id: row for row in rows.enrolments})


def _monday(instant: datetime) -> tuple[int, int]:
    return local(instant).isocalendar()[:2]


def _by_week(rows: list, numbers: dict, week: object) -> list[int]:  # type: ignore[type-arg]
    counted = Counter(week(row) for row in rows)  # type: ignore[operator]
    return [counted[place] for place in range(len(numbers))]


def _compare_courses(found: Figures, enrolments: list[Enrolment], scope: Scope) -> None:
    running = Counter(
        (e.programme_id, e.state) for e in enrolments if e.state in {EnrolmentState.ACTIVE, EnrolmentState.PAUSED}
    )
    assert found.courses.now == running
    for place, week in enumerate(scope.period.weeks):
        assert found.courses.begun[place] == sum(week.begins <= e.created_at < week.ends for e in enrolments)
        assert found.courses.running[place] == sum(
            e.created_at < week.ends and (e.ended_at is None or e.ended_at >= week.ends) for e in enrolments
        )


def _compare_waits(found: Figures, alerts: list[Alert]) -> None:
    for colour in Colour:
        seconds = sorted(
            int(taken.timestamp()) - int(a.opened_at.timestamp())
            for a in alerts
            if a.colour == colour and (taken := a.acknowledged_at or a.resolved_at)
        )
        if not seconds:
            assert colour not in found.waits
            continue
        wait = found.waits[colour]
        assert wait.taken == len(seconds)
        assert wait.median.total_seconds() == seconds[ceil(len(seconds) * 0.5) - 1]
        assert wait.slow.total_seconds() == seconds[ceil(len(seconds) * 9 / 10) - 1]


def _compare_texts(found: Figures, messages: list[Message]) -> None:
    left = [m for m in messages if m.state in LEFT]
    assert sum(found.texts.sent) == len(left)
    assert sum(found.texts.segments) == sum(m.segments for m in left)
    assert {kind: texts for kind, (texts, _) in found.texts.kinds.items()} == Counter(m.kind for m in left)
    lost = [m for m in messages if m.state in FAILED]
    assert found.texts.failures == Counter((m.state, m.error_code or "") for m in lost)
    assert sum(each.total() for each in found.texts.failed) == len(lost)


def _compare_pain(found: Figures, replies: list[Reply], enrolments: dict[int, Enrolment]) -> None:
    told: dict[tuple[str, int], list[int]] = {}
    for reply in replies:
        enrolment = enrolments.get(reply.enrolment_id or 0)
        if reply.question == "pain" and enrolment and (reply.answer_value or "").isdecimal():
            days = (local(reply.received_at).date() - enrolment.start_date).days
            told.setdefault((enrolment.programme_id, max(days // 7 + 1, 1)), []).append(int(reply.answer_value or ""))
    points = {(programme, week): p for programme, weeks in found.pain.points.items() for week, p in weeks.items()}
    assert set(points) == set(told)
    for key, values in told.items():
        assert points[key].answers == len(values)
        assert abs(points[key].mean - sum(values) / len(values)) < 1e-9
