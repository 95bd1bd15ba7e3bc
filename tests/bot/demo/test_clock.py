"""Time-lapse: forward only, held when it should be, never past a text that has not gone out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.clock import ATTENTION, DAY, SLOW_FOR, VirtualClock, starting_point
from scheduler.calendar import is_holiday, local

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
Operation = Callable[["Bench"], None]


class Bench:
    """A clock with a real time that only the test moves."""

    def __init__(self, day_seconds: float = 20.0) -> None:
        self.real = 1000.0
        self.clock = VirtualClock(START, day_seconds, lambda: self.real)

    def wait(self, seconds: float) -> timedelta:
        before = self.clock.now()
        self.real += seconds
        return self.clock.now() - before


def watched(day_seconds: float = 20.0) -> Bench:
    bench = Bench(day_seconds)
    bench.clock.attend()
    return bench


def _moves() -> st.SearchStrategy[Operation]:
    seconds = st.floats(-5, 200)
    offset = st.timedeltas(timedelta(days=-3), timedelta(days=3))
    return st.one_of(
        seconds.map(lambda value: lambda bench: setattr(bench, "real", bench.real + value)),
        offset.map(lambda value: lambda bench: bench.clock.jump_to(START + value)),
        st.none() | offset.map(lambda value: lambda bench: bench.clock.wait_at(START + value)),
        st.floats(1, DAY).map(lambda value: lambda bench: bench.clock.set_day_seconds(value)),
        st.sampled_from(["pause", "resume", "slow_down", "keep_slow", "end_slow", "attend"]).map(
            lambda name: lambda bench: getattr(bench.clock, name)()
        ),
    ).map(lambda operation: operation or (lambda bench: bench.clock.wait_at(None)))


@given(st.lists(_moves(), max_size=40))
def test_it_never_goes_back_whatever_is_done_to_it(operations: list[Operation]) -> None:
    bench = watched()
    last = bench.clock.now()
    for operation in operations:
        operation(bench)
        assert bench.clock.now() >= last
        last = bench.clock.now()


@given(st.lists(_moves(), max_size=20), st.floats(0, 1000))
def test_it_stands_still_while_paused(operations: list[Operation], seconds: float) -> None:
    bench = watched()
    for operation in operations:
        operation(bench)
    bench.clock.pause()
    bench.clock.attend()
    assert bench.wait(seconds) == timedelta(0)


@given(st.floats(1, DAY), st.floats(0, ATTENTION))
def test_a_day_takes_as_many_seconds_as_chosen(day_seconds: float, seconds: float) -> None:
    moved = watched(day_seconds).wait(seconds)
    assert moved.total_seconds() == pytest.approx(seconds * DAY / day_seconds, abs=1e-3)


@given(st.timedeltas(timedelta(0), timedelta(days=2)), st.lists(st.floats(0, 5), max_size=12))
def test_by_itself_it_never_passes_a_text_that_has_not_gone_out(ahead: timedelta, waits: list[float]) -> None:
    bench = watched(day_seconds=1)
    bench.clock.wait_at(START + ahead)
    for seconds in waits:
        bench.wait(seconds)
        assert bench.clock.now() <= START + ahead


def test_time_lost_at_a_barrier_is_not_made_up_for() -> None:
    bench = watched(day_seconds=24)
    bench.clock.wait_at(START + timedelta(hours=1))
    bench.wait(10)
    bench.clock.wait_at(None)
    assert bench.wait(1) == timedelta(hours=1)


def test_it_stands_still_until_somebody_watches_and_again_when_nobody_does() -> None:
    bench = Bench(day_seconds=86.4)
    assert bench.wait(50) == timedelta(0)
    bench.clock.attend()
    assert bench.wait(ATTENTION * 10) == timedelta(seconds=ATTENTION * 1000)


def test_after_a_patient_has_written_a_minute_takes_a_second() -> None:
    bench = watched()
    bench.clock.slow_down()
    assert bench.wait(45) == timedelta(minutes=45)
    assert bench.clock.read().slow


def test_it_is_fast_again_when_nothing_was_said_for_a_while() -> None:
    bench = watched(day_seconds=24)
    bench.clock.slow_down()
    bench.wait(SLOW_FOR)
    bench.clock.attend()
    assert not bench.clock.read().slow
    assert bench.wait(1) == timedelta(hours=1)


def test_another_text_keeps_a_conversation_slow_but_does_not_begin_one() -> None:
    bench = watched()
    bench.clock.keep_slow()
    assert not bench.clock.read().slow
    bench.clock.slow_down()
    bench.wait(SLOW_FOR - 1)
    bench.clock.attend()
    bench.clock.keep_slow()
    assert bench.wait(SLOW_FOR - 1) == timedelta(minutes=SLOW_FOR - 1)


def test_a_pause_does_not_use_up_the_slow_stretch() -> None:
    bench = watched()
    bench.clock.slow_down()
    bench.clock.pause()
    bench.wait(SLOW_FOR * 2)
    bench.clock.resume()
    bench.clock.attend()
    assert bench.wait(10) == timedelta(minutes=10)


def test_choosing_a_speed_ends_the_slow_stretch() -> None:
    bench = watched()
    bench.clock.slow_down()
    bench.clock.set_day_seconds(24)
    assert bench.wait(1) == timedelta(hours=1)


def test_a_day_as_long_as_a_real_one_is_not_hurried_by_a_conversation() -> None:
    bench = watched(day_seconds=DAY)
    bench.clock.slow_down()
    assert bench.wait(5) == timedelta(seconds=5)


def test_a_jump_goes_past_a_barrier_and_works_while_paused() -> None:
    bench = watched()
    bench.clock.wait_at(START + timedelta(hours=1))
    bench.clock.pause()
    bench.clock.jump_to(START + timedelta(hours=5))
    assert bench.clock.now() == START + timedelta(hours=5)


@pytest.mark.parametrize("day_seconds", [0, 0.5, -20, DAY + 1])
def test_a_speed_that_makes_no_sense_is_refused(day_seconds: float) -> None:
    with pytest.raises(ValueError, match="1 to 86400"):
        watched().clock.set_day_seconds(day_seconds)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1)))
def test_the_demo_begins_on_a_working_day_at_ten_that_has_been(moment: datetime) -> None:
    real_now = moment.replace(tzinfo=UTC)
    wall = local(starting_point(real_now))
    assert (wall.hour, wall.minute) == (10, 0)
    assert wall.weekday() < 5
    assert not is_holiday(wall.date())
    assert timedelta(0) <= real_now - starting_point(real_now) <= timedelta(days=7)
