"""A whole run: patients shared among processes, each with a database of its own in memory, and the results added up."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from bot.simulate.behaviour import Script
from bot.simulate.life import Life
from bot.simulate.people import arrival_days, meet
from bot.simulate.result import Result, add_up, count
from bot.simulate.stage import Stage, set_up
from core import log
from messages.loader import load_content
from messages.regions import REGION_IDS
from scheduler.calendar import at

FEW_PATIENTS = 40
"""Not worth a process of their own."""
WORST_TO_TELL = logging.CRITICAL
"""What the simulated faults log is not news."""

Progress = Callable[[], object]


@dataclass(frozen=True)
class Wanted:
    """What to simulate: each patient is followed for at least `days` days; the first may be enrolled on `start`."""

    patients: int
    days: int
    seed: int
    start: date

    def first_instant(self) -> datetime:
        return at(self.start, time(0))

    def last_instant(self, script: Script) -> datetime:
        """Midnight after the last day of the patient who was enrolled last."""
        last = arrival_days(script.behaviour.arrival, self.start)[-1]
        return at(last + timedelta(days=self.days + 1), time(0))

    def run_days(self, script: Script) -> int:
        return (self.last_instant(script) - self.first_instant()).days


def simulate(wanted: Wanted, script: Script, processes: int | None = None, progress: Progress | None = None) -> Result:
    """The months of all patients. The result is the same for any number of processes.

    `progress` is called once for each simulated day of each process (see shares).
    """
    number = shares(wanted, processes)
    if number == 1:
        return run_share(wanted, script, 0, 1, progress or _nothing)
    # A fresh interpreter each: what the caller has open, a database or a thread, is not carried over.
    context = multiprocessing.get_context("spawn")
    days_done = context.Value("i", 0)
    with ProcessPoolExecutor(number, context, initializer=_remember, initargs=(days_done,)) as pool:
        running = {pool.submit(_share, wanted, script, share, number) for share in range(number)}
        futures, told = list(running), 0
        while running:
            _, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            for _ in range(days_done.value - told):
                told += 1
                (progress or _nothing)()
        return add_up(future.result() for future in futures)


def shares(wanted: Wanted, processes: int | None) -> int:
    """Among how many processes the patients are shared."""
    return max(1, min(processes or os.cpu_count() or 1, wanted.patients // FEW_PATIENTS))


def run_share(
    wanted: Wanted,
    script: Script,
    share: int,
    of: int,
    progress: Progress,
    look: Callable[[Stage], object] | None = None,
) -> Result:
    """Every `of`-th patient from number `share` on, in this process. `look` is shown the stage at the end."""
    log.configure(level=WORST_TO_TELL)
    start, end = wanted.first_instant(), wanted.last_instant(script)
    people = [
        meet(number, wanted.seed, script.behaviour, wanted.start, len(REGION_IDS))
        for number in range(share, wanted.patients, of)
    ]
    with set_up(load_content(), start) as stage, _collecting_by_week():
        Life(stage, script, people, end=end, on_day=progress).live(start)
        if look is not None:
            look(stage)
        with stage.runtime.sessions() as session:
            return count(session, start)


@contextmanager
def _collecting_by_week() -> Iterator[None]:
    """Rows and statements come and go by the thousand: Life looks for garbage once a simulated week."""
    gc.collect()
    gc.freeze()  # content and checker are no garbage: no need to look at them again
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _nothing() -> None:
    return None


_days_done: Any = None
"""Shared between the processes of a run; set in each when it starts."""


def _remember(days_done: Any) -> None:
    global _days_done  # noqa: PLW0603 - the one way a pool hands a shared counter to its processes
    _days_done = days_done


def _share(wanted: Wanted, script: Script, share: int, of: int) -> Result:
    return run_share(wanted, script, share, of, partial(_tick, _days_done))


def _tick(days_done: Any) -> None:
    with days_done.get_lock():
        days_done.value += 1
