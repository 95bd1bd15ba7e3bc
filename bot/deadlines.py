"""How long an alert may wait, by colour and hour, and when it is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import ClosedDays, Colour, Deadline, OpeningDay
from scheduler.opening import OpeningHours, after_open_minutes, is_open, next_opening


@dataclass(frozen=True)
class Allowance:
    """What alerts of one colour are given.

    `open_minutes`: for one that comes while the clinic is open. `closed_minutes`: while it is closed; None: only
    opening time counts, and nobody is alarmed outside it. `every_minutes`: from one alarm to the next. `has_alarm`:
    whether the person on call is alarmed at all.
    """

    open_minutes: int
    closed_minutes: int | None
    every_minutes: int
    has_alarm: bool = True


USUAL: Mapping[Colour, Allowance] = MappingProxyType(
    {
        Colour.RED: Allowance(10, 10, 5),
        Colour.AMBER: Allowance(4 * 60, None, 60),
        Colour.BLUE: Allowance(8 * 60, None, 4 * 60),
    }
)
"""Until a clinic says otherwise: red at any hour, amber after four hours and blue after a day of opening time."""


@dataclass(frozen=True)
class Deadlines:
    """A clinic's opening hours, and what each colour is given."""

    hours: OpeningHours = field(default_factory=OpeningHours)
    allowances: Mapping[Colour, Allowance] = field(default_factory=lambda: USUAL)

    def of(self, colour: str) -> Allowance:
        return self.allowances[known_colour(colour)]


def known_colour(colour: str) -> Colour:
    """A colour nobody knows is treated as red."""
    return Colour(colour) if colour in set(Colour) else Colour.RED


def deadline_of(deadlines: Deadlines, colour: str, opened_at: datetime) -> datetime:
    """When an alert of this colour is overdue (UTC). Pure.

    One that comes while the clinic is closed must be taken before its own time is up, and before one would have to be
    that came just as the clinic opened.
    """
    allowance = deadlines.of(colour)
    given = timedelta(minutes=allowance.open_minutes)
    if allowance.closed_minutes is None:
        return after_open_minutes(deadlines.hours, opened_at, allowance.open_minutes)
    if is_open(deadlines.hours, opened_at):
        return opened_at.astimezone(UTC) + given
    while_closed = opened_at.astimezone(UTC) + timedelta(minutes=allowance.closed_minutes)
    return min(while_closed, next_opening(deadlines.hours, opened_at) + given)


def may_alarm(deadlines: Deadlines, colour: str, now: datetime) -> bool:
    """Whether somebody on call may be alarmed now about what is overdue. Pure."""
    allowance = deadlines.of(colour)
    return allowance.has_alarm and (allowance.closed_minutes is not None or is_open(deadlines.hours, now))


def deadlines_of(session: Session, clinic_id: str) -> Deadlines:
    """What a clinic has settled, the usual where it has not."""
    rows = session.scalars(select(Deadline).where(Deadline.clinic_id == clinic_id))
    own = {
        Colour(row.colour): Allowance(row.open_minutes, row.closed_minutes, row.every_minutes, row.has_alarm)
        for row in rows
    }
    return Deadlines(hours_of(session, clinic_id), MappingProxyType({**USUAL, **own}))


def hours_of(session: Session, clinic_id: str) -> OpeningHours:
    days = {
        row.weekday: (row.opens, row.closes)
        for row in session.scalars(select(OpeningDay).where(OpeningDay.clinic_id == clinic_id))
    }
    closed = session.scalars(select(ClosedDays).where(ClosedDays.clinic_id == clinic_id).order_by(ClosedDays.first_day))
    periods = tuple((row.first_day, row.last_day) for row in closed)
    if not days:
        return OpeningHours(closed=periods)
    return OpeningHours(tuple(days.get(weekday) for weekday in range(7)), periods)
