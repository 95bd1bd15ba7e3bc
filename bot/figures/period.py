"""Pure: the days a count is about, cut into ISO weeks of Danish wall-clock time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.calendar import at

LONGEST = timedelta(weeks=53)
USUAL_WEEKS = 4
_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Week:
    """An ISO week, or what of it lies in the period: from `begins` until just before `ends` (UTC)."""

    number: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Period:
    """Local days, both included."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return at(self.first, time(0))

    @property
    def ends(self) -> datetime:
        """The first instant after the period (UTC)."""
        return at(self.last + _DAY, time(0))

    @property
    def weeks(self) -> tuple[Week, ...]:
        weeks = []
        monday = self.first - timedelta(days=self.first.weekday())
        while monday <= self.last:
            begins = max(at(monday, time(0)), self.begins)
            weeks.append(Week(monday.isocalendar().week, begins, min(at(monday + _WEEK, time(0)), self.ends)))
            monday += _WEEK
        return tuple(weeks)


def latest(weeks: int, today: date) -> Period:
    """The present ISO week up to today, and the whole weeks before it: so many in all."""
    return Period(today - timedelta(days=today.weekday()) - _WEEK * (weeks - 1), today)


def problem(first: date, last: date) -> str | None:
    """Why days cannot be a period, in Danish; None when they can."""
    if first > last:
        return "Den første dag ligger efter den sidste. Byt om på dem."
    if last - first > LONGEST:
        return "Vælg højst 53 uger ad gangen."
    return None
