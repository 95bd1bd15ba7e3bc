"""When an unanswered screening is asked again: in the window, on a day of its own, and not when another is near."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Window, is_holiday, local
from scheduler.reminding import NEXT_IS_NEAR, REMIND_AFTER, REMIND_BEFORE, reminder_at

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


def remind(
    asked_at: datetime = MONDAY,
    *,
    late: timedelta = REMIND_AFTER,
    taken: set[date] | None = None,
    next_screening: datetime | None = None,
    window: Window | None = None,
) -> datetime | None:
    return reminder_at(
        asked_at, asked_at + late, window or Window(), taken=taken or set(), next_screening=next_screening
    )


def test_it_is_asked_again_a_day_later_at_the_same_hour() -> None:
    assert remind() == MONDAY + timedelta(days=1)


def test_a_worker_that_was_down_in_the_morning_asks_in_the_afternoon() -> None:
    assert remind(late=timedelta(hours=29)) == MONDAY + timedelta(hours=29)


def test_what_comes_to_stand_in_the_evening_waits_for_the_morning() -> None:
    found = remind(MONDAY + timedelta(hours=8), late=timedelta(hours=26))
    assert found is not None
    assert local(found).time() == time(9)
    assert local(found).date() == date(2026, 11, 25)


def test_it_yields_to_another_text_on_its_day() -> None:
    assert remind(taken={TUESDAY}) is None


def test_it_yields_to_a_screening_that_is_near() -> None:
    assert remind(next_screening=MONDAY + REMIND_AFTER + NEXT_IS_NEAR) is None
    assert remind(next_screening=MONDAY + timedelta(days=7)) is not None


def test_a_holiday_the_day_after_leaves_it_to_the_staff() -> None:
    assert remind(datetime(2026, 12, 23, 9, 30, tzinfo=UTC)) is None


@given(
    asked_at=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    late=st.timedeltas(timedelta(0), timedelta(days=3)),
    opens=st.integers(9 * 60, 20 * 60 - 1),
    length=st.integers(1, 11 * 60),
    taken=st.sets(st.integers(0, 4)),
    next_in=st.none() | st.timedeltas(timedelta(0), timedelta(days=8)),
)
def test_whenever_it_was_asked_the_reminder_keeps_to_the_window_and_to_its_own_day(
    asked_at: datetime, late: timedelta, opens: int, length: int, taken: set[int], next_in: timedelta | None
) -> None:
    window = Window(opens, min(opens + length, 20 * 60))
    days = {local(asked_at).date() + timedelta(days=number) for number in taken}
    next_screening = asked_at + next_in if next_in is not None else None
    due_at = remind(asked_at, late=late, taken=days, next_screening=next_screening, window=window)
    if due_at is None:
        return
    wall = local(due_at)
    assert window.holds(wall.time())
    assert not is_holiday(wall.date())
    assert wall.date() not in days
    assert max(asked_at + REMIND_AFTER, asked_at + late) <= due_at <= asked_at + REMIND_BEFORE
    assert next_screening is None or next_screening > due_at + NEXT_IS_NEAR
