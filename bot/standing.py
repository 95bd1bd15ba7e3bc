"""How an alert stands, the one way to change that, and what an open red one holds. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NotRequired, TypedDict

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from bot import audit
from bot.course import refresh_holds, running_enrolment
from core.models import Alert, AlertEvent, AlertKind, Colour, Message, MessageKind, MessageState, Patient
from scheduler.outbox import cancel_kind, has_open_red, lock_patient

MAX_NOTE = 2000
RESOLVED = "alarmen er afsluttet"
STANDING = (
    "state",
    "waiting_since",
    "holder_id",
    "acknowledged_at",
    "acknowledged_by",
    "acknowledged_contact_id",
    "resolved_at",
    "resolved_by",
    "outcome",
)
"""The columns that say how an alert stands; acts change them, an undo brings them back."""


class Act(StrEnum):
    """What came of a staff member's act."""

    DONE = "done"
    ALREADY = "already"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    TOO_LATE = "too_late"


class Deed(TypedDict):
    """Who acts and when; `staff_id` None: Rygbot, or somebody on call who is no staff member.

    `seen`: the alert's version on the page that was acted from; None acts on whatever is there. `undo_until`: until
    when, by the true clock, the act may be taken back; without it never.
    """

    clinic_id: str
    staff_id: int | None
    now: datetime
    note: str
    seen: NotRequired[int | None]
    undo_until: NotRequired[datetime | None]


@dataclass(frozen=True)
class Step:
    """One act on an alert: its name on the timeline and what it changes. `receiver_id`: whom it is handed to."""

    action: str
    values: Mapping[str, object]
    outcome: str | None = None
    receiver_id: int | None = None


def act_on(session: Session, alert_id: int, step: Step, *conditions: ColumnElement[bool], deed: Deed) -> Act:
    """Carry out one act if the alert still stands as its doer saw it, with its line on the timeline and in the audit
    log. Of two people who act at once the second changes nothing. What may release texts locks the patient first.
    """
    alert = session.get(Alert, alert_id, populate_existing=True)
    if alert is None or alert.clinic_id != deed["clinic_id"]:
        return Act.NOT_FOUND
    seen, before = deed.get("seen"), snapshot(session, alert)
    stands = {"of_alert": alert_id, "of_version": alert.version if seen is None else seen}
    given = stands | {_new(name): value for name, value in step.values.items()}
    if session.scalars(_change(tuple(step.values)).where(*conditions), given).one_or_none() is None:
        return Act.ALREADY
    event = AlertEvent(
        alert_id=alert_id,
        at=deed["now"],
        staff_id=deed["staff_id"],
        receiver_id=step.receiver_id,
        action=step.action,
        outcome=step.outcome,
        note=deed["note"].strip()[:MAX_NOTE],
        version=alert.version,
        before=before,
        undo_until=deed.get("undo_until"),
    )
    write_down(session, alert, event)
    return Act.DONE


@cache
def _change(columns: tuple[str, ...]) -> ReturningUpdate[Alert]:
    """The change of some columns, if the alert is the one that was seen. It leaves the alert in sight as it is now."""
    return (
        update(Alert)
        .where(Alert.id == bindparam("of_alert"), Alert.version == bindparam("of_version"))
        .values({name: bindparam(_new(name)) for name in columns} | {"version": Alert.version + 1})
        .returning(Alert)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def _new(column: str) -> str:
    return f"new_{column}"


def write_down(session: Session, alert: Alert, event: AlertEvent) -> None:
    """Put an act that has been carried out on the timeline and in the audit log, and hold or release texts."""
    session.add(event)
    audit.record(
        session,
        clinic_id=alert.clinic_id,
        staff_id=event.staff_id,
        action=f"alert.{event.action}",
        object_type="alert",
        object_id=alert.id,
        now=event.at,
    )
    refresh(session, alert, event.at)


def snapshot(session: Session, alert: Alert) -> dict[str, Any]:
    """How an alert stands, and what an act on it may end: waiting contact checks, the patient's silence."""
    kept: dict[str, Any] = {field: getattr(alert, field) for field in STANDING}
    if alert.patient_id is not None and alert.colour == Colour.RED:
        kept["contact_checks"] = list(session.scalars(_contact_checks(), {"patient": alert.patient_id}))
    if alert.patient_id is not None and alert.kind == AlertKind.SILENT:
        running = running_enrolment(session, alert.patient_id)
        kept["silent_since"] = running.silent_since if running else None
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in kept.items()}


@cache
def _contact_checks() -> Select[int]:
    return select(Message.id).where(
        Message.patient_id == bindparam("patient"),
        Message.kind == MessageKind.CONTACT_CHECK,
        Message.state == MessageState.PLANNED,
    )


def is_erased(session: Session, alert: Alert) -> bool:
    """Whether the patient's name, number and words are gone: then nobody can act on it any more."""
    erased = Patient.id == alert.patient_id, Patient.erased_at.is_not(None)
    return bool(session.scalar(select(exists().where(*erased))))


def lock(session: Session, alert_id: int) -> None:
    """One patient at a time: a red reply that comes in this moment must not be taken for resolved."""
    patient_id = session.scalar(_about_whom(), {"alert": alert_id})
    if patient_id is not None:
        lock_patient(session, patient_id)


@cache
def _about_whom() -> Select[int | None]:
    return select(Alert.patient_id).where(Alert.id == bindparam("alert"))


def refresh(session: Session, alert: Alert, now: datetime) -> None:
    """Hold or release the patient's running course, be it the one the alert is about or a later one."""
    if alert.patient_id is None or alert.colour != Colour.RED:
        return
    if (running := running_enrolment(session, alert.patient_id)) is not None:
        refresh_holds(session, running, now)
    if not has_open_red(session, alert.patient_id):
        cancel_kind(session, alert.patient_id, MessageKind.CONTACT_CHECK, RESOLVED, now)
