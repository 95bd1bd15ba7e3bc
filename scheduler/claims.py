"""Which due rows a worker may take: each goes to one worker, the most urgent first."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from core.deadline import Deadline
from core.gateway import Outbound
from core.models import (
    Alarm,
    AlarmAlert,
    Alert,
    AlertState,
    Clinic,
    Enrolment,
    EnrolmentState,
    Message,
    MessageKind,
    MessageState,
    Patient,
)
from scheduler.outbox import LEASE, PRIORITY, TIMED, open_red
from scheduler.planning import PAUSED_BY_RED
from scheduler.states import Cause
from scheduler.transitions import Chosen, Move

LAST = max(PRIORITY.values())
"""The priority of what is least urgent: timed texts."""


def claim(
    session: Session, worker: str, limit: int, now: datetime, deadline: Deadline | None = None, *, up_to: int = LAST
) -> list[Outbound]:
    """Mark up to `limit` due rows as `sending` for this worker, most urgent first.

    `deadline`: until when the sending of these may begin. `up_to`: the last priority that is taken.
    """
    if not session.scalar(_is_any_due(), {"now": now}):
        return []
    given = {"claim_at": now, "worker": worker, "lease": now + LEASE, "most": limit, "up_to": up_to}
    claimed = _claim().make(session, now=now, detail=worker, **given)
    if not claimed:
        return []
    senders = {row.id: row.sender for row in session.execute(_SENDERS)}
    return [
        Outbound(row.id, row.to_phone, row.body, senders[row.clinic_id], row.attempts, deadline)
        for row in sorted(claimed, key=lambda row: (row.priority, row.id))
    ]


_SENDERS = select(Clinic.id, Clinic.sender)


@cache
def _is_any_due() -> Select[bool]:
    """Built once, as the rest: a worker asks twice a second."""
    now = bindparam("now", type_=Message.due_at.type)
    return select(exists().where(Message.state == MessageState.PLANNED, Message.next_attempt_at <= now))


@cache
def _claim() -> Move:
    """The truth is asked again here, whatever a row's state says: a timed text goes only in a running course, exercise,
    reassurance and reminders not beside an open red alert, an alarm only while somebody must still take what it is
    about, and an opted-out patient gets only advice already owed and the answer to the opting out itself.
    """
    now = bindparam("claim_at", type_=Message.due_at.type)

    def most_urgent(chosen: Chosen) -> Chosen:
        return (
            chosen.outerjoin(Patient, Message.patient_id == Patient.id)
            .outerjoin(Enrolment, Message.enrolment_id == Enrolment.id)
            .order_by(Message.priority, Message.next_attempt_at, Message.id)
            .limit(bindparam("most", type_=Integer))
            .with_for_update(skip_locked=True, of=Message)
        )

    return Move(
        Cause.CLAIM,
        MessageState.SENDING,
        Message.priority <= bindparam("up_to", type_=Integer),
        Message.due_at <= now,  # said for the index: the next attempt is never before it
        Message.next_attempt_at <= now,
        Message.expires_at > now,
        or_(
            Patient.opted_out_at.is_(None),
            Message.created_at == Patient.opted_out_at,
            Message.kind == MessageKind.ADVICE,
        ),
        or_(Message.kind.not_in(TIMED), Enrolment.state == EnrolmentState.ACTIVE),
        or_(Message.purpose.not_in((*PAUSED_BY_RED, MessageKind.REMINDER)), ~open_red(Message.patient_id)),
        or_(Message.kind != MessageKind.ALARM, is_wanted(Alarm.message_id == Message.id)),
        narrow=most_urgent,
        returning=(
            Message.priority,
            Message.id,
            Message.to_phone,
            Message.body,
            Message.clinic_id,
            Message.attempts,
        ),
        in_sight=False,
        claimed_by=bindparam("worker", type_=Message.claimed_by.type),
        claimed_at=now,
        lease_until=bindparam("lease", type_=Message.lease_until.type),
        attempts=Message.attempts + 1,
    )


def is_wanted(this_alarm: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an alarm is about something that nobody has taken yet, or about nothing: a try."""
    about = exists().where(this_alarm, AlarmAlert.alarm_id == Alarm.id)
    untaken = about.where(Alert.id == AlarmAlert.alert_id, Alert.state == AlertState.OPEN)
    return or_(untaken, ~about)
