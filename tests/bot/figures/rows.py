"""Random rows of a clinic's work, put straight into the tables; and their slow count, one row after another."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

from bot.figures.counts import ANSWERABLE, FAILED, LEFT, Scope
from bot.figures.read import Figures
from core.models import (
    Alert,
    AlertKind,
    AlertState,
    Colour,
    Enrolment,
    EnrolmentState,
    Message,
    MessageKind,
    MessageState,
    Patient,
    Reply,
)
from core.phone import parse
from scheduler.calendar import local

PROGRAMMES = ("akut-laend", "hekseskud", "nerverod-laend", "nerverod-nakke", "langvarig")
STATES = tuple(EnrolmentState)
CODES = (None, None, "30003", "30005")


@dataclass
class Rows:
    enrolments: list[Enrolment]
    messages: list[Message]
    replies: list[Reply]
    alerts: list[Alert]


def fill(session: Session, rng: random.Random, clinic_id: str, last: datetime, *, patients: int, days: int) -> Rows:
    """Patients with a course, texts, replies and alerts, spread over the days before `last`; the caller commits."""
    rows = Rows([], [], [], [])
    for number in range(patients):
        phone = parse(f"2{rng.randrange(10**7):07d}") or f"+452{number:07d}"
        patient = Patient(
            clinic_id=clinic_id,
            name=f"Patient {number}",
            phone=phone,
            phone_hash=f"{clinic_id}-{number}",
            region="midtjylland",
            doctor_phone="+4586123456",
            created_at=last,
        )
        session.add(patient)
        session.flush()
        rows.enrolments.append(_enrolment(session, rng, patient, last, days))
        _talk(session, rng, rows, patient, last, days)
    session.flush()
    return rows


def _moment(rng: random.Random, last: datetime, days: int) -> datetime:
    return last - timedelta(seconds=rng.randrange(days * 86400), microseconds=rng.randrange(10**6))


def _enrolment(session: Session, rng: random.Random, patient: Patient, last: datetime, days: int) -> Enrolment:
    begun = _moment(rng, last, days)
    state = rng.choice(STATES)
    is_over = state in {EnrolmentState.STOPPED, EnrolmentState.COMPLETED}
    enrolment = Enrolment(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        programme_id=rng.choice(PROGRAMMES),
        programme_version=1,
        start_date=local(begun).date(),
        time_of_day="formiddag",
        instructed=False,
        state=state,
        consent_version="1",
        consent_at=begun,
        created_at=begun,
        ended_at=begun + (last - begun) * rng.random() if is_over else None,
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def _talk(session: Session, rng: random.Random, rows: Rows, patient: Patient, last: datetime, days: int) -> None:
    enrolment = rows.enrolments[-1]
    for _ in range(rng.randrange(6)):
        message = _message(rng, patient, rng.choice([enrolment, enrolment, None]), _moment(rng, last, days))
        session.add(message)
        session.flush()
        rows.messages.append(message)
    for _ in range(rng.randrange(5)):
        rows.replies.append(_reply(rng, rows, patient, rng.choice([enrolment, enrolment, None]), last, days))
    for _ in range(rng.randrange(4)):
        rows.alerts.append(_alert(rng, patient, rng.choice([enrolment, enrolment, None]), _moment(rng, last, days)))
    session.add_all([*rows.replies, *rows.alerts])


def _message(rng: random.Random, patient: Patient, enrolment: Enrolment | None, due_at: datetime) -> Message:
    return Message(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        enrolment_id=enrolment.id if enrolment else None,
        kind=rng.choice(list(MessageKind)),
        purpose="screening",
        question=rng.choice([None, "screening", "pain"]),
        to_phone=patient.phone,
        body="x",
        segments=rng.choice([1, 2]),
        priority=9,
        state=rng.choice(list(MessageState)),
        due_at=due_at,
        expires_at=due_at,
        next_attempt_at=due_at,
        error_code=rng.choice(CODES),
        created_at=due_at,
    )


def _reply(
    rng: random.Random, rows: Rows, patient: Patient, enrolment: Enrolment | None, last: datetime, days: int
) -> Reply:
    return Reply(
        provider_id=f"SM{rng.getrandbits(120):030x}",
        clinic_id=patient.clinic_id,
        patient_id=rng.choice([patient.id, patient.id, None]),
        enrolment_id=enrolment.id if enrolment else None,
        sender=patient.phone,
        recipient="+45",
        body="x",
        question=rng.choice(["pain", "pain", "screening", None]),
        answers_id=rng.choice(rows.messages).id if rows.messages and rng.random() < 0.5 else None,
        answer_value=rng.choice([*map(str, range(11)), "no", None]),
        received_at=_moment(rng, last, days),
    )


def _alert(rng: random.Random, patient: Patient, enrolment: Enrolment | None, opened_at: datetime) -> Alert:
    state = rng.choice(list(AlertState))
    taken = opened_at + timedelta(seconds=rng.randrange(100_000), microseconds=rng.randrange(10**6))
    is_acknowledged = state == AlertState.ACKNOWLEDGED or (state == AlertState.RESOLVED and rng.random() < 0.5)
    return Alert(
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        enrolment_id=enrolment.id if enrolment else None,
        kind=rng.choice(list(AlertKind)),
        colour=rng.choice(list(Colour)),
        state=state,
        opened_at=opened_at,
        acknowledged_at=taken if is_acknowledged else None,
        resolved_at=taken + timedelta(hours=1) if state == AlertState.RESOLVED else None,
    )


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
