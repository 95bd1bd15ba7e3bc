"""Who is on call: shifts over midnight, holidays, changes, and the clocks put forward and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import at, is_holiday, local
from scheduler.roster import HOLIDAY, Change, Order, Roster, Shift, duties, on_call

WEEKDAYS = frozenset(range(5))
NIGHT = Shift(WEEKDAYS, 16 * 60, 8 * 60, (1, 2))
HOLIDAYS = Shift(frozenset({HOLIDAY}), 0, 0, (9,))
MONDAY = date(2026, 11, 23)

PEOPLE = st.lists(st.integers(1, 5), max_size=3, unique=True).map(tuple)
SHIFTS = st.builds(Shift, st.frozensets(st.integers(0, HOLIDAY)), st.integers(0, 1439), st.integers(0, 1439), PEOPLE)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)) | st.sampled_from(
    [datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
)
CHANGES = st.builds(
    lambda begins, hours, people: Change(begins, begins + timedelta(hours=hours), people),
    INSTANTS,
    st.integers(1, 200),
    PEOPLE,
)
ROSTERS = st.builds(Roster, st.lists(SHIFTS, max_size=4).map(tuple), st.lists(CHANGES, max_size=3).map(tuple), PEOPLE)


def test_a_night_belongs_to_the_day_on_which_it_began() -> None:
    roster = Roster((NIGHT,))
    assert on_call(roster, at(MONDAY, time(16))) == (1, 2)
    assert on_call(roster, at(MONDAY + timedelta(days=1), time(7, 59))) == (1, 2)
    assert on_call(roster, at(MONDAY + timedelta(days=1), time(8))) == ()
    assert on_call(roster, at(MONDAY, time(3))) == (), "Sunday night is not among its days"
    assert on_call(roster, at(MONDAY + timedelta(days=5), time(3))) == (1, 2), "but Friday's night ends on Saturday"


def test_where_nothing_fits_the_standing_order_counts() -> None:
    assert on_call(Roster((NIGHT,), standby=(7,)), at(MONDAY, time(12))) == (7,)


def test_shifts_that_overlap_put_all_their_people_on_call_each_once() -> None:
    late = Shift(WEEKDAYS, 18 * 60, 22 * 60, (2, 3))
    assert on_call(Roster((NIGHT, late)), at(MONDAY, time(19))) == (1, 2, 3)


def test_a_shift_for_holidays_goes_before_one_for_weekdays() -> None:
    christmas = date(2026, 12, 25)
    assert christmas.weekday() in WEEKDAYS
    roster = Roster((NIGHT, HOLIDAYS))
    assert on_call(roster, at(christmas, time(20))) == (9,)
    assert on_call(Roster((NIGHT,)), at(christmas, time(20))) == (1, 2), "without one the weekday's stands"


def test_the_newest_change_decides_and_one_without_people_does_not_count() -> None:
    begins = at(MONDAY, time(0))
    old, new, empty = (Change(begins, begins + timedelta(days=1), people) for people in ((4,), (5,), ()))
    assert on_call(Roster((NIGHT,), (old, new, empty)), at(MONDAY, time(18))) == (5,)
    assert on_call(Roster((NIGHT,), (old,)), at(MONDAY + timedelta(days=1), time(0))) == (1, 2)


def test_a_shift_of_a_whole_day_lasts_until_the_same_hour_of_the_next() -> None:
    roster = Roster((Shift(frozenset({0}), 480, 480, (1,)),))
    assert on_call(roster, at(MONDAY + timedelta(days=1), time(7, 59))) == (1,)
    assert on_call(roster, at(MONDAY + timedelta(days=1), time(8))) == ()


def test_the_night_of_summer_time_has_no_hole_and_the_longer_one_in_autumn_neither() -> None:
    roster = Roster((Shift(frozenset(range(7)), 22 * 60, 6 * 60, (1,)),))
    for sunday, hours in ((date(2026, 3, 29), 7), (date(2026, 10, 25), 9)):
        night = duties(roster, at(sunday - timedelta(days=1), time(22)), at(sunday, time(6)))
        assert [duty.contacts for duty in night] == [(1,)]
        assert night[0].ends_at - night[0].starts_at == timedelta(hours=hours)


def slow_on_call(roster: Roster, instant: datetime) -> Order:
    """The same by wall clock: which minute of which local day it is, counted along the hours that pass."""
    for change in roster.changes[::-1]:
        if change.contacts and change.starts_at <= instant < change.ends_at:
            return change.contacts
    holiday: list[int] = []
    weekday: list[int] = []
    today = local(instant).date()
    for shift in roster.shifts:
        for day in (today, today - timedelta(days=1)):
            begins = at(day, time(shift.starts // 60, shift.starts % 60))
            end_day = day if shift.ends > shift.starts else day + timedelta(days=1)
            ends = at(end_day, time(shift.ends // 60, shift.ends % 60))
            if begins <= instant < ends:
                holiday += shift.contacts if HOLIDAY in shift.days and is_holiday(day) else ()
                weekday += shift.contacts if day.weekday() in shift.days else ()
    return tuple(dict.fromkeys(holiday or weekday)) or roster.standby


@given(roster=ROSTERS, instant=INSTANTS)
def test_on_call_is_what_counting_by_hand_gives(roster: Roster, instant: datetime) -> None:
    assert on_call(roster, instant) == slow_on_call(roster, instant)


@given(roster=ROSTERS, instant=INSTANTS, days=st.integers(1, 15), seconds=st.integers(0, 15 * 86400 - 1))
def test_the_duties_cover_the_time_without_a_gap_and_say_who_is_on_call_at_each_instant(
    roster: Roster, instant: datetime, days: int, seconds: int
) -> None:
    end = instant + timedelta(days=days)
    found = duties(roster, instant, end)
    assert (found[0].starts_at, found[-1].ends_at) == (instant, end)
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
    assert all(one.contacts != other.contacts for one, other in pairwise(found))
    moment = instant + timedelta(seconds=seconds % (days * 86400))
    (duty,) = [one for one in found if one.starts_at <= moment < one.ends_at]
    assert duty.contacts == on_call(roster, moment)
