"""The outbox: the one place where message rows are made, held, released and cancelled."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.models import (
    Alert,
    AlertState,
    Colour,
    Enrolment,
    Message,
    MessageKind,
    MessageState,
    Patient,
    Reply,
)
from messages.languages import Language
from messages.schema import Purpose
from messages.sms import measure, to_gsm7
from scheduler.planning import HOLD_CODES, Facts, PlannedStep, hold_reason
from scheduler.states import WAITING, Cause
from scheduler.transitions import shift

PRIORITY = {
    MessageKind.ADVICE: 0,
    MessageKind.ALARM: 1,
    MessageKind.CONTACT_CHECK: 1,
    MessageKind.ANSWER: 5,
    MessageKind.STAFF: 5,
    MessageKind.STEP: 9,
    MessageKind.REMINDER: 9,
}
LIFETIME = {
    MessageKind.ADVICE: timedelta(hours=24),
    MessageKind.ALARM: timedelta(minutes=30),
    MessageKind.CONTACT_CHECK: timedelta(hours=6),
    MessageKind.ANSWER: timedelta(hours=6),
    MessageKind.STAFF: timedelta(hours=24),
    MessageKind.REMINDER: timedelta(hours=12),
}
LEASE = timedelta(minutes=2)
"""Longer than any send may take (see BEGIN_WITHIN in scheduler.dispatch); after it a claimed row is unknown, for its
worker is gone."""
TIMED = (MessageKind.STEP, MessageKind.REMINDER)
"""What no text of the patient's calls for: it goes in the clinic's window and in a running course alone."""
MAYBE_ARRIVED = (MessageState.SENDING, MessageState.SENT, MessageState.DELIVERED, MessageState.UNKNOWN)


@dataclass(frozen=True)
class Draft:
    """A text to be put in the outbox now, outside any programme.

    `body_in_danish`: when `language` is another. `reminds_id`: the message whose question this one asks again.
    `submit_token`: of the form it was sent with; a patient gets one text for each.
    """

    kind: MessageKind
    body: str
    question: str | None = None
    delay: timedelta = timedelta(0)
    reason: str = ""
    language: Language = Language.DANISH
    body_in_danish: str | None = None
    reminds_id: int | None = None
    submit_token: str | None = None


def enqueue_plan(
    session: Session, enrolment: Enrolment, rows: Sequence[PlannedStep], texts: Sequence[str], now: datetime
) -> None:
    """Put a whole course into the outbox, in one statement. `texts`: each row's finished text, in the same order."""
    session.flush()
    same = {
        "clinic_id": enrolment.clinic_id,
        "patient_id": enrolment.patient_id,
        "enrolment_id": enrolment.id,
        "kind": MessageKind.STEP,
        "plan_version": enrolment.plan_version,
        "to_phone": enrolment.patient.phone,
        "priority": PRIORITY[MessageKind.STEP],
        "state": MessageState.PLANNED,
        "created_at": now,
    }
    planned = []
    for row, text in zip(rows, texts, strict=True):
        body = to_gsm7(text)
        planned.append(
            same
            | {
                "purpose": row.step.purpose,
                "step_id": row.step.id,
                "question": row.step.question,
                "body": body,
                "segments": measure(body).segments,
                "on_holidays": row.step.on_holidays,
                "reason": row.reason,
                "due_at": row.due_at,
                "expires_at": row.expires_at,
                "next_attempt_at": row.due_at,
            }
        )
    if planned:  # with nulls said, all rows have the same columns, and go in one statement
        session.execute(insert(Message), planned, execution_options={"render_nulls": True})


def enqueue(
    session: Session,
    draft: Draft,
    *,
    clinic_id: str,
    to_phone: str,
    now: datetime,
    patient_id: int | None = None,
    enrolment_id: int | None = None,
    reply_id: int | None = None,
    staff_id: int | None = None,
) -> Message:
    """Put one text into the outbox: an answer to a reply leaves at any hour, as soon as a worker sees it."""
    body = to_gsm7(draft.body)
    due_at = now + draft.delay
    message = Message(
        clinic_id=clinic_id,
        patient_id=patient_id,
        enrolment_id=enrolment_id,
        reply_id=reply_id,
        reminds_id=draft.reminds_id,
        staff_id=staff_id,
        submit_token=draft.submit_token,
        kind=draft.kind,
        purpose=draft.kind,
        question=draft.question,
        to_phone=to_phone,
        body=body,
        language=draft.language,
        body_in_danish=draft.body_in_danish,
        segments=measure(body).segments,
        priority=PRIORITY[draft.kind],
        state=MessageState.PLANNED,
        reason=draft.reason,
        due_at=due_at,
        expires_at=due_at + LIFETIME[draft.kind],
        next_attempt_at=due_at,
        created_at=now,
    )
    session.add(message)
    session.flush()
    return message


