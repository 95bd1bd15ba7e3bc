"""What happened to an alert, line by line, and how the one who has it came to have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts import BY_TEXT, OPENED, OUTCOMES
from bot.staff import words
from bot.staff.alarm_lines import Line, shortened
from bot.staff.formatting import date_time
from bot.undoing import UNDO
from core.models import Alert, AlertEvent

TAKING = ("acknowledge", BY_TEXT, "hand_over", "take_over")


@dataclass(frozen=True)
class Happening:
    """One line of an alert's timeline."""

    at: str
    what: str
    who: str
    note: str


def timeline(alert: Alert, alarmed: Sequence[Line]) -> tuple[Happening, ...]:
    """Acts of staff and alarms to the people on call, the oldest first."""
    acts = [(event.at, _happening(event)) for event in alert.events]
    told = [(line.at, Happening(date_time(line.at), line.text, "Rygbot", "")) for line in shortened(alarmed)]
    return tuple(happening for _, happening in sorted([*acts, *told], key=lambda one: one[0]))


def holder_of(alert: Alert) -> str:
    """Who has it: a staff member, or somebody on call who is none."""
    who = alert.holder or alert.acknowledging_contact
    return who.name if who else ""


def held(events: Sequence[AlertEvent]) -> tuple[str, str]:
    """How the one who has the alert came to have it, said after the name, and the note that came with it."""
    taken = next((event for event in reversed(_standing(events)) if event.action in TAKING), None)
    if taken is None:
        return "har den", ""
    at, giver = date_time(taken.at), taken.staff.name if taken.staff else "en anden"
    told = {
        "acknowledge": f"har kvitteret {at}",
        BY_TEXT: f"har kvitteret på sms {at}",
        "hand_over": f"har den, givet videre af {giver} {at}",
        "take_over": f"har overtaget den {at}",
    }
    return told[taken.action], "" if taken.action == BY_TEXT else taken.note


def latest_act(events: Sequence[AlertEvent]) -> AlertEvent | None:
    """What was done last, by whomever."""
    return next((event for event in reversed(events) if event.action != OPENED), None)


def who_was_first(events: Sequence[AlertEvent], viewer_id: int) -> str:
    """What to tell the one who came second."""
    latest = latest_act(events)
    if latest is None:
        return "Alarmen er ændret, siden du så den. Din handling er ikke gemt."
    at = date_time(latest.at)
    if latest.staff_id == viewer_id:
        return f"Du har selv været her: {_what(latest)} {at}. Din handling er ikke gemt."
    who = "" if latest.action == BY_TEXT else f" af {latest.staff.name if latest.staff else 'Rygbot'}"
    return f"En anden kom først: {_what(latest)}{who} {at}. Din handling er ikke gemt."


def _happening(event: AlertEvent) -> Happening:
    is_by_text = event.action == BY_TEXT
    return Happening(
        at=date_time(event.at),
        what=_what(event),
        who=event.staff.name if event.staff and not is_by_text else "Rygbot",
        note="" if is_by_text else event.note,
    )


def _what(event: AlertEvent) -> str:
    what = words.say(words.ALERT_ACTIONS, event.action)
    if event.action == BY_TEXT:
        return f"{what} {event.note}"
    if event.receiver is not None:
        return f"{what} til {event.receiver.name}"
    if event.outcome is not None:
        return f"{what} ({OUTCOMES.get(event.outcome, event.outcome).lower()})"
    return what


def _standing(events: Sequence[AlertEvent]) -> list[AlertEvent]:
    """The acts that nobody has taken back, since it was opened last."""
    acts: list[AlertEvent] = []
    for event in events:
        if event.action == UNDO:
            acts = acts[:-1]
        elif event.action == OPENED:
            acts = []
        else:
            acts.append(event)
    return acts
