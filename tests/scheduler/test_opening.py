"""Opening hours: what is open, and how opening time is counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import at, local
from scheduler.opening import OpeningHours, after_open_minutes, is_open, next_opening

USUAL = OpeningHours()
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
SPANS = st.none() | st.tuples(st.integers(0, 700), st.integers(701, 1440))
HOURS = st.builds(OpeningHours, st.tuples(*[SPANS] * 7))


def test_weekdays_from_eight_to_four_unless_a_clinic_says_otherwise() -> None:
    assert is_open(USUAL, at(date(2026, 11, 23), time(8)))
    assert not is_open(USUAL, at(date(2026, 11, 23), time(16)))
    assert not is_open(USUAL, at(date(2026, 11, 21), time(10)))


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2026, 12, 24), date(2027, 3, 25), date(2026, 6, 5)])
def test_closed_on_holidays_and_on_the_days_that_are_holidays_by_custom(day: date) -> None:
    assert not is_open(USUAL, at(day, time(10)))


def test_closed_on_the_clinics_own_days() -> None:
    hours = OpeningHours(closed=((date(2026, 7, 6), date(2026, 7, 24)),))
    assert not is_open(hours, at(date(2026, 7, 24), time(10)))
    assert next_opening(hours, at(date(2026, 7, 6), time(10))) == at(date(2026, 7, 27), time(8))


def test_minutes_run_on_over_a_weekend_and_a_holiday() -> None:
    friday = at(date(2026, 12, 18), time(15))
    assert after_open_minutes(USUAL, friday, 4 * 60) == at(date(2026, 12, 21), time(11))
    before_christmas = at(date(2026, 12, 23), time(15, 30))
    assert after_open_minutes(USUAL, before_christmas, 60) == at(date(2026, 12, 28), time(8, 30))


def test_what_is_up_at_the_last_minute_is_up_that_day() -> None:
    assert after_open_minutes(USUAL, at(date(2026, 11, 23), time(12)), 240) == at(date(2026, 11, 23), time(16))


@pytest.mark.parametrize("span", [(600, 600), (700, 600), (-1, 60), (600, 1441)])
def test_hours_that_cannot_be_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="closes after"):
        OpeningHours((span,) + (None,) * 6)


def test_a_clinic_that_never_opens_still_comes_to_an_end() -> None:
    never = OpeningHours((None,) * 7)
    start = at(date(2026, 11, 23), time(9))
    assert after_open_minutes(never, start, 60) == start + timedelta(days=60, hours=1)


@given(hours=HOURS, instant=INSTANTS, minutes=st.integers(1, 600))
def test_opening_time_counted_minute_by_minute_is_the_same(
    hours: OpeningHours, instant: datetime, minutes: int
) -> None:
    instant = instant.replace(second=0, microsecond=0)
    ends = after_open_minutes(hours, instant, minutes)
    if ends - instant > timedelta(days=9):
        return
    counted, moment = 0, instant
    while moment < ends:
        counted += is_open(hours, moment)
        moment += timedelta(minutes=1)
    assert counted == minutes
    assert is_open(hours, ends - timedelta(minutes=1))


@given(hours=HOURS, instant=INSTANTS)
def test_a_day_of_clocks_put_forward_or_back_keeps_its_wall_clock_hours(hours: OpeningHours, instant: datetime) -> None:
    for day in (date(2026, 3, 29), date(2026, 10, 25), local(instant).date()):
        span, on = hours.weekly[day.weekday()], hours.on(day)
        if span is None or on is None:
            continue
        for minute, edge in zip(span, on, strict=True):
            wall = local(edge)
            told = wall.hour * 60 + wall.minute + (1440 if wall.date() > day else 0)
            is_skipped = day == date(2026, 3, 29) and 120 <= minute < 180
            assert told == (minute + 60 if is_skipped else minute)
