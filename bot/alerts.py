"""Alerts: raised by replies, silences and failures; acknowledged and resolved by staff. The caller commits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit
from bot.course import audit_change, hear, refresh_holds, running_enrolment
from core.models import Alert, AlertEvent, AlertKind, AlertState, Clinic, Colour, Contact, Message, MessageKind, Reply
from scheduler.outbox import cancel_waiting, lock_patient, open_red

OUTCOMES = {
    "talked": "Talt med patienten",
    "sent_to_doctor": "Sendt til læge",
    "false_alarm": "Falsk alarm",
    "no_answer": "Ikke truffet",
    "other": "Andet",
}
MAX_NOTE = 2000
BY_TEXT = "acknowledge_by_text"
"""On the timeline, with the name of who was on call."""


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
) -> Alert | None:
    """Put something into the staff's queue. A red one holds exercise and reassurance until it is resolved.

    About one text there is one alert of a kind: when two workers notice the same silence, the second is told nothing.
    """
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
    try:
        with session.begin_nested():
            session.add(alert)
            session.flush()
    except IntegrityError:
        return None
    session.add(AlertEvent(alert_id=alert.id, at=now, staff_id=None, action="opened", note=""))
    _refresh(session, alert, now)
    return alert


def close_settled(
    session: Session, message: Message, now: datetime, *, staff_id: int | None = None, action: str = "settle"
) -> None:
    """A text of unknown fate is accounted for: the alert about that is closed.

    `staff_id` None: by itself, unless somebody has taken it and may be telephoning just now.
    """
    is_open = Alert.state == AlertState.OPEN if staff_id is None else Alert.state != AlertState.RESOLVED
    closed = session.execute(
        update(Alert)
        .where(Alert.message_id == message.id, Alert.kind == AlertKind.UNSETTLED, is_open)
        .values(state=AlertState.RESOLVED, resolved_at=now, resolved_by=staff_id)
        .returning(Alert.id)
    ).all()
    for row in closed:
        _finish(session, row.id, row.id, message.clinic_id, staff_id, action, "", now)


def reopen(session: Session, alert_id: int, now: datetime) -> bool:
    """What an alert was about has come up again; it waits as a new one does. False when it waits already."""
    opened = session.scalar(
        update(Alert)
        .where(Alert.id == alert_id, Alert.state == AlertState.RESOLVED)
        .values(
            state=AlertState.OPEN,
            opened_at=now,
            acknowledged_at=None,
            acknowledged_by=None,
            resolved_at=None,
            resolved_by=None,
            outcome=None,
        )
        .returning(Alert.id)
    )
    if opened is None:
        return False
    session.add(AlertEvent(alert_id=alert_id, at=now, staff_id=None, action="opened", note=""))
    _refresh(session, session.get_one(Alert, alert_id, populate_existing=True), now)
    return True


def clinic_for_stranger(session: Session, recipient: str) -> str | None:
    """Whose queue a text from an unknown number goes to: the number's owner, else the oldest clinic."""
    owner = session.scalar(select(Clinic.id).where(Clinic.sender == recipient).order_by(Clinic.created_at))
    return owner or session.scalar(select(Clinic.id).order_by(Clinic.created_at, Clinic.id))


def acknowledge(
    session: Session,
    alert_id: int,
    *,
    clinic_id: str,
    staff_id: int | None,
    now: datetime,
    note: str,
    contact: Contact | None = None,
) -> Act:
    """ "Kvittér": this staff member has seen it and acts. Only the first of two gets it.

    `contact`: who did it by text, on call, staff or not; the name stands on the timeline.
    """
    changed = session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.clinic_id == clinic_id, Alert.state == AlertState.OPEN)
        .values(state=AlertState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=staff_id)
        .values(acknowledged_contact_id=contact.id if contact is not None and staff_id is None else None)
        .returning(Alert.id)
    ).scalar_one_or_none()
    if contact is not None:
        return _finish(session, alert_id, changed, clinic_id, staff_id, BY_TEXT, contact.name, now)
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
    texts_again: bool = False,
) -> Act:
    """ "Afslut" with what came of it; held texts go on when this was the patient's last red alert.

    `texts_again`: of a silence; the texts that it held go on too, as they do when the patient writes.
    """
    if outcome not in OUTCOMES:
        return Act.INVALID
    _lock(session, alert_id)
    changed = session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.clinic_id == clinic_id, Alert.state != AlertState.RESOLVED)
        .values(state=AlertState.RESOLVED, resolved_at=now, resolved_by=staff_id, outcome=outcome)
        .returning(Alert.id)
    ).scalar_one_or_none()
    act = _finish(session, alert_id, changed, clinic_id, staff_id, "resolve", note, now)
    if act is Act.DONE and texts_again:
        _texts_again(session, session.get_one(Alert, alert_id), staff_id, now)
    return act


def _texts_again(session: Session, alert: Alert, staff_id: int, now: datetime) -> None:
    if alert.kind != AlertKind.SILENT or alert.patient_id is None:
        return
    if (running := running_enrolment(session, alert.patient_id)) is not None:
        hear(session, running, now)
        audit_change(session, running, staff_id, "enrolment.texts_again", now)


def _finish(
    session: Session,
    alert_id: int,
    changed: int | None,
    clinic_id: str,
    staff_id: int | None,
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
    _refresh(session, alert, now)
    return Act.DONE


def _lock(session: Session, alert_id: int) -> None:
    """One patient at a time: a red reply that comes in this moment must not be taken for resolved."""
    patient_id = session.scalar(select(Alert.patient_id).where(Alert.id == alert_id))
    if patient_id is not None:
        lock_patient(session, patient_id)


def has_open_red(session: Session, patient_id: int) -> bool:
    """Whether staff still have to close a red alert about this patient."""
    return bool(session.scalar(select(open_red(patient_id))))


def _refresh(session: Session, alert: Alert, now: datetime) -> None:
    """Hold or release the patient's running course, be it the one the alert is about or a later one."""
    if alert.patient_id is None or alert.colour != Colour.RED:
        return
    if (running := running_enrolment(session, alert.patient_id)) is not None:
        refresh_holds(session, running, now)
    if not has_open_red(session, alert.patient_id):
        about_a_doctor = (Message.patient_id == alert.patient_id, Message.kind == MessageKind.CONTACT_CHECK)
        cancel_waiting(session, "alarmen er afsluttet", *about_a_doctor, now=now)
