"""What came of a run, counted: made from the rows of one database, added up over all."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import Alert, AlertState, Enrolment, Message, MessageKind, Reply, Triage
from scheduler.outbox import MAYBE_ARRIVED

ANSWERED_WITHIN = timedelta(hours=72)
"""As long as the product reads a reply as the answer to a question."""
QUIET_SINCE = timedelta(weeks=3)
WEEK = timedelta(days=7)
_TEXT = (
    Message.kind, Message.segments, Message.body, Message.patient_id, Message.step_id, Message.question, Message.state,
    Message.sent_at,
)  # fmt: skip


@dataclass
class Result:
    """Counts alone, so that the results of several databases add up to the result of all.

    `texts`, `segments`: sent, by kind. `texts_each`, `segments_each`: how many patients got so many. `replies`: by
    level. `asked`, `answered`: the timed questions by week of the course, from 0. `alerts`: by week of the run from 0,
    colour and kind. `taken`: by colour and minutes from opening to taking. `open_alerts`: by colour, at the end.
    `courses`: by state at the end. `silent`: never wrote, or nothing in the course's last three weeks. `bodies`: how
    often each finished text was sent. `steps`: by programme and step. `flags`: of the replies, as they were read.
    """

    patients: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    texts_each: Counter[int] = field(default_factory=Counter)
    segments_each: Counter[int] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    asked: Counter[int] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    alerts: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    taken: Counter[tuple[str, int]] = field(default_factory=Counter)
    open_alerts: Counter[str] = field(default_factory=Counter)
    courses: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    bodies: Counter[str] = field(default_factory=Counter)
    steps: Counter[tuple[str, str]] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)


def add_up(results: Iterable[Result]) -> Result:
    """One result of all; the order does not matter."""
    total = Result()
    for result in results:
        total.patients += result.patients
        for part in fields(Result)[1:]:
            getattr(total, part.name).update(getattr(result, part.name))
    return total


def count(session: Session, start: datetime) -> Result:
    """Everything that happened in one database since `start` (UTC)."""
    result = Result()
    written = _count_replies(session, result)
    _count_texts(session, result, written)
    _count_alerts(session, result, start)
    _count_courses(session, result, written)
    return result


def _count_replies(session: Session, result: Result) -> dict[int, list[datetime]]:
    """Returns when each patient wrote, in order."""
    written: dict[int, list[datetime]] = defaultdict(list)
    rows = session.execute(
        select(Reply.patient_id, Reply.received_at, Triage.level, Triage.flags)
        .outerjoin(Triage, Triage.reply_id == Reply.id)
        .order_by(Reply.received_at)
    )
    for patient_id, received_at, level, flags in rows:
        result.replies[level or "not read"] += 1
        result.flags.update(flags or ())
        if patient_id is not None:
            written[patient_id].append(received_at)
    return written


def _count_texts(session: Session, result: Result, written: dict[int, list[datetime]]) -> None:
    """What was handed to the network, the few texts included of which nobody knows whether they arrived."""
    texts: Counter[int | None] = Counter()
    segments: Counter[int | None] = Counter()
    rows = session.execute(
        select(*_TEXT, Enrolment.programme_id, Enrolment.created_at.label("began"))
        .outerjoin(Enrolment, Message.enrolment_id == Enrolment.id)
        .where(Message.sent_at.is_not(None))
    )
    for text in rows:
        result.texts[text.kind] += 1
        result.segments[text.kind] += text.segments
        result.bodies[text.body] += 1
        texts[text.patient_id] += 1
        segments[text.patient_id] += text.segments
        if text.kind == MessageKind.STEP:
            result.steps[text.programme_id, text.step_id or ""] += 1
            if text.question is not None and text.state in MAYBE_ARRIVED:
                _count_question(result, text.sent_at, text.began, written.get(text.patient_id or 0, []))
    result.texts_each.update(number for patient, number in texts.items() if patient is not None)
    result.segments_each.update(number for patient, number in segments.items() if patient is not None)


def _count_question(result: Result, asked_at: datetime, began: datetime, written: list[datetime]) -> None:
    week = max((asked_at - began) // WEEK, 0)
    result.asked[week] += 1
    following = bisect_right(written, asked_at)
    if following < len(written) and written[following] <= asked_at + ANSWERED_WITHIN:
        result.answered[week] += 1


def _count_alerts(session: Session, result: Result, start: datetime) -> None:
    rows = session.execute(select(Alert.kind, Alert.colour, Alert.state, Alert.opened_at, Alert.acknowledged_at))
    for kind, colour, state, opened_at, taken_at in rows:
        result.alerts[(opened_at - start) // WEEK, colour, kind] += 1
        if taken_at is not None:
            result.taken[colour, round((taken_at - opened_at) / timedelta(minutes=1))] += 1
        if state != AlertState.RESOLVED:
            result.open_alerts[colour] += 1


def _count_courses(session: Session, result: Result, written: dict[int, list[datetime]]) -> None:
    texts = session.execute(
        select(Message.patient_id, Message.sent_at)
        .where(Message.sent_at.is_not(None), Message.kind == MessageKind.STEP)
        .order_by(Message.sent_at)
    )
    last_text = {patient_id: sent_at for patient_id, sent_at in texts}  # noqa: C416 - rows are no pairs to a type checker
    for patient_id, state in session.execute(select(Enrolment.patient_id, Enrolment.state)):
        result.patients += 1
        result.courses[state] += 1
        own, last = written.get(patient_id), last_text.get(patient_id)
        if not own:
            result.silent["never wrote"] += 1
        elif last is not None and own[-1] < last - QUIET_SINCE:
            result.silent["silent at the end"] += 1
