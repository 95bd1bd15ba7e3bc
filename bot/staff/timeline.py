"""What happened to an alert, line by line: who did what, and whom it was alarmed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts import BY_TEXT
from bot.staff import words
from bot.staff.alarm_lines import Line, shortened
from bot.staff.formatting import date_time
from core.models import Alert, AlertEvent


@dataclass(frozen=True)
class Happening:
    """One line of an alert's timeline."""

    at: str
    what: str
    who: str
    note: str


def taken_by(alert: Alert) -> str:
    """Who has it: a staff member, or somebody on call who is none."""
    who = alert.acknowledger or alert.acknowledging_contact
    return who.name if who else ""


def timeline(alert: Alert, alarmed: Sequence[Line]) -> tuple[Happening, ...]:
    """Acts of staff and alarms to the people on call, the oldest first."""
    acts = [(event.at, _happening(event)) for event in alert.events]
    told = [(line.at, Happening(date_time(line.at), line.text, "Rygbot", "")) for line in shortened(alarmed)]
    return tuple(happening for _, happening in sorted([*acts, *told], key=lambda one: one[0]))


def _happening(event: AlertEvent) -> Happening:
    what = words.say(words.ALERT_ACTIONS, event.action)
    if event.action == BY_TEXT:
        return Happening(at=date_time(event.at), what=f"{what} {event.note}", who="Rygbot", note="")
    return Happening(
        at=date_time(event.at),
        what=what,
        who=event.staff.name if event.staff else "Rygbot",
        note=event.note,
    )
