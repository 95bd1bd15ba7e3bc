"""Pure: who is on call at an instant, from a roster of weekly shifts and what was changed in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.calendar import is_holiday, local
from scheduler.opening import DAY_MINUTES, wall_minute

HOLIDAY = 7
"""Among the days of a shift, after Monday (0) to Sunday (6)."""
_DAY = timedelta(days=1)

Order = tuple[int, ...]
"""The contacts' ids, in the order in which they are alarmed."""


@dataclass(frozen=True)
class Shift:
    """Every week on `days`, in local minutes after midnight. One that ends no later than it starts ends a day on."""

    days: frozenset[int]
    starts: int
    ends: int
    contacts: Order

    def on(self, day: date) -> tuple[datetime, datetime]:
        """From and until when (UTC) a shift lasts that starts on a local day."""
        ends = self.ends if self.ends > self.starts else self.ends + DAY_MINUTES
        return wall_minute(day, self.starts), wall_minute(day, ends)


@dataclass(frozen=True)
class Change:
    """Others than the roster's, from and until an instant."""

    starts_at: datetime
    ends_at: datetime
    contacts: Order


@dataclass(frozen=True)
class Roster:
    """`changes`: the oldest first. `standby`: the order when nothing else fits."""

    shifts: tuple[Shift, ...] = ()
    changes: tuple[Change, ...] = ()
    standby: Order = ()


@dataclass(frozen=True)
class Duty:
    """From and until when (UTC) the same people are on call; `contacts` empty: nobody."""

    starts_at: datetime
    ends_at: datetime
    contacts: Order


def on_call(roster: Roster, instant: datetime) -> Order:
    """Who is alarmed, in order; empty: nobody.

    The newest change that covers the instant decides; else the shifts that do, those for public holidays before those
    for weekdays; else the standing order. Where shifts overlap, the people of all of them are on call. A night belongs
    to the day on which it began.
    """
    for change in reversed(roster.changes):
        if change.contacts and change.starts_at <= instant < change.ends_at:
            return change.contacts
    for is_on in (_on_holiday, _on_weekday):
        found = [contact for shift in roster.shifts if _covers(shift, instant, is_on) for contact in shift.contacts]
        if found:
            return tuple(dict.fromkeys(found))
    return roster.standby


def duties(roster: Roster, start: datetime, end: datetime) -> list[Duty]:
    """Who is on call from `start` until `end`, without a gap; each change of people begins a new duty."""
    edges = [start, *sorted(edge for edge in _edges(roster, start, end) if start < edge < end), end]
    found: list[Duty] = []
    for begins, ends in itertools.pairwise(edges):
        contacts = on_call(roster, begins)
        if found and found[-1].contacts == contacts:
            found[-1] = Duty(found[-1].starts_at, ends, contacts)
        else:
            found.append(Duty(begins, ends, contacts))
    return found


def _edges(roster: Roster, start: datetime, end: datetime) -> set[datetime]:
    """Every instant at which others may come on call."""
    edges = {edge for change in roster.changes for edge in (change.starts_at, change.ends_at)}
    day = local(start).date() - _DAY
    while day <= local(end).date():
        edges |= {edge for shift in roster.shifts for edge in shift.on(day)}
        day += _DAY
    return edges


def _on_holiday(shift: Shift, day: date) -> bool:
    return HOLIDAY in shift.days and is_holiday(day)


def _on_weekday(shift: Shift, day: date) -> bool:
    return day.weekday() in shift.days


def _covers(shift: Shift, instant: datetime, is_on: Callable[[Shift, date], bool]) -> bool:
    today = local(instant).date()
    for day in (today, today - _DAY):
        starts_at, ends_at = shift.on(day)
        if is_on(shift, day) and starts_at <= instant < ends_at:
            return True
    return False
