"""The filters of the patients list as conditions in the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from bot.course import RUNNING
from bot.staff import words
from bot.staff.cards import OPEN_STATES
from bot.staff.filters import NOT_STARTED, Filters
from core.models import Alert, AlertKind, Colour, Enrolment, Message, MessageState, Patient, Reply

COLOURS = (Colour.RED, Colour.AMBER, Colour.BLUE)
"""By the rank that `worst_alert` gives."""
RANKS = {str(colour): rank for rank, colour in enumerate(COLOURS)}
_WORST_FIRST = case(RANKS, value=Alert.colour, else_=0)
"""An unknown colour is shown among the red ones rather than hidden at the end."""
_TRIED = (MessageState.SENT, MessageState.DELIVERED, *sorted(words.NOT_ARRIVED))

newest_enrolment = (
    select(func.max(Enrolment.id)).where(Enrolment.patient_id == Patient.id).correlate(Patient).scalar_subquery()
)
worst_alert = (
    select(func.min(_WORST_FIRST))
    .where(Alert.patient_id == Patient.id, Alert.state.in_(OPEN_STATES))
    .correlate(Patient)
    .scalar_subquery()
)
latest_reply = (
    select(func.max(Reply.received_at)).where(Reply.patient_id == Patient.id).correlate(Patient).scalar_subquery()
)
_last_tried = (
    select(Message.state)
    .where(Message.patient_id == Patient.id, Message.state.in_(_TRIED))
    .order_by(Message.due_at.desc(), Message.id.desc())
    .limit(1)
    .correlate(Patient)
    .scalar_subquery()
)
_asked_in_vain = exists().where(
    Alert.patient_id == Patient.id, Alert.kind == AlertKind.SILENT, Alert.state.in_(OPEN_STATES)
)
FLAGS: dict[str, ColumnElement[bool]] = {
    "silent": and_(Enrolment.state.in_(RUNNING), or_(Enrolment.silent_since.is_not(None), _asked_in_vain)),
    "undelivered": _last_tried.in_(sorted(words.NOT_ARRIVED)),
    "opted_out": Patient.opted_out_at.is_not(None),
}
"""Filters that are on or off."""


def joined(clinic_id: str, *columns: Any) -> Select[Any]:
    """The clinic's patients, each with the newest course, where there is one."""
    statement = select(*columns).select_from(Patient).outerjoin(Enrolment, Enrolment.id == newest_enrolment)
    return statement.where(Patient.clinic_id == clinic_id, Patient.erased_at.is_(None))


def people(clinic_id: str, filters: Filters, today: date) -> Select[Any]:
    """The ids of the patients that fit all filters but the words, in the order asked for unless that is by name."""
    statement = joined(clinic_id, Patient.id).where(*_conditions(filters, today))
    if filters.sort == "reply":
        statement = statement.order_by(latest_reply.desc().nulls_last())
    elif filters.sort == "start":
        statement = statement.order_by(Enrolment.start_date.desc().nulls_last())
    else:
        statement = statement.order_by(Enrolment.id.desc().nulls_last())
    return statement.order_by(Patient.id.desc())


def _conditions(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    conditions = [condition for name, condition in FLAGS.items() if getattr(filters, name)]
    if filters.colour:
        conditions.append(worst_alert == RANKS[filters.colour])
    if filters.programme:
        conditions.append(Enrolment.programme_id == filters.programme)
    if filters.state:
        conditions.append(Enrolment.state == filters.state)
    if filters.week:
        conditions.append(Enrolment.state.in_(RUNNING))
        first = today - timedelta(days=7 * int(filters.week) - 1)
        if filters.week == NOT_STARTED:
            conditions.append(Enrolment.start_date >= first)
        else:
            conditions.append(Enrolment.start_date.between(first, first + timedelta(days=6)))
    return conditions
