"""Which texts may go at all, and which must wait for an earlier one to the same patient."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from core.models import (
    Alarm,
    AlarmAlert,
    Alert,
    AlertState,
    Enrolment,
    EnrolmentState,
    Message,
    MessageKind,
    MessageState,
    Patient,
)
from scheduler.outbox import PRIORITY, TIMED, is_open_red
from scheduler.planning import PAUSED_BY_RED

LAST_CHANCE = timedelta(minutes=30)
"""So long before its end a text waits for no other: order is not worth losing it."""
WAITS_FOR_NONE = PRIORITY[MessageKind.CONTACT_CHECK]
"""What is as urgent as this overtakes everything: advice, alarms, and whether a doctor was reached."""

Texts = type[Message] | AliasedClass[Message]


def may_go(texts: Any = Message) -> tuple[ColumnElement[bool], ...]:
    """The truth is asked again at the claim, whatever a row's state says: a timed text goes only in a running course,
    exercise, reassurance and reminders not beside an open red alert, and an opted-out patient gets only advice already
    owed and the answer to the opting out itself.

    Of the outer-joined Patient; the texts' course is looked up. Alarms, which go to no patient, have is_wanted.
    """
    runs = select(Enrolment.id).where(Enrolment.id == texts.enrolment_id, Enrolment.state == EnrolmentState.ACTIVE)
    red = select(Alert.id).where(is_open_red(texts.patient_id))
    return (
        or_(
            Patient.opted_out_at.is_(None),
            texts.created_at == Patient.opted_out_at,
            texts.kind == MessageKind.ADVICE,
        ),
        or_(texts.kind.not_in(TIMED), _is_any(runs)),
        or_(texts.purpose.not_in((*PAUSED_BY_RED, MessageKind.REMINDER)), ~_is_any(red)),
    )


def _is_any(rows: Select[int]) -> ColumnElement[bool]:
    """Asked of one text at a time: an EXISTS is turned by PostgreSQL into a table of all courses, or all alerts, when
    it expects to ask often. Of the COALESCE it expects that every second text passes, so that it goes by an index's
    order to the first few.
    """
    return func.coalesce(rows.with_only_columns(true()).limit(1).scalar_subquery(), false())


def is_wanted(this_alarm: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an alarm is about something that nobody has taken yet, or about nothing: a try."""
    about = select(Alarm.id).join(AlarmAlert, AlarmAlert.alarm_id == Alarm.id).where(this_alarm)
    untaken = about.join(Alert, Alert.id == AlarmAlert.alert_id).where(Alert.state == AlertState.OPEN)
    return or_(_is_any(untaken), ~_is_any(about))


def is_behind(
    now: ColumnElement[Any], soon: ColumnElement[Any], last_chance: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether an earlier text to the same patient is under way, of unknown fate until staff are told, waits for its
    next try, or could go now just as well. Order is that of the due times, then of the making.

    `soon`: when a try that is put off comes at the latest; what is put off for longer, to the morning say, is not
    waited for. `last_chance`: what ends before it waits no more.
    """
    ahead = aliased(Message)
    in_line = and_(
        ahead.state == MessageState.PLANNED,
        ahead.expires_at > now,
        or_(ahead.next_attempt_at <= now, and_(ahead.attempts > 0, ahead.next_attempt_at <= soon)),
        *may_go(ahead),
    )
    waited_for = or_(
        ahead.state == MessageState.SENDING,
        and_(ahead.state == MessageState.UNKNOWN, ahead.lease_until > now),
        in_line,
    )
    earlier = select(ahead.id).where(
        ahead.patient_id == Message.patient_id,
        ahead.state.in_((MessageState.PLANNED, MessageState.SENDING, MessageState.UNKNOWN)),
        tuple_(ahead.due_at, ahead.id) < tuple_(Message.due_at, Message.id),
        waited_for,
    )
    return and_(
        Message.priority > WAITS_FOR_NONE,
        Message.expires_at > last_chance,
        earlier.correlate(Message, Patient).exists(),
    )
