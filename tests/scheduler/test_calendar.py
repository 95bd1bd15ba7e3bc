from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Window, at, is_doctor_open, is_holiday, local, next_sendable

INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
WINDOWS = st.tuples(st.integers(540, 1140), st.integers(30, 660)).map(lambda w: Window(w[0], min(w[0] + w[1], 1200)))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 6, 5),  # grundlovsdag
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 3, 25),  # skærtorsdag
        date(2027, 3, 29),  # anden påskedag
        date(2027, 5, 6),  # Kristi himmelfartsdag
    ],
)
def test_danish_clinics_are_closed_on(day: date) -> None:
    assert is_holiday(day)


@pytest.mark.parametrize("day", [date(2026, 5, 1), date(2027, 4, 23), date(2026, 11, 23), date(2026, 12, 30)])
def test_may_day_and_the_abolished_prayer_day_are_ordinary_days(day: date) -> None:
    assert not is_holiday(day)


@pytest.mark.parametrize(
    ("wall", "is_open"),
    [
        (datetime(2026, 11, 23, 7, 59), False),
        (datetime(2026, 11, 23, 8, 0), True),
        (datetime(2026, 11, 23, 15, 59), True),
        (datetime(2026, 11, 23, 16, 0), False),
        (datetime(2026, 11, 21, 12, 0), False),
        (datetime(2026, 12, 24, 10, 0), False),
    ],
)
def test_the_own_doctor_answers_on_weekdays_from_8_to_16(wall: datetime, is_open: bool) -> None:
    assert is_doctor_open(at(wall.date(), wall.time())) is is_open


def test_a_wall_clock_time_keeps_its_hour_over_both_changes_of_the_clock() -> None:
    for day in (date(2027, 3, 27), date(2027, 3, 28), date(2027, 10, 30), date(2027, 10, 31)):
        assert local(at(day, time(10, 30))).time() == time(10, 30)
    assert at(date(2027, 3, 27), time(9)).hour == 8
    assert at(date(2027, 3, 28), time(9)).hour == 7


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local(datetime(2026, 1, 1))


@pytest.mark.parametrize("edges", [(8 * 60, 20 * 60), (9 * 60, 21 * 60), (12 * 60, 12 * 60)])
def test_a_window_outside_9_to_20_is_refused(edges: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"between 9\.00 and 20\.00"):
        Window(*edges)


@given(INSTANTS, WINDOWS, st.booleans())
def test_the_next_sendable_instant_lies_in_the_window_and_not_before(
    instant: datetime, window: Window, on_holidays: bool
) -> None:
    found = next_sendable(instant, window, on_holidays=on_holidays)
    assert found >= instant
    assert window.holds(local(found).time())
    assert on_holidays or not is_holiday(local(found).date())
    assert next_sendable(found, window, on_holidays=on_holidays) == found
    assert found - instant < timedelta(days=7)
