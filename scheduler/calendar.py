"""Pure: Danish days and wall-clock time. All rules are in local time; conversion to UTC comes last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

TZ = ZoneInfo("Europe/Copenhagen")
DOCTOR_OPENS = time(8)
DOCTOR_CLOSES = time(16)
SATURDAY = 5
CLOSED_BY_CUSTOM = frozenset({(6, 5), (12, 24), (12, 31)})
"""5 June, 24 and 31 December: no public holidays by law, but lægevagt days (clinical-danish.md §1)."""


@dataclass(frozen=True)
class Window:
    """When timed texts may go, as minutes after local midnight; `closes` itself is outside."""

    opens: int = 9 * 60
    closes: int = 20 * 60

    def __post_init__(self) -> None:
        if not 9 * 60 <= self.opens < self.closes <= 20 * 60:
            raise ValueError("the sending window must lie between 9.00 and 20.00")

    def holds(self, wall: time) -> bool:
        return self.opens <= wall.hour * 60 + wall.minute < self.closes

    @property
    def opening(self) -> time:
        return time(self.opens // 60, self.opens % 60)

    @property
    def last_minute(self) -> time:
        return time((self.closes - 1) // 60, (self.closes - 1) % 60)


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DK", years=year))


def is_holiday(day: date) -> bool:
    """A public holiday, or one of the three days on which Danish clinics are closed all the same."""
    return (day.month, day.day) in CLOSED_BY_CUSTOM or day in _public_holidays(day.year)


def is_doctor_open(instant: datetime) -> bool:
    """Whether an own doctor takes the telephone: weekdays 8-16, not on holidays (clinical-danish.md §1)."""
    wall = local(instant)
    if wall.weekday() >= SATURDAY or is_holiday(wall.date()):
        return False
    return DOCTOR_OPENS <= wall.time() < DOCTOR_CLOSES


def local(instant: datetime) -> datetime:
    """An instant as Danish wall-clock time. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant must carry its time zone")
    return instant.astimezone(TZ)


def at(day: date, wall: time) -> datetime:
    """The UTC instant of a Danish wall-clock time.

    A time that the clocks skip in spring is read one hour on; of the two in autumn the first counts.
    """
    return datetime.combine(day, wall, tzinfo=TZ).astimezone(UTC)


def next_sending_day(day: date, *, on_holidays: bool) -> date:
    """`day` itself, or the first day after it on which timed texts may go."""
    while not on_holidays and is_holiday(day):
        day += timedelta(days=1)
    return day


def next_sendable(instant: datetime, window: Window, *, on_holidays: bool) -> datetime:
    """`instant` if a timed text may go then, else the next opening of the window (UTC)."""
    wall = local(instant)
    day = wall.date()
    if wall.time() > window.last_minute and not window.holds(wall.time()):
        day += timedelta(days=1)
    allowed = next_sending_day(day, on_holidays=on_holidays)
    if allowed == wall.date() and window.holds(wall.time()):
        return instant.astimezone(UTC)
    return at(allowed, window.opening)
