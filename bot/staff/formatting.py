"""Pure: how dates, times, waits and numbers are written for Danish readers, in Danish wall-clock time."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from scheduler.calendar import local

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SPACED_DAY = re.compile(r"([0-9]{1,2}) ?[-./ ] ?([0-9]{1,2})(?: ?[-./ ] ?([0-9]{4}|[0-9]{2})|[.]?)")
_DIGITS_DAY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})")
_CENTURY = 2000
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_TWO_DAYS = 2 * _DAY


def danish_date(value: date | datetime) -> str:
    """21-11-2026"""
    day = local(value) if isinstance(value, datetime) else value
    return day.strftime("%d-%m-%Y")


def clock(value: datetime | time) -> str:
    """14.30"""
    wall = local(value) if isinstance(value, datetime) else value
    return wall.strftime("%H.%M")


def date_time(instant: datetime) -> str:
    """21-11-2026 kl. 14.30"""
    return f"{danish_date(instant)} kl. {clock(instant)}"


def moment(instant: datetime, now: datetime) -> str:
    """Kl. 14.30, and on another day than today 21-11-2026 kl. 14.30"""
    return f"kl. {clock(instant)}" if local(instant).date() == local(now).date() else date_time(instant)


def day_heading(day: date) -> str:
    """Lørdag 21-11-2026 · uge 47 (ISO week)"""
    return f"{WEEKDAYS[day.weekday()].capitalize()} {danish_date(day)} · uge {day.isocalendar().week}"


def duration(span: timedelta) -> str:
    """How long, to the minute below an hour and coarser above: "4 min", "1 t 12 min", "3 dage"."""
    seconds = int(span.total_seconds())
    if seconds < _MINUTE:
        return "under 1 min"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        minutes = seconds % _HOUR // _MINUTE
        return f"{seconds // _HOUR} t {minutes} min" if minutes else f"{seconds // _HOUR} t"
    return "1 dag" if seconds < _TWO_DAYS else f"{seconds // _DAY} dage"


def course_week(start: date, today: date, weeks: int) -> str:
    """Where in its course a patient stands: "uge 3 af 6"; before the start and after the end in words."""
    days = (today - start).days
    if days < 0:
        return f"starter {danish_date(start)}"
    week = days // 7 + 1
    return f"uge {week} af {weeks}" if week <= weeks else f"efter uge {weeks}"


def day_clock(instant: datetime) -> str:
    """Tirsdag 21-11 kl. 14.30"""
    wall = local(instant)
    return f"{WEEKDAYS[wall.weekday()]} {wall:%d-%m} kl. {clock(wall)}"


def minute_clock(minute: int) -> str:
    """Minutes after midnight: 08.30; the midnight that ends a day is 00.00."""
    return f"{minute // 60 % 24:02d}.{minute % 60:02d}"


def parse_clock(text: str) -> int | None:
    """Minutes after midnight of a time as a Danish hand writes it (16.30, 16:30, 1630, 16); None: not one."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def parse_day(text: str, today: date) -> date | None:
    """A day as a Danish hand writes it, or as an address holds it (2026-11-21); None: not one.

    21-11-2026, 21.11.26, 21/11 2026, 21112026, 211126; without a year (21/11) the one nearest to `today`.
    """
    if found := _ISO_DAY.fullmatch(text.strip()):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _SPACED_DAY.fullmatch(text.strip()) or _DIGITS_DAY.fullmatch(text.strip())
    if found is None:
        return None
    day, month, year = int(found[1]), int(found[2]), found[3]
    if year:
        return _day(int(year) + (_CENTURY if len(year) == 2 else 0), month, day)
    near = [_day(today.year + more, month, day) for more in (-1, 0, 1)]
    return min((found for found in near if found), key=lambda day: abs(day - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def long_day(day: date) -> str:
    """lørdag 21-11-2026"""
    return f"{WEEKDAYS[day.weekday()]} {danish_date(day)}"


def parse_time(text: str) -> time | None:
    """A clock time as a browser's time field or a Danish hand writes it (9:30, 9.30, 14); None when neither."""
    text = text.strip().lower().removeprefix("kl.").strip()
    for pattern in ("%H:%M", "%H.%M", "%H:%M:%S", "%H"):
        try:
            return datetime.strptime(text, pattern).time()  # noqa: DTZ007 - a clock time has no time zone
        except ValueError:
            continue
    return None


def soon(instant: datetime, now: datetime) -> str:
    """When something happens, as one says it: "i dag kl. 9.00", "i morgen kl. 9.00", "mandag kl. 9.00" in the
    week ahead, "mandag 23-11-2026 kl. 9.00" after it.
    """
    wall, today = local(instant), local(now).date()
    days = {today + timedelta(days=number): WEEKDAYS[(today.weekday() + number) % 7] for number in range(7)}
    days |= {today: "i dag", today + timedelta(days=1): "i morgen"}
    return f"{days.get(wall.date(), long_day(wall.date()))} kl. {wall.hour}.{wall:%M}"
