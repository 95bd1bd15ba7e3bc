"""Dates, waits and weeks as Danish readers write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.staff.formatting import (
    clock,
    course_week,
    danish_date,
    date_time,
    day_heading,
    duration,
    long_day,
    parse_day,
    parse_time,
    soon,
)

START = date(2026, 11, 2)


def test_an_instant_is_shown_in_danish_time() -> None:
    assert date_time(datetime(2026, 11, 21, 13, 30, tzinfo=UTC)) == "21-11-2026 kl. 14.30"
    assert date_time(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "02-07-2026 kl. 00.05"
    assert clock(datetime(2026, 11, 21, 8, 5, tzinfo=UTC)) == "09.05"


def test_a_day_is_headed_by_weekday_date_and_week() -> None:
    assert day_heading(date(2026, 11, 21)) == "Lørdag 21-11-2026 · uge 47"
    assert day_heading(date(2027, 1, 1)) == "Fredag 01-01-2027 · uge 53"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "under 1 min"),
        (59, "under 1 min"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 t"),
        (4320, "1 t 12 min"),
        (86399, "23 t 59 min"),
        (86400, "1 dag"),
        (2 * 86400, "2 dage"),
    ],
)
def test_a_wait_is_as_precise_as_it_needs_to_be(seconds: int, shown: str) -> None:
    assert duration(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (-1, "starter 02-11-2026"),
        (0, "uge 1 af 6"),
        (6, "uge 1 af 6"),
        (7, "uge 2 af 6"),
        (41, "uge 6 af 6"),
        (42, "efter uge 6"),
    ],
)
def test_the_week_of_a_course_counts_from_its_start(days: int, shown: str) -> None:
    assert course_week(START, START + timedelta(days=days), 6) == shown


TODAY = date(2026, 11, 21)


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_day_is_read_as_addresses_and_danes_write_it(day: date) -> None:
    assert parse_day(day.isoformat(), TODAY) == day
    assert parse_day(f" {danish_date(day)} ", TODAY) == day
    for pattern in ("%d.%m.%Y", "%d/%m/%Y", "%d/%m %Y", "%d %m %Y", "%d. %m. %Y", "%d%m%Y"):
        assert parse_day(day.strftime(pattern), TODAY) == day


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_year_of_two_figures_is_one_of_this_century(day: date) -> None:
    for pattern in ("%d-%m-%y", "%d.%m.%y", "%d/%m/%y", "%d%m%y"):
        assert parse_day(day.strftime(pattern), TODAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1/12", date(2026, 12, 1)),
        ("5-1", date(2027, 1, 5)),
        ("5.1.", date(2027, 1, 5)),
        ("20. 11", date(2026, 11, 20)),
        ("1.6.26", date(2026, 6, 1)),
        ("29/2", None),
    ],
)
def test_a_day_without_a_year_is_the_one_nearest_to_today(text: str, day: date | None) -> None:
    assert parse_day(text, TODAY) == day


@given(st.text(max_size=20))
def test_anything_else_is_no_day(text: str) -> None:
    assert parse_day(f"x{text}", TODAY) is None


@pytest.mark.parametrize("text", ["31-02-2026", "2026-13-01", "00-00-0000", "1-1-026", "123", "", "i morgen"])
def test_a_day_that_does_not_exist_is_no_day(text: str) -> None:
    assert parse_day(text, TODAY) is None


@pytest.mark.parametrize("text", ["9:30", "09.30", " kl. 9.30", "09:30:00"])
def test_a_clock_time_is_read_as_browsers_and_danes_write_it(text: str) -> None:
    assert parse_time(text) == time(9, 30)


@pytest.mark.parametrize("text", ["", "25.00", "9.75", "middag", "-1"])
def test_a_clock_time_that_does_not_exist_is_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "i dag kl. 9.05"),
        (1, "i morgen kl. 9.05"),
        (2, "mandag kl. 9.05"),
        (6, "fredag kl. 9.05"),
        (7, "lørdag 28-11-2026 kl. 9.05"),
    ],
)
def test_what_is_soon_is_said_as_one_says_it(days: int, said: str) -> None:
    saturday = datetime(2026, 11, 21, 8, 5, tzinfo=UTC)
    assert soon(saturday + timedelta(days=days), saturday) == said
    assert long_day(date(2026, 11, 21)) == "lørdag 21-11-2026"
