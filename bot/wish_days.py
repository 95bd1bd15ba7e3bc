"""Pure: until when a pause shall last, read from Danish words, and a day said in Danish words.

Works on the plain spelling of `bot.red_flags.normalise` (ae, oe, aa). All days are local Danish days.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

LONGEST_PAUSE = 28
"""Days. A course must not sleep longer without somebody looking at it."""
FURTHEST_NAMED = 120
"""Days. A date further ahead is not what was meant, more likely one that is past or a slip."""

WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
MONTHS = (
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
)
PLAIN_WEEKDAYS = tuple(day.replace("ø", "oe") for day in WEEKDAYS)
COUNTS = {
    word: number
    for number, words in enumerate(
        ("en et een", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv", "tretten"), 1
    )
    for word in words.split()
} | {"fjorten": 14, "par": 2}

_SHORT_MONTHS = {month[:3]: number for number, month in enumerate(MONTHS, 1)} | {"sept": 9}
_DAY = "|".join(PLAIN_WEEKDAYS)
_MONTH = "|".join([*MONTHS, *_SHORT_MONTHS])
_COUNT = r"(?:\d{1,2}|" + "|".join(COUNTS) + ")"
_DATE = (
    r"(?:(?:den|d) )?(?P<dom>\d{1,2})"
    rf"(?:[./-](?P<mon>\d{{1,2}})(?:[./-](?P<year>\d{{2,4}}))?| (?P<month>{_MONTH}))?"
)
_UNTIL = "(?:til|indtil|frem til|til og med|tom)"

_LENGTH = re.compile(
    rf"(?:(?:i|paa) )?(?:(?:et|de naeste|ca|cirka|omkring) )?(?P<n>{_COUNT}) "
    "(?P<unit>dage?|dags tid|uger?|uges tid|maaned)"
)
_UNTIL_DATE = re.compile(rf"{_UNTIL} (?:(?:paa )?(?:{_DAY}) )?{_DATE}")
_UNTIL_DAY = re.compile(rf"{_UNTIL} (?:paa )?(?P<next>naeste )?(?P<day>{_DAY})(?P<week> i naeste uge)?")
_UNTIL_SOON = re.compile(rf"{_UNTIL} (?P<soon>i morgen|efter weekenden|naeste uge|efter jul|efter nytaar)")
_SPAN = re.compile("hele ugen|resten af ugen|(?:i )?denne uge|i weekenden|weekenden over|over weekenden")
_WEEK = re.compile(
    r"(?:hele )?(?:(?:i|fra) )?(?:(?P<coming>naeste uge)|uge (?P<week>\d{1,2})"
    r"(?: (?:og|til) (?:uge )?(?P<last>\d{1,2}))?)"
)


def read_until(words: str, today: date) -> date | None:
    """The day on which texts go on, from words such as "i 3 dage", "til mandag", "uge 42"; None for anything else.

    Always 1 to LONGEST_PAUSE days after `today`: a longer wish is cut there.
    """
    until = _length(words, today) or _until(words, today) or _week(words, today)
    if until is None or not today < until <= today + timedelta(days=FURTHEST_NAMED):
        return None
    return min(until, today + timedelta(days=LONGEST_PAUSE))


def read_day(words: str, today: date) -> date | None:
    """The day meant by "den 14.", "mandag", "3. december"; None for anything else."""
    return read_until(f"til {words.removeprefix('paa ')}", today)


def say_day(day: date) -> str:
    """A day as a patient reads it: mandag den 30. november."""
    return f"{WEEKDAYS[day.weekday()]} den {day.day}. {MONTHS[day.month - 1]}"


def _length(words: str, today: date) -> date | None:
    if (found := _LENGTH.fullmatch(words)) is None:
        return None
    unit, several = found["unit"], found["n"]
    count = int(several) if several.isdigit() else COUNTS[several]
    days = count if unit.startswith("dag") else count * 7 if unit.startswith("uge") else count * LONGEST_PAUSE
    return today + timedelta(days=days)


def _until(words: str, today: date) -> date | None:
    if found := _UNTIL_DATE.fullmatch(words):
        return _date(found, today)
    if found := _UNTIL_DAY.fullmatch(words):
        return _weekday(PLAIN_WEEKDAYS.index(found["day"]), today, next_week=bool(found["next"] or found["week"]))
    if found := _UNTIL_SOON.fullmatch(words):
        return {
            "i morgen": today + timedelta(days=1),
            "efter weekenden": _monday_after(today),
            "naeste uge": _monday_after(today),
            "efter jul": _next_date(27, 12, today),
            "efter nytaar": _next_date(2, 1, today),
        }[found["soon"]]
    return _monday_after(today) if _SPAN.fullmatch(words) else None


def _date(found: re.Match[str], today: date) -> date | None:
    dom = int(found["dom"])
    if found["year"]:
        year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
        return _made(year, int(found["mon"]), dom)
    if found["mon"] or found["month"]:
        month = int(found["mon"]) if found["mon"] else _SHORT_MONTHS[found["month"][:3]]
        return _next_date(dom, month, today)
    this = _made(today.year, today.month, dom)
    if this is not None and this > today:
        return this
    return _made(today.year + today.month // 12, today.month % 12 + 1, dom)


def _made(year: int, month: int, dom: int) -> date | None:
    try:
        return date(year, month, dom)
    except ValueError:
        return None


def _next_date(dom: int, month: int, today: date) -> date | None:
    this = _made(today.year, month, dom)
    return this if this is not None and this > today else _made(today.year + 1, month, dom)


def _weekday(weekday: int, today: date, *, next_week: bool) -> date:
    """The coming one; "næste fredag" is the one in the week after this."""
    if next_week:
        return _monday_after(today) + timedelta(days=weekday)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _monday_after(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _week(words: str, today: date) -> date | None:
    """The Monday after the named weeks. Weeks that begin later than next week are for staff: a pause begins at once."""
    if (found := _WEEK.fullmatch(words)) is None:
        return None
    if found["coming"]:
        return _monday_after(today) + timedelta(days=7)
    first, last = int(found["week"]), int(found["last"] or found["week"])
    for monday in (_monday_after(today) - timedelta(days=7), _monday_after(today)):
        if monday.isocalendar().week == first:
            weeks = last - first if last >= first else 0
            return monday + timedelta(days=7 * (weeks + 1))
    return None
