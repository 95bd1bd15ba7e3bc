"""Pure: when a clinic is open, and when so many minutes of its opening time have passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from scheduler.calendar import at, is_holiday, local

DAY_MINUTES = 24 * 60
LOOK_AHEAD = 60
"""Days: a clinic that does not open within them is treated as one that opens then."""
_ORDINARY = (8 * 60, 16 * 60)

Span = tuple[int, int]
"""Minutes after local midnight: opens, closes. The closing minute itself is outside; 1440 is midnight."""


@dataclass(frozen=True)
class OpeningHours:
    """Local hours by weekday, Monday first (None: closed). Closed as well on public holidays and on `closed` days,
    each a first and a last day.
    """

    weekly: tuple[Span | None, ...] = (_ORDINARY,) * 5 + (None, None)
    closed: tuple[tuple[date, date], ...] = field(default=())

    def __post_init__(self) -> None:
        if len(self.weekly) != 7:
            raise ValueError("a week has seven days")
        if not all(span is None or 0 <= span[0] < span[1] <= DAY_MINUTES for span in self.weekly):
            raise ValueError("a clinic closes after it has opened, and before midnight")

    def is_closed_all(self, day: date) -> bool:
        """Whether the clinic is closed on a local day whatever its weekday."""
        return is_holiday(day) or any(first <= day <= last for first, last in self.closed)

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing of a local day (UTC), None when it is closed."""
        span = self.weekly[day.weekday()]
        if span is None or self.is_closed_all(day):
            return None
        return wall_minute(day, span[0]), wall_minute(day, span[1])


def wall_minute(day: date, minute: int) -> datetime:
    """The UTC instant of a local minute after midnight; 1440 is the midnight that ends the day."""
    days, rest = divmod(minute, DAY_MINUTES)
    return at(day + timedelta(days=days), time(rest // 60, rest % 60))


def is_open(hours: OpeningHours, instant: datetime) -> bool:
    span = hours.on(local(instant).date())
    return span is not None and span[0] <= instant < span[1]


def next_opening(hours: OpeningHours, instant: datetime) -> datetime:
    """`instant` when the clinic is open then, else the next opening (UTC)."""
    return after_open_minutes(hours, instant, 0)


def after_open_minutes(hours: OpeningHours, instant: datetime, minutes: int) -> datetime:
    """When so many minutes of opening time have passed since `instant` (UTC)."""
    left = timedelta(minutes=minutes)
    first = local(instant).date()
    for days in range(LOOK_AHEAD):
        span = hours.on(first + timedelta(days=days))
        if span is None or span[1] <= instant:
            continue
        begins = max(span[0], instant)
        if begins + left <= span[1]:
            return (begins + left).astimezone(UTC)
        left -= span[1] - begins
    return instant.astimezone(UTC) + timedelta(days=LOOK_AHEAD) + left
