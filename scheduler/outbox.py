"""The outbox: the one place where message rows are made, held, released and cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Insert, Select, Table, and_, bindparam, exists, insert, select
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
)
from messages.languages import Language
from messages.sms import measure, to_gsm7
from scheduler.planning import PlannedStep
from scheduler.states import Cause
from scheduler.transitions import Move, shift

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
RETRY_CAP = timedelta(minutes=15)
"""The longest wait before another try, but for the jitter."""
LONGEST_WAIT = RETRY_CAP * 1.2
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
    message = Message(
        clinic_id=clinic_id,
        patient_id=patient_id,
        enrolment_id=enrolment_id,
        reply_id=reply_id,
        staff_id=staff_id,
        to_phone=to_phone,
        **_row(draft, now),
    )
    session.add(message)
    session.flush()
    return message


def enqueue_answers(
    session: Session,
    drafts: Sequence[Draft],
    *,
    patient: Patient,
    enrolment_id: int | None,
    reply_id: int,
    now: datetime,
) -> None:
    """Put all that a patient's reply is answered with into the outbox, in one statement."""
    if not drafts:
        return
    same = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "enrolment_id": enrolment_id,
        "reply_id": reply_id,
        "to_phone": patient.phone,
    }
    rows = [same | _row(draft, now) for draft in drafts]
    session.execute(_answers(), rows if len(rows) > 1 else rows[0])


@cache
def _answers() -> Insert:
    return insert(cast("Table", Message.__table__)).inline()  # their ids are not asked back


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    body = to_gsm7(draft.body)
    due_at = now + draft.delay
    return {
        "reminds_id": draft.reminds_id,
        "submit_token": draft.submit_token,
        "kind": draft.kind,
        "purpose": draft.kind,
        "question": draft.question,
        "body": body,
        "language": draft.language,
        "body_in_danish": draft.body_in_danish,
        "segments": measure(body).segments,
        "priority": PRIORITY[draft.kind],
        "state": MessageState.PLANNED,
        "reason": draft.reason,
        "due_at": due_at,
        "expires_at": due_at + LIFETIME[draft.kind],
        "next_attempt_at": due_at,
        "created_at": now,
    }


def lock_patient(session: Session, patient_id: int) -> None:
    """Hold one patient for the rest of the transaction: what changes a course or answers a reply goes one by one.

    Taken before any of the patient's messages, always in this order, so that nobody waits in a circle.
    """
    session.execute(_patient(), {"patient": patient_id})


@cache
def _patient() -> Select[int]:
    return select(Patient.id).where(Patient.id == bindparam("patient")).with_for_update()


def open_red(patient_id: ColumnElement[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Whether staff still have to close a red alert about this patient."""
    return exists().where(is_open_red(patient_id))


def is_open_red(patient_id: ColumnElement[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Of an alert: whether it is red, about this patient, and not closed."""
    return and_(Alert.patient_id == patient_id, Alert.colour == Colour.RED, Alert.state != AlertState.RESOLVED)


def has_open_red(session: Session, patient_id: int) -> bool:
    """Whether staff still have to close a red alert about this patient."""
    return bool(session.scalar(_red(), {"patient": patient_id}))


@cache
def _red() -> Select[bool]:
    return select(open_red(bindparam("patient", type_=Patient.id.type)))


def cancel_waiting(session: Session, reason: str, *conditions: ColumnElement[bool], now: datetime) -> int:
    """Cancel every row that has not left yet and matches; returns how many."""
    return len(shift(session, Cause.CANCEL, MessageState.CANCELLED, *conditions, now=now, reason=reason))


def cancel_kind(session: Session, patient_id: int, kind: MessageKind, reason: str, now: datetime) -> int:
    """Cancel every text of a kind that has not left yet for one patient; returns how many."""
    return len(_cancel_kind().make(session, now=now, whose=patient_id, sort=kind, why=reason))


@cache
def _cancel_kind() -> Move:
    of_kind = (Message.patient_id == bindparam("whose"), Message.kind == bindparam("sort"))
    return Move(Cause.CANCEL, MessageState.CANCELLED, *of_kind, reason=bindparam("why", type_=Message.reason.type))


def cancel_course(session: Session, enrolment_id: int, reason: str, now: datetime) -> int:
    """Cancel what is left of a course; advice already promised to the patient still goes."""
    is_of_course = (Message.enrolment_id == enrolment_id, Message.kind.in_((*TIMED, MessageKind.CONTACT_CHECK)))
    return cancel_waiting(session, reason, *is_of_course, now=now)
