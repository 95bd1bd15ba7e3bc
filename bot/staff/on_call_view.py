"""What the page of who is on call shows, read with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.on_call import can_be_alarmed, contacts_of, duties_ahead
from bot.staff.alarm_lines import Line, alarms, count_since, line_of
from bot.staff.formatting import clock, danish_date, date_time, day_clock, minute_clock
from bot.staff.on_call_forms import shift_text
from core.models import Alarm, Contact, RosterChange, RosterShift
from core.phone import display
from scheduler.calendar import local
from scheduler.roster import Duty

COUNTED = timedelta(days=7)
SHOWN_ALARMS = 10


@dataclass(frozen=True)
class Person:
    """A contact. `problem`: why an alarm cannot reach this one, empty when it can. `trial`: what came of the last."""

    id: int
    name: str
    phone: str
    email: str
    standby: int | None
    staff_id: int | None
    staff_name: str
    problem: str
    trial: Line | None


@dataclass(frozen=True)
class Watch:
    """A stretch of time with the same people on call. `names` empty: nobody."""

    since: str
    until: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A line of the roster, or a change of it. `days`, `typed`: a shift as its form shows it."""

    id: int
    text: str
    names: tuple[str, ...]
    note: str = ""
    days: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    now: tuple[Person, ...]
    now_until: str
    watches: tuple[Watch, ...]
    people: tuple[Person, ...]
    shifts: tuple[Entry, ...]
    changes: tuple[Entry, ...]
    alarms: tuple[Line, ...]
    alarm_count: int

    @property
    def gaps(self) -> list[Watch]:
        return [watch for watch in self.watches if not watch.names]


def view(session: Session, clinic_id: str, now: datetime, *, can_mail: bool) -> View:
    known = contacts_of(session, clinic_id)
    ahead = duties_ahead(session, clinic_id, now, can_mail=can_mail)
    names = {key: contact.name for key, contact in known.items()}
    recent = [
        line_of(alarm)
        for alarm in session.scalars(
            alarms()
            .where(Alarm.clinic_id == clinic_id, Alarm.colour.is_not(None))
            .order_by(Alarm.id.desc())
            .limit(SHOWN_ALARMS)
        )
    ]
    people = _people(session, known, can_mail=can_mail)
    shifts = session.scalars(select(RosterShift).where(RosterShift.clinic_id == clinic_id).order_by(RosterShift.id))
    changes = session.scalars(
        select(RosterChange)
        .where(RosterChange.clinic_id == clinic_id, RosterChange.ends_at > now)
        .order_by(RosterChange.starts_at)
    )
    return View(
        now=tuple(people[key] for key in ahead[0].contacts),
        now_until=day_clock(ahead[0].ends_at) if len(ahead) > 1 else "",
        watches=tuple(_watch(duty, names) for duty in ahead),
        people=tuple(people.values()),
        shifts=tuple(_shift(row, names) for row in shifts),
        changes=tuple(
            Entry(row.id, _span(row.starts_at, row.ends_at), _names(row.contacts, names), row.reason) for row in changes
        ),
        alarms=tuple(recent),
        alarm_count=count_since(session, clinic_id, now - COUNTED),
    )


def _shift(row: RosterShift, names: Mapping[int, str]) -> Entry:
    people = {f"person-{place}": str(contact) for place, contact in enumerate(row.contacts, 1)}
    return Entry(
        id=row.id,
        text=shift_text(row.days, row.starts, row.ends),
        names=_names(row.contacts, names),
        days=tuple(str(day) for day in row.days),
        typed={"starts": minute_clock(row.starts), "ends": minute_clock(row.ends), **people},
    )


def _people(session: Session, known: Mapping[int, Contact], *, can_mail: bool) -> dict[int, Person]:
    trials = _trials(session, list(known))
    return {
        key: Person(
            id=key,
            name=contact.name,
            phone=display(contact.phone) if contact.phone else "",
            email=contact.email or "",
            standby=contact.standby,
            staff_id=contact.staff_id,
            staff_name=contact.staff.name if contact.staff else "",
            problem=_problem(contact, can_mail=can_mail),
            trial=trials.get(key),
        )
        for key, contact in known.items()
    }


def _problem(contact: Contact, *, can_mail: bool) -> str:
    if can_be_alarmed(contact, can_mail=can_mail):
        return ""
    is_closed = contact.staff is not None and contact.staff.deactivated_at is not None
    return "Alarmeres ikke: Adgangen er lukket" if is_closed else "Kan ikke nås: Mail er ikke sat op"


def _trials(session: Session, contact_ids: Sequence[int]) -> dict[int, Line]:
    """The newest try of each, by text where it went two ways."""
    if not contact_ids:
        return {}
    rows = session.scalars(
        alarms()
        .where(Alarm.contact_id.in_(contact_ids), Alarm.colour.is_(None))
        .order_by(Alarm.created_at, Alarm.message_id.is_not(None), Alarm.id)
    )
    return {alarm.contact_id: line_of(alarm) for alarm in rows}


def _watch(duty: Duty, names: Mapping[int, str]) -> Watch:
    same_day = local(duty.starts_at).date() == local(duty.ends_at).date()
    until = f"kl. {clock(duty.ends_at)}" if same_day else day_clock(duty.ends_at)
    return Watch(day_clock(duty.starts_at), until, _names(duty.contacts, names))


def _names(contacts: Iterable[int], names: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(names[contact] for contact in contacts if contact in names)


def _span(starts_at: datetime, ends_at: datetime) -> str:
    """ "24-12-2026 kl. 00.00 til 25-12-2026 kl. 00.00"; whole days without the hour."""
    begins, last = local(starts_at), local(ends_at - timedelta(minutes=1))
    if clock(starts_at) == "00.00" and clock(ends_at) == "00.00":
        days = danish_date(begins)
        return days if begins.date() == last.date() else f"{days} til {danish_date(last)}"
    return f"{date_time(starts_at)} til {date_time(ends_at)}"
