"""Clocks that jump, differ, or change to summer time: nothing is lost, nothing goes out twice."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from core.models import MessageKind
from scheduler.calendar import local
from scheduler.planning import TIMES_OF_DAY
from tests.faults.bench import Bench, books_agree
from tests.world import World

PATIENTS = 6
JUMPS = (timedelta(hours=-1), timedelta(hours=1))


def enrol(bench: Bench) -> None:
    for number in range(PATIENTS):
        bench.world.enrol(phone=f"+4520{100000 + number}")


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_while_texts_leave_loses_and_doubles_nothing(bench: Bench, jump: timedelta) -> None:
    """In the middle of a batch, with an answer lost besides. The provider's own clock goes on as before."""
    enrol(bench)
    bench.provider.hang_up()
    clock = bench.world.clock

    def leap(_request: object) -> None:
        clock.now += jump
        bench.provider.now = lambda: clock() - jump
        bench.provider.on_request = None

    bench.provider.on_request = leap
    bench.world.drain()
    bench.recover()
    bench.later(minutes=65)
    bench.recover()
    books_agree(bench, due=PATIENTS)


@pytest.mark.parametrize("off", JUMPS)
@pytest.mark.parametrize("at", ["before call", "after call", "before record"])
def test_a_worker_whose_clock_is_an_hour_off_and_that_falls_asleep_loses_and_doubles_nothing(
    bench: Bench, at: str, off: timedelta
) -> None:
    """To the others its lease is over at once, or not for an hour."""
    enrol(bench)
    bench.world.clock.now += timedelta(hours=1)
    now = (bench.world.clock() + off).isoformat()
    sleeper = bench.start_worker(AT=at, SIGNAL="SIGSTOP", NOW=now)
    _, status = os.waitpid(sleeper.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    bench.recover()
    bench.later(minutes=65)
    bench.recover()
    sleeper.send_signal(signal.SIGCONT)
    sleeper.communicate(timeout=120)
    bench.later(minutes=65)
    bench.recover()
    books_agree(bench, due=PATIENTS)


@pytest.mark.parametrize("eve", [datetime(2026, 3, 28, 10, tzinfo=UTC), datetime(2026, 10, 24, 10, tzinfo=UTC)])
def test_when_the_clocks_change_each_text_goes_once_at_its_own_hour(lite_world: World, eve: datetime) -> None:
    lite_world.clock.now = eve
    lite_world.enrol()
    lite_world.run_until(eve + timedelta(days=3), every=timedelta(minutes=15))
    steps = [row for row in lite_world.messages() if row.kind == MessageKind.STEP and row.sent_at]
    assert len(steps) == len({row.step_id for row in steps}) >= 2
    hours = {local(row.sent_at).time() for row in steps[1:] if row.sent_at}
    assert hours == {TIMES_OF_DAY["formiddag"]}
