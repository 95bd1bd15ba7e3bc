"""What tests do with an alert, and how they see how it stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot import alerts
from bot.standing import STANDING, Act, Deed
from bot.undoing import UNDO_WITHIN, undo
from core.models import (
    Alert,
    AlertEvent,
    Message,
    MessageKind,
    MessageState,
)
from tests.world import World

RED = "kan ikke mærke mig selv i skridtet"


def deed(world: World, staff_id: int, note: str = "", seen: int | None = None) -> Deed:
    return {
        "clinic_id": "vest",
        "staff_id": staff_id,
        "now": world.clock(),
        "note": note,
        "seen": seen,
        "undo_until": world.clock() + UNDO_WITHIN,
    }


def red_alert(world: World) -> int:
    """A patient on the second day of the course writes something red."""
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    world.write(RED)
    return world.alerts()[-1].id


def act(world: World, name: str, alert_id: int, done: Deed, **fields: object) -> Act:
    with world.session() as session, session.begin():
        result: Act = getattr(alerts, name)(session, alert_id, **fields, **done)
        return result


def take_back(world: World, alert_id: int, staff_id: int, **later: float) -> Act:
    """The newest act on the alert is undone, so long after."""
    with world.session() as session, session.begin():
        newest = select(AlertEvent.id).where(AlertEvent.alert_id == alert_id).order_by(AlertEvent.id.desc())
        now = world.clock() + timedelta(**later)
        event_id = session.scalars(newest).first() or 0
        return undo(session, alert_id, event_id, clinic_id="vest", staff_id=staff_id, now=now, wall_now=now)


def row(world: World, alert_id: int) -> Alert:
    with world.session() as session:
        return session.get_one(Alert, alert_id)


def standing(world: World, alert_id: int) -> dict[str, object]:
    alert = row(world, alert_id)
    return {field: getattr(alert, field) for field in STANDING}


def waiting_texts(world: World) -> list[tuple[str, str, datetime, str, str]]:
    """Every text that waits: what it is, when it is due, its state and, when it is held, why."""
    rows = world.messages(MessageState.PLANNED, MessageState.HELD)
    return sorted(
        (row.kind, row.step_id or "", row.due_at, row.state, row.reason if row.state == MessageState.HELD else "")
        for row in rows
    )


def contact_check(world: World) -> Message:
    """The newest question whether the patient got hold of a doctor."""
    return [message for message in world.messages() if message.kind == MessageKind.CONTACT_CHECK][-1]
