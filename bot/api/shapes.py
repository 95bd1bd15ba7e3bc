"""Pure: what a script is told. Ids, states and times; never a patient's name, number or words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

from core.models import Alert, Colour, Enrolment, EnrolmentState
from messages.programme_schema import Programme

WORST_FIRST = (Colour.RED, Colour.AMBER, Colour.BLUE)
RUNNING = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)


def instant(value: datetime | None) -> str | None:
    """UTC to the second: 2026-11-23T09:00:00Z."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def programme_shape(programme: Programme) -> dict[str, Any]:
    return {"id": programme.id, "name": programme.name, "version": programme.version, "weeks": programme.weeks}


def enrolment_shape(
    enrolment: Enrolment, programme: Programme | None, open_colours: Collection[str], today: date, public_url: str
) -> dict[str, Any]:
    """`week`: of the course, from 1; null before it starts and when it is over."""
    days = (today - enrolment.start_date).days
    is_under_way = enrolment.state in RUNNING and days >= 0
    return {
        "id": enrolment.id,
        "state": enrolment.state,
        "programme": enrolment.programme_id,
        "start_date": enrolment.start_date.isoformat(),
        "week": days // 7 + 1 if is_under_way else None,
        "weeks": programme.weeks if programme else None,
        "ended_at": instant(enrolment.ended_at),
        "open_alerts": [colour.value for colour in WORST_FIRST if colour in open_colours],
        "link": f"{public_url}/patienter/{enrolment.patient_id}",
    }


def alert_shape(alert: Alert, public_url: str) -> dict[str, Any]:
    link = f"/patienter/{alert.patient_id}#alarm-{alert.id}" if alert.patient_id else "/"
    return {
        "id": alert.id,
        "colour": alert.colour,
        "kind": alert.kind,
        "state": alert.state,
        "enrolment": alert.enrolment_id,
        "opened_at": instant(alert.opened_at),
        "acknowledged_at": instant(alert.acknowledged_at),
        "resolved_at": instant(alert.resolved_at),
        "link": public_url + link,
    }
