"""Taking an act on an alert back: all stands as it did before, as long as nothing else has happened since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from bot.course import refresh_holds, running_enrolment
from bot.standing import RESOLVED, STANDING, Act, is_erased, lock, write_down
from core.models import Alert, AlertEvent, Message, MessageKind, MessageState, Reply
from messages.languages import Language
from scheduler.outbox import Draft, enqueue

UNDO_WITHIN = timedelta(minutes=10)
UNDO = "undo"
_INSTANTS = frozenset({"waiting_since", "acknowledged_at", "resolved_at"})


def undo(
    session: Session,
    alert_id: int,
    event_id: int,
    *,
    clinic_id: str,
    staff_id: int,
    now: datetime,
    wall_now: datetime,
) -> Act:
    """ "Fortryd": the one who acted takes the act back, holds and cancelled contact checks included.

    What a worker has sent meanwhile stays sent. `wall_now`: the true instant, by which an undo comes too late.
    """
    lock(session, alert_id)
    event = session.get(AlertEvent, event_id)
    if event is None or event.alert_id != alert_id or event.staff_id != staff_id:
        return Act.NOT_FOUND
    if event.before is None or event.undo_until is None or wall_now > event.undo_until:
        return Act.TOO_LATE
    if is_erased(session, session.get_one(Alert, alert_id)):
        return Act.TOO_LATE
    version = session.execute(
        update(Alert)
        .where(Alert.id == alert_id, Alert.clinic_id == clinic_id, Alert.version == event.version)
        .values(**_values(event.before), version=Alert.version + 1)
        .returning(Alert.version)
    ).scalar_one_or_none()
    if version is None:
        return Act.ALREADY
    alert = session.get_one(Alert, alert_id, populate_existing=True)
    write_down(
        session,
        alert,
        AlertEvent(alert_id=alert_id, at=now, staff_id=staff_id, action=UNDO, note="", version=version),
    )
    _ask_again(session, event.before.get("contact_checks", ()), now)
    _silent_again(session, alert, event, now)
    return Act.DONE


def _values(before: dict[str, Any]) -> dict[str, Any]:
    kept = {field: before[field] for field in STANDING}
    return {
        field: datetime.fromisoformat(value) if field in _INSTANTS and value else value for field, value in kept.items()
    }


def _ask_again(session: Session, contact_checks: Sequence[int], now: datetime) -> None:
    """The question whether a doctor was reached goes out after all, unless it would come too late.

    A cancelled text stays cancelled; the question is put into the outbox anew, for the hour it had.
    """
    cancelled = (Message.state == MessageState.CANCELLED, Message.reason == RESOLVED, Message.expires_at > now)
    for row in session.scalars(select(Message).where(Message.id.in_(contact_checks), *cancelled)).all():
        draft = Draft(
            MessageKind.CONTACT_CHECK,
            row.body,
            row.question,
            max(row.due_at - now, timedelta(0)),
            language=Language(row.language),
            body_in_danish=row.body_in_danish,
        )
        enqueue(
            session,
            draft,
            clinic_id=row.clinic_id,
            to_phone=row.to_phone,
            now=now,
            patient_id=row.patient_id,
            enrolment_id=row.enrolment_id,
            reply_id=row.reply_id,
        )


def _silent_again(session: Session, alert: Alert, event: AlertEvent, now: datetime) -> None:
    """A silence that the act ended lasts on, unless the patient has written since."""
    since = (event.before or {}).get("silent_since")
    if since is None or alert.patient_id is None:
        return
    running = running_enrolment(session, alert.patient_id)
    written = exists().where(Reply.patient_id == alert.patient_id, Reply.received_at >= event.at)
    if running is None or running.silent_since is not None or session.scalar(select(written)):
        return
    running.silent_since = datetime.fromisoformat(since)
    refresh_holds(session, running, now)
