"""Alerts: raised by replies, silences and failures; acknowledged and resolved by staff. The caller commits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import audit
from bot.course import refresh_holds
from core.models import Alert, AlertEvent, AlertKind, AlertState, Clinic, Colour, Enrolment, Message, Reply

OUTCOMES = {
    "talked": "Talt med patienten",
    "sent_to_doctor": "Sendt til læge",
    "false_alarm": "Falsk alarm",
    "no_answer": "Ikke truffet",
    "other": "Andet",
}
MAX_NOTE = 2000


class Act(StrEnum):
    """What came of a staff member's act."""

    DONE = "done"
    ALREADY = "already"
    NOT_FOUND = "not_found"
    INVALID = "invalid"


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
) -> Alert:
    """Put something into the staff's queue. A red one holds exercise and reassurance until it is resolved."""
    alert = Alert(
        clinic_id=clinic_id,
        patient_id=patient_id,
        enrolment_id=enrolment_id,
        reply_id=reply.id if reply else None,
        message_id=message.id if message else None,
        kind=kind,
        colour=colour,
        state=AlertState.OPEN,
        opened_at=now,
    )
    session.add(alert)
    session.flush()
    session.add(AlertEvent(alert_id=alert.id, at=now, staff_id=None, action="opened", note=""))
    _refresh(session, alert)
    return alert


def clinic_for_stranger(session: Session, recipient: str) -> str | None:
    """Whose queue a text from an unknown number goes to: the number's owner, else the oldest clinic."""
    owner = session.scalar(select(Clinic.id).where(Clinic.sender == recipient).order_by(Clinic.created_at))
    return owner or session.scalar(select(Clinic.id).order_by(Clinic.created_at, Clinic.id))


def acknowledge(session: Session, alert_id: int, *, clinic_id: str, staff_id: int, now: datetime, note: str) -> Act:
    """ "Kvittér": this staff member has seen it and acts. Only the first of two gets it."""
    changed = session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.clinic_id == clinic_id, Alert.state == AlertState.OPEN)
        .values(state=AlertState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=staff_id)
        .returning(Alert.id)
    ).scalar_one_or_none()
    return _finish(session, alert_id, changed, clinic_id, staff_id, "acknowledge", note, now)


def resolve(
    session: Session,
    alert_id: int,
    *,
    clinic_id: str,
    staff_id: int,
    now: datetime,
    outcome: str,
    note: str,
) -> Act:
    """ "Afslut" with what came of it; held texts go on when this was the patient's last red alert."""
    if outcome not in OUTCOMES:
        return Act.INVALID
    changed = session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.clinic_id == clinic_id, Alert.state != AlertState.RESOLVED)
        .values(state=AlertState.RESOLVED, resolved_at=now, resolved_by=staff_id, outcome=outcome)
        .returning(Alert.id)
    ).scalar_one_or_none()
    return _finish(session, alert_id, changed, clinic_id, staff_id, "resolve", note, now)


def _finish(
    session: Session,
    alert_id: int,
    changed: int | None,
    clinic_id: str,
    staff_id: int,
    action: str,
    note: str,
    now: datetime,
) -> Act:
    alert = session.get(Alert, alert_id, populate_existing=True)
    if alert is None or alert.clinic_id != clinic_id:
        return Act.NOT_FOUND
    if changed is None:
        return Act.ALREADY
    note = note.strip()[:MAX_NOTE]
    session.add(AlertEvent(alert_id=alert_id, at=now, staff_id=staff_id, action=action, note=note))
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action=f"alert.{action}",
        object_type="alert",
        object_id=alert_id,
        now=now,
    )
    _refresh(session, alert)
    return Act.DONE


def _refresh(session: Session, alert: Alert) -> None:
    if alert.enrolment_id is not None and alert.colour == Colour.RED:
        refresh_holds(session, session.get_one(Enrolment, alert.enrolment_id))
