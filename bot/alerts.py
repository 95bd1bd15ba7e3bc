"""Alerts: raised by replies, silences and failures; acknowledged and resolved by staff. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Unpack, cast

from sqlalchemy import ColumnElement, Insert, Table, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot.course import RUNNING, audit_change, hear, refresh_holds, running_enrolment
from bot.standing import Act, Deed, Step, act_on, is_erased, lock
from core.models import (
    Alert,
    AlertEvent,
    AlertKind,
    AlertState,
    Clinic,
    Colour,
    Contact,
    Enrolment,
    Message,
    Reply,
    Role,
    Staff,
)

OUTCOMES = {
    "talked": "Talt med patienten",
    "sent_to_doctor": "Sendt til læge",
    "false_alarm": "Falsk alarm",
    "no_answer": "Ikke truffet",
    "other": "Andet",
}
HANDLERS = (Role.CLINICIAN, Role.ADMIN)
"""Who may have an alert."""
NOBODY: dict[str, object] = {
    "state": AlertState.OPEN,
    "acknowledged_at": None,
    "acknowledged_by": None,
    "acknowledged_contact_id": None,
    "holder_id": None,
}
NOT_CLOSED: dict[str, object] = {"resolved_at": None, "resolved_by": None, "outcome": None}
IS_OPEN, NOT_RESOLVED = Alert.state == AlertState.OPEN, Alert.state != AlertState.RESOLVED
OPENED = "opened"
BY_TEXT = "acknowledge_by_text"
"""On the timeline, with the name of who was on call."""


def raise_alert(
    session: Session,
    *,
    clinic_id: str,
    kind: AlertKind,
    colour: Colour,
    now: datetime,
    patient_id: int | None = None,
    enrolment_id: int | None = None,
    reply: Reply | None = None,
    message: Message | None = None,
) -> int | None:
    """Put something into the staff's queue. A red one holds exercise and reassurance until it is resolved.

    Returns the alert's id. About one text there is one alert of a kind: when two workers notice the same silence, the
    second is told nothing.
    """
    alert = {
        "clinic_id": clinic_id,
        "patient_id": patient_id,
        "enrolment_id": enrolment_id,
        "reply_id": reply.id if reply else None,
        "message_id": message.id if message else None,
        "kind": kind,
        "colour": colour,
        "state": AlertState.OPEN,
        "opened_at": now,
        "waiting_since": now,
    }
    session.flush()
    alert_id = _put(session, alert) if message is None else _put_first(session, alert)
    if alert_id is None:
        return None
    session.execute(_opened(), {"alert_id": alert_id, "at": now, "action": OPENED, "note": ""})
    if colour == Colour.RED and patient_id is not None:
        _hold(session, patient_id, enrolment_id, now)
    return alert_id


def _hold(session: Session, patient_id: int, enrolment_id: int | None, now: datetime) -> None:
    """Hold the patient's running course, be it the one the alert is about, which is mostly at hand, or a later one."""
    running = session.get(Enrolment, enrolment_id) if enrolment_id is not None else None
    if running is None or running.state not in RUNNING:
        running = running_enrolment(session, patient_id)
    if running is not None:
        refresh_holds(session, running, now, red_open=True)


def _put(session: Session, alert: Mapping[str, object]) -> int:
    return session.execute(_raised(), alert).scalar_one()


def _put_first(session: Session, alert: Mapping[str, object]) -> int | None:
    """Put it in unless there is one of its kind about its text."""
    try:
        with session.begin_nested():
            return _put(session, alert)
    except IntegrityError:
        return None


@cache
def _raised() -> ReturningInsert[int]:
    table = cast("Table", Alert.__table__)
    return insert(table).returning(table.c.id)


@cache
def _opened() -> Insert:
    return insert(cast("Table", AlertEvent.__table__)).inline()  # its id is not asked back


def close_settled(
    session: Session, message: Message, now: datetime, *, staff_id: int | None = None, action: str = "settle"
) -> None:
    """A text of unknown fate is accounted for: the alert about that is closed.

    `staff_id` None: by itself, unless somebody has taken it and may be telephoning just now.
    """
    is_open = IS_OPEN if staff_id is None else NOT_RESOLVED
    about = (Alert.message_id == message.id, Alert.kind == AlertKind.UNSETTLED)
    deed = Deed(clinic_id=message.clinic_id, staff_id=staff_id, now=now, note="")
    closed = {"state": AlertState.RESOLVED, "resolved_at": now, "resolved_by": staff_id}
    for alert_id in session.scalars(select(Alert.id).where(*about, is_open)).all():
        act_on(session, alert_id, Step(action, closed), is_open, deed=deed)


def come_up_again(session: Session, alert_id: int, now: datetime) -> bool:
    """What an alert was about has come up again; it waits as a new one does. False when it waits already."""
    alert = session.get_one(Alert, alert_id)
    deed = Deed(clinic_id=alert.clinic_id, staff_id=None, now=now, note="")
    step = Step(OPENED, {**NOBODY, **NOT_CLOSED, "opened_at": now, "waiting_since": now})
    return act_on(session, alert_id, step, Alert.state == AlertState.RESOLVED, deed=deed) is Act.DONE


