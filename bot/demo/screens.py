"""What the demo's page shows, as plain data: the virtual time, the telephones, what is to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from bot.demo.clock import Reading
from bot.demo.phones import Bubble
from bot.demo.script import CLINIC_ID
from bot.demo.stage import Demo
from bot.programmes import programme_of
from bot.staff.cards import count
from bot.staff.formatting import WEEKDAYS, clock
from core.models import AlertState, Message, MessageState, Patient
from core.phone import display
from scheduler.calendar import local
from scheduler.planning import HELD_PAUSE, HELD_RED

MONTHS = "januar februar marts april maj juni juli august september oktober november december".split()
DAY_SECONDS_SHOWN_AS_MINUTES = 120


@dataclass(frozen=True)
class Waiting:
    """What waits for one patient: when the next text goes out, and why others are held back (as planning words it)."""

    next_at: datetime | None = None
    held: frozenset[str] = frozenset()


def state(demo: Demo, session: Session, seen: str) -> dict[str, Any]:
    """Everything the page polls for; `texts` only when the page has not seen this version of them."""
    version = f"{demo.run}.{demo.phones.version}"
    reading = demo.clock.read()
    waiting = _waiting(session)
    patients = session.scalars(select(Patient).options(selectinload(Patient.enrolments)).order_by(Patient.id)).all()
    phones = [_phone(demo, patient, waiting.get(patient.id, Waiting()), reading.now) for patient in patients]
    if seen != version:
        for phone, patient in zip(phones, patients, strict=True):
            phone["texts"] = [_text(bubble) for bubble in demo.phones.screen(patient.phone)]
    return {
        "run": demo.run,
        "version": version,
        "date": long_date(local(reading.now).date()),
        "clock": clock(reading.now),
        "daySeconds": reading.day_seconds,
        "paused": reading.paused,
        "slow": reading.slow,
        "note": note(reading),
        "openAlerts": count(session, CLINIC_ID, AlertState.OPEN),
        "phones": phones,
    }


def note(reading: Reading) -> str:
    """How time goes just now, and why, in Danish."""
    if reading.paused:
        return "Tiden står stille. Tryk Fortsæt, når du vil videre."
    if reading.slow:
        return "Der er en samtale i gang. Tiden går langsomt, ét minut i sekundet, så du kan følge med."
    return f"Et døgn varer {span(reading.day_seconds)}."


def span(seconds: float) -> str:
    """A day's length in real time: "20 sekunder", "24 timer"."""
    if seconds < DAY_SECONDS_SHOWN_AS_MINUTES:
        return f"{_number(seconds)} {'sekund' if seconds == 1 else 'sekunder'}"
    if seconds < DAY_SECONDS_SHOWN_AS_MINUTES * 60:
        return f"{_number(seconds / 60)} minutter"
    return f"{_number(seconds / 3600)} timer"


def short_span(seconds: float) -> str:
    """The same, short enough for a button: "20 s"."""
    if seconds < DAY_SECONDS_SHOWN_AS_MINUTES:
        return f"{_number(seconds)} s"
    if seconds < DAY_SECONDS_SHOWN_AS_MINUTES * 60:
        return f"{_number(seconds / 60)} min"
    return f"{_number(seconds / 3600)} t"


def _number(value: float) -> str:
    return f"{round(value, 1):g}".replace(".", ",")


def long_date(day: date) -> str:
    """Such as "fredag 20. november 2026"."""
    return f"{WEEKDAYS[day.weekday()]} {day.day}. {MONTHS[day.month - 1]} {day.year}"


def moment(instant: datetime, now: datetime) -> str:
    """When, as one would say it: "i dag kl. 14.00", "på mandag kl. 9.00", "24. december kl. 10.30"."""
    day, today = local(instant).date(), local(now).date()
    days = (day - today).days
    if days == 0:
        return f"i dag kl. {clock(instant)}"
    if days == 1:
        return f"i morgen kl. {clock(instant)}"
    if 1 < days < 7:
        return f"på {WEEKDAYS[day.weekday()]} kl. {clock(instant)}"
    return f"{day.day}. {MONTHS[day.month - 1]} kl. {clock(instant)}"


def _phone(demo: Demo, patient: Patient, waiting: Waiting, now: datetime) -> dict[str, Any]:
    newest = patient.enrolments[0] if patient.enrolments else None
    content = demo.runtime.content
    programme = programme_of(content, newest)
    return {
        "id": patient.id,
        "name": patient.name,
        "number": display(patient.phone),
        "programme": programme.name if programme else "",
        "coming": _coming(patient, waiting, now),
    }


def _coming(patient: Patient, waiting: Waiting, now: datetime) -> str:
    if patient.opted_out_at is not None:
        return "Patienten har afmeldt sms og får ikke flere."
    if HELD_PAUSE in waiting.held:
        return "Forløbet er på pause. Skriv START for at komme i gang igen."
    held = " Råd og øvelser venter, til alarmen er afsluttet." if HELD_RED in waiting.held else ""
    if waiting.next_at is None:
        return held.strip() or "Der kommer ikke flere sms'er."
    return f"Næste sms kommer {moment(waiting.next_at, now)}.{held}"


def _waiting(session: Session) -> Mapping[int, Waiting]:
    rows = session.execute(
        select(Message.patient_id, Message.state, Message.reason, func.min(Message.next_attempt_at))
        .where(Message.state.in_((MessageState.PLANNED, MessageState.HELD)), Message.patient_id.is_not(None))
        .group_by(Message.patient_id, Message.state, Message.reason)
    )
    planned: dict[int, list[datetime]] = defaultdict(list)
    held: dict[int, set[str]] = defaultdict(set)
    for patient_id, message_state, reason, first in rows:
        if patient_id is None:
            continue
        if message_state == MessageState.PLANNED:
            planned[patient_id].append(first)
        else:
            held[patient_id].add(reason)
    return {
        patient_id: Waiting(min(planned[patient_id], default=None), frozenset(held[patient_id]))
        for patient_id in {*planned, *held}
    }


def _text(bubble: Bubble) -> dict[str, Any]:
    return {
        "id": bubble.id,
        "mine": bubble.mine,
        "body": bubble.body,
        "day": long_date(local(bubble.at).date()),
        "time": clock(bubble.at),
        "sent": bubble.sent,
    }