def lock_patient(session: Session, patient_id: int) -> None:
    """Hold one patient for the rest of the transaction: what changes a course or answers a reply goes one by one.

    Taken before any of the patient's messages, always in this order, so that nobody waits in a circle.
    """
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())


def open_red(patient_id: int | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Whether staff still have to close a red alert about this patient."""
    return exists().where(
        Alert.patient_id == patient_id, Alert.colour == Colour.RED, Alert.state != AlertState.RESOLVED
    )


def apply_holds(session: Session, enrolment_id: int, facts: Facts, now: datetime) -> None:
    """Hold or release every waiting step of an enrolment after the facts changed.

    Only rows that still wait are taken and locked: what a worker has claimed meanwhile is no longer ours to change.
    """
    steps = (Message.enrolment_id == enrolment_id, Message.kind == MessageKind.STEP)
    screenings = session.scalars(
        select(Message.due_at)
        .where(*steps, Message.purpose == Purpose.SCREENING, Message.state != MessageState.CANCELLED)
        .order_by(Message.due_at)
    ).all()
    waiting = session.execute(
        select(Message.id, Message.purpose, Message.due_at, Message.state, Message.reason)
        .where(*steps, Message.state.in_(WAITING))
        .order_by(Message.id)
        .with_for_update()
    ).all()
    changed: dict[tuple[MessageState, str], list[int]] = {}
    for row in waiting:
        asked_before = bisect_left(screenings, row.due_at)
        reason = hold_reason(Purpose(row.purpose), screenings[asked_before - 1] if asked_before else None, facts)
        if reason is not None and (row.state, row.reason) != (MessageState.HELD, reason):
            changed.setdefault((MessageState.HELD, reason), []).append(row.id)
        elif reason is None and row.state == MessageState.HELD:
            changed.setdefault((MessageState.PLANNED, "frigivet"), []).append(row.id)
    for (state, reason), ids in changed.items():
        cause = Cause.HOLD if state is MessageState.HELD else Cause.RELEASE
        detail = HOLD_CODES.get(reason)
        shift(session, cause, state, Message.id.in_(ids), now=now, detail=detail, reason=reason)


def cancel_waiting(session: Session, reason: str, *conditions: ColumnElement[bool], now: datetime) -> int:
    """Cancel every row that has not left yet and matches; returns how many."""
    return len(shift(session, Cause.CANCEL, MessageState.CANCELLED, *conditions, now=now, reason=reason))


def cancel_course(session: Session, enrolment_id: int, reason: str, now: datetime) -> int:
    """Cancel what is left of a course; advice already promised to the patient still goes."""
    is_of_course = (Message.enrolment_id == enrolment_id, Message.kind.in_((*TIMED, MessageKind.CONTACT_CHECK)))
    return cancel_waiting(session, reason, *is_of_course, now=now)


class Question(NamedTuple):
    """A question that a patient was asked, at `asked_at` (UTC), as far as reading the answer needs it."""

    id: int
    question: str | None
    kind: str
    step_id: str | None
    reply_id: int | None
    reminds_id: int | None
    asked_at: datetime


def open_questions(session: Session, patient_id: int, at: datetime, within: timedelta) -> list[Question]:
    """The questions the patient had been asked at `at`, newest first, at most `within` old, without an answer yet.

    A question counts from its claim: an answer may come in before the worker has written down that it was sent. What
    answers a question answers the reminder of it too.
    """
    rows = session.execute(_open_questions(), {"patient": patient_id, "at": at, "oldest": at - within})
    return [Question._make(row) for row in rows]


@cache
def _open_questions() -> Select[int, str | None, str, str | None, int | None, int | None, datetime]:
    """Built once: every reply asks it."""
    asked_at = func.coalesce(Message.sent_at, Message.claimed_at)
    answered = exists().where(Reply.answers_id == func.coalesce(Message.reminds_id, Message.id))
    return (
        select(
            Message.id,
            Message.question,
            Message.kind,
            Message.step_id,
            Message.reply_id,
            Message.reminds_id,
            asked_at,
        )
        .where(
            Message.patient_id == bindparam("patient"),
            Message.question.is_not(None),
            Message.state.in_(MAYBE_ARRIVED),
            asked_at <= bindparam("at", type_=asked_at.type),
            asked_at > bindparam("oldest", type_=asked_at.type),
            ~answered,
        )
        .order_by(asked_at.desc(), Message.id.desc())
    )