def clinic_for_stranger(session: Session, recipient: str) -> str | None:
    """Whose queue a text from an unknown number goes to: the number's owner, else the oldest clinic."""
    owner = session.scalar(select(Clinic.id).where(Clinic.sender == recipient).order_by(Clinic.created_at))
    return owner or session.scalar(select(Clinic.id).order_by(Clinic.created_at, Clinic.id))


def acknowledge(session: Session, alert_id: int, *, contact: Contact | None = None, **deed: Unpack[Deed]) -> Act:
    """ "Kvittér": this staff member has seen it and acts. Only the first of two gets it.

    `contact`: who did it by text, on call, staff or not; the name stands on the timeline.
    """
    values = {
        "state": AlertState.ACKNOWLEDGED,
        "acknowledged_at": deed["now"],
        "acknowledged_by": deed["staff_id"],
        "acknowledged_contact_id": contact.id if contact is not None and deed["staff_id"] is None else None,
        "holder_id": deed["staff_id"],
    }
    if contact is not None:
        deed["note"] = contact.name
    step = Step("acknowledge" if contact is None else BY_TEXT, values)
    return act_on(session, alert_id, step, IS_OPEN, deed=deed)


def resolve(session: Session, alert_id: int, *, outcome: str, texts_again: bool = False, **deed: Unpack[Deed]) -> Act:
    """ "Afslut" with what came of it; held texts go on when this was the patient's last red alert.

    `texts_again`: of a silence; the texts that it held go on too, as they do when the patient writes.
    """
    if outcome not in OUTCOMES:
        return Act.INVALID
    values = {
        "state": AlertState.RESOLVED,
        "resolved_at": deed["now"],
        "resolved_by": deed["staff_id"],
        "outcome": outcome,
    }
    step = Step("resolve", values, outcome=outcome)
    lock(session, alert_id)
    act = act_on(session, alert_id, step, NOT_RESOLVED, deed=deed)
    if act is Act.DONE and texts_again:
        _texts_again(session, session.get_one(Alert, alert_id), deed["staff_id"], deed["now"])
    return act


def _texts_again(session: Session, alert: Alert, staff_id: int | None, now: datetime) -> None:
    if alert.kind != AlertKind.SILENT or alert.patient_id is None:
        return
    if (running := running_enrolment(session, alert.patient_id)) is not None:
        hear(session, running, now)
        audit_change(session, running, staff_id, "enrolment.texts_again", now)


def hand_over(session: Session, alert_id: int, *, receiver_id: int, **deed: Unpack[Deed]) -> Act:
    """ "Giv videre": who has it gives it to another who may act in the same clinic."""
    receiver = session.get(Staff, receiver_id)
    if receiver is None or receiver.clinic_id != deed["clinic_id"] or receiver_id == deed["staff_id"]:
        return Act.INVALID
    if receiver.role not in HANDLERS or receiver.deactivated_at is not None:
        return Act.INVALID
    step = Step("hand_over", {"holder_id": receiver_id}, receiver_id=receiver_id)
    return act_on(session, alert_id, step, *_held_by(deed["staff_id"]), deed=deed)


def take_over(session: Session, alert_id: int, **deed: Unpack[Deed]) -> Act:
    """ "Overtag": somebody has it, and this staff member goes on with it."""
    of_another = Alert.holder_id.is_distinct_from(deed["staff_id"])
    step = Step("take_over", {"holder_id": deed["staff_id"]})
    return act_on(session, alert_id, step, Alert.state == AlertState.ACKNOWLEDGED, of_another, deed=deed)


def give_back(session: Session, alert_id: int, **deed: Unpack[Deed]) -> Act:
    """ "Læg tilbage": nobody has it any more. Its deadline is the old one: the patient has waited all the while."""
    return act_on(session, alert_id, Step("give_back", NOBODY), *_held_by(deed["staff_id"]), deed=deed)


def reopen(session: Session, alert_id: int, **deed: Unpack[Deed]) -> Act:
    """ "Genåbn" with the reason, which is asked for: it waits anew from now, and a red one holds texts again.

    The question whether the patient reached a doctor is not asked again: staff have been at it. About a
    patient whose words have been erased it is too late.
    """
    if not deed["note"].strip():
        return Act.INVALID
    lock(session, alert_id)
    alert = session.get(Alert, alert_id)
    if alert is not None and alert.clinic_id == deed["clinic_id"] and is_erased(session, alert):
        return Act.TOO_LATE
    step = Step("reopen", {**NOBODY, **NOT_CLOSED, "waiting_since": deed["now"]})
    return act_on(session, alert_id, step, Alert.state == AlertState.RESOLVED, deed=deed)


def _held_by(staff_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (Alert.state == AlertState.ACKNOWLEDGED, Alert.holder_id == staff_id)
