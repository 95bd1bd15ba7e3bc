"""Pure: when simulated staff take an alert and when they close it, counted in opening hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random

from bot.simulate.behaviour import Minutes, StaffHabits
from bot.simulate.people import GRID, on_grid
from scheduler.calendar import SATURDAY, at, is_holiday, local


def deadlines(habits: StaffHabits, dice: Random, colour: str, opened_at: datetime) -> tuple[datetime, datetime]:
    """When an alert is taken and when it is closed (UTC), each at least ten minutes after what came before."""
    taken = _after(habits, dice, habits.taken[colour], opened_at)
    return taken, _after(habits, dice, habits.closed[colour], taken)


def _after(habits: StaffHabits, dice: Random, bounds: Minutes, instant: datetime) -> datetime:
    minutes = timedelta(minutes=dice.randint(*bounds))
    return max(on_grid(later(instant, minutes, habits.opens, habits.closes)), instant + GRID)


def later(instant: datetime, minutes: timedelta, opens: time, closes: time) -> datetime:
    """The instant so many opening minutes after `instant`; clinics are closed at weekends and on holidays."""
    now, left = instant, minutes
    while True:
        day = local(now).date()
        start, end = at(day, opens), at(day, closes)
        if _is_open(day) and now < end:
            now = max(now, start)
            if now + left < end:
                return now + left
            left -= end - now
        now = at(day + timedelta(days=1), opens)


def _is_open(day: date) -> bool:
    return day.weekday() < SATURDAY and not is_holiday(day)
