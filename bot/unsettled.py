"""Texts of which nobody can find out whether they were sent: staff are told, and say what is to be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session

from bot import audit
from bot.alerts import close_settled, come_up_again, raise_alert
from bot.standing import Act
from core.models import Alert, AlertKind, AlertState, Colour, Message, MessageKind, MessageState
from scheduler.outbox import lock_patient
from scheduler.states import Cause
from scheduler.transitions import shift_one

STILL_GOOD = timedelta(hours=12)
"""How long a text that staff send again may still go out."""


def raise_unsettled(session: Session, now: datetime) -> int:
    """Tick: texts whose fate could not be found out in time. Red when the text was advice.

    A text that is lost a second time opens its old alert again: about one text there is one alert of a kind. Not
    alarms: the next one goes out soon, and each tells its own fate.
    """
    raised = 0
    for message in session.scalars(_lost(), {"now": now}).all():
        raise_alert(
            session,
            clinic_id=message.clinic_id,
            kind=AlertKind.UNSETTLED,
            colour=Colour.RED if message.kind == MessageKind.ADVICE else Colour.BLUE,
            now=now,
            patient_id=message.patient_id,
            enrolment_id=message.enrolment_id,
            message=message,
        )
        raised += 1
    for alert_id in session.scalars(_lost_again(), {"now": now}).all():
        raised += come_up_again(session, alert_id, now)
    return raised


_LOST = (
    Message.state == MessageState.UNKNOWN,
    Message.lease_until < bindparam("now", type_=Message.lease_until.type),
    Message.kind != MessageKind.ALARM,
)
_ABOUT = (Alert.message_id == Message.id, Alert.kind == AlertKind.UNSETTLED)


@cache
def _lost() -> Select[Message]:
    return select(Message).where(*_LOST, ~exists().where(*_ABOUT))


@cache
def _lost_again() -> Select[int]:
    closed_before = (Alert.state == AlertState.RESOLVED, Alert.resolved_at < Message.sent_at)
    return select(Alert.id).join(Message, Alert.message_id == Message.id).where(*_LOST, *_ABOUT, *closed_before)


def send_again(session: Session, alert_id: int, *, clinic_id: str, staff_id: int, now: datetime) -> Act:
    """ "Send igen": staff know, or accept, that the patient may get the text twice."""
    later = {"next_attempt_at": now, "expires_at": now + STILL_GOOD, "lease_until": None, "sent_at": None}
    return _settle(session, alert_id, Cause.STAFF_AGAIN, MessageState.PLANNED, later, clinic_id, staff_id, now)


def mark_sent(session: Session, alert_id: int, *, clinic_id: str, staff_id: int, now: datetime) -> Act:
    """ "Den er sendt": staff know from the patient that the text arrived."""
    values = {"lease_until": None, "error_code": None}
    return _settle(session, alert_id, Cause.STAFF_SENT, MessageState.SENT, values, clinic_id, staff_id, now)


def _settle(
    session: Session,
    alert_id: int,
    cause: Cause,
    target: MessageState,
    values: dict[str, Any],
    clinic_id: str,
    staff_id: int,
    now: datetime,
) -> Act:
    """Only while the text is still of unknown fate; the alert is closed with it, in the name of who pressed."""
    alert = session.get(Alert, alert_id)
    if alert is None or alert.clinic_id != clinic_id:
        return Act.NOT_FOUND
    message = alert.message
    if message is None or alert.kind != AlertKind.UNSETTLED:
        return Act.ALREADY
    if message.patient_id is not None:
        lock_patient(session, message.patient_id)
    if not shift_one(session, message.id, cause, target, now=now, detail=f"staff {staff_id}", **values):
        return Act.ALREADY
    action = "send_again" if cause is Cause.STAFF_AGAIN else "mark_sent"
    close_settled(session, message, now, staff_id=staff_id, action=action)
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action=f"message.{action}",
        object_type="message",
        object_id=message.id,
        now=now,
    )
    return Act.DONE
