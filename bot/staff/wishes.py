"""A patient's own wishes, as staff read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.staff.formatting import danish_date, date_time
from bot.wishes import say_time
from core.models import Enrolment, EnrolmentState


@dataclass(frozen=True)
class Shown:
    """One wish: what, and when the patient wrote it."""

    what: str
    since: str


def wishes_of(enrolment: Enrolment) -> tuple[Shown, ...]:
    """The wishes that are in force, in a fixed order; only the patient makes them."""
    pause = f"pause til {danish_date(enrolment.paused_until)}" if enrolment.paused_until else "pause"
    paused_at = enrolment.pause_wished_at if enrolment.state == EnrolmentState.PAUSED else None
    wishes: list[tuple[str, datetime | None]] = [
        (say_time(enrolment.wished_time) if enrolment.wished_time else "", enrolment.wished_time_at),
        ("færre beskeder", enrolment.fewer_since),
        (pause, paused_at),
    ]
    return tuple(Shown(what, date_time(since)) for what, since in wishes if since is not None)
