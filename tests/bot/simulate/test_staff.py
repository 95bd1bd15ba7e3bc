"""Simulated staff act in opening hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.simulate.staff import later

OPENS, CLOSES = time(8), time(16)


def _utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "minutes", "expected"),
    [
        (_utc(2, 4, 9), 30, _utc(2, 4, 9, 30)),  # a Wednesday at 10 in Denmark
        (_utc(2, 4, 14, 50), 30, _utc(2, 5, 7, 20)),  # ten minutes to closing time
        (_utc(2, 4, 20), 30, _utc(2, 5, 7, 30)),  # in the evening
        (_utc(2, 6, 20), 30, _utc(2, 9, 7, 30)),  # on a Friday evening
        (_utc(4, 1, 20), 30, _utc(4, 7, 6, 30)),  # before Easter, and summer time
        (_utc(2, 4, 9), 8 * 60, _utc(2, 5, 9)),  # a whole day's work
    ],
)
def test_minutes_are_counted_while_the_clinic_is_open(opened: datetime, minutes: int, expected: datetime) -> None:
    assert later(opened, timedelta(minutes=minutes), OPENS, CLOSES) == expected
