"""When an alert is overdue, by colour and hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.deadlines import USUAL, Allowance, Deadlines, deadline_of, deadlines_of, may_alarm
from core.models import ClosedDays, Colour, Deadline, OpeningDay
from scheduler.calendar import at
from scheduler.opening import is_open
from tests.world import World

MONDAY, FRIDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 20), date(2026, 11, 21)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
ALLOWANCES = st.builds(Allowance, st.integers(1, 900), st.none() | st.integers(1, 900), st.integers(1, 60))


def given_red(opened: int, closed: int | None) -> Deadlines:
    return Deadlines(allowances={**USUAL, Colour.RED: Allowance(opened, closed, 5)})


def test_red_is_overdue_after_ten_minutes_at_any_hour() -> None:
    for instant in (at(MONDAY, time(10)), at(SATURDAY, time(3)), at(date(2026, 12, 25), time(12))):
        assert deadline_of(Deadlines(), "red", instant) == instant + timedelta(minutes=10)


def test_amber_and_blue_are_counted_in_opening_time() -> None:
    late_on_friday = at(FRIDAY, time(15))
    assert deadline_of(Deadlines(), "amber", late_on_friday) == at(MONDAY, time(11))
    assert deadline_of(Deadlines(), "blue", late_on_friday) == at(MONDAY, time(15))
    assert deadline_of(Deadlines(), "amber", at(SATURDAY, time(3))) == at(MONDAY, time(12))


def test_a_red_one_that_comes_just_before_the_clinic_opens_waits_no_longer_than_one_that_comes_after() -> None:
    deadlines = given_red(10, 60)
    assert deadline_of(deadlines, "red", at(MONDAY, time(7, 55))) == at(MONDAY, time(8, 10))
    assert deadline_of(deadlines, "red", at(MONDAY, time(3))) == at(MONDAY, time(4))
    assert deadline_of(deadlines, "red", at(MONDAY, time(15, 59))) == at(MONDAY, time(16, 9))


def test_nobody_is_alarmed_at_night_about_what_is_counted_in_opening_time() -> None:
    assert may_alarm(Deadlines(), "red", at(SATURDAY, time(3)))
    assert not may_alarm(Deadlines(), "amber", at(SATURDAY, time(3)))
    assert may_alarm(Deadlines(), "amber", at(MONDAY, time(9)))


def test_a_colour_that_nobody_knows_is_treated_as_red() -> None:
    assert Deadlines().of("violet") == USUAL[Colour.RED]


def test_a_clinic_settles_its_own_hours_days_and_deadlines(world: World) -> None:
    with world.session() as session, session.begin():
        session.add(OpeningDay(clinic_id="vest", weekday=0, opens=600, closes=720))
        session.add(ClosedDays(clinic_id="vest", first_day=MONDAY, last_day=MONDAY, reason=""))
        session.add(
            Deadline(
                clinic_id="vest", colour="amber", open_minutes=30, closed_minutes=None, every_minutes=20, has_alarm=True
            )
        )
    with world.session() as session:
        deadlines = deadlines_of(session, "vest")
    assert deadlines.of("amber") == Allowance(30, None, 20)
    assert deadlines.of("red") == USUAL[Colour.RED]
    assert deadline_of(deadlines, "amber", at(FRIDAY, time(15))) == at(date(2026, 11, 30), time(10, 30))


@given(allowance=ALLOWANCES, instant=INSTANTS, colour=st.sampled_from(list(Colour)))
def test_a_deadline_is_ahead_and_never_further_than_what_was_given(
    allowance: Allowance, instant: datetime, colour: Colour
) -> None:
    deadlines = Deadlines(allowances={**USUAL, colour: allowance})
    deadline = deadline_of(deadlines, colour, instant)
    assert deadline > instant
    if allowance.closed_minutes is not None:
        longest = max(allowance.open_minutes, allowance.closed_minutes)
        assert deadline - instant <= timedelta(minutes=longest)
    else:
        assert is_open(deadlines.hours, deadline - timedelta(seconds=1)), "it falls in opening time"
