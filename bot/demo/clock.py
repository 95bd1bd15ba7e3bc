"""Time-lapse: an instant that moves faster than ours, can be held and pushed on, and never goes back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from scheduler.calendar import SATURDAY, at, is_holiday, local

DAY = 86400.0
OPENS = time(10)
SLOW_RATE = 60.0
"""Virtual seconds in a real one while a conversation is going on: one minute a second."""
SLOW_FOR = 60.0
"""Real seconds it stays slow after the last text of the conversation."""
ATTENTION = 60.0
"""Real seconds time goes on after the last sign of somebody watching."""

FASTEST_DAY = 1.0
SLOWEST_DAY = DAY


def starting_point(real_now: datetime) -> datetime:
    """The latest working day's 10.00, Danish time, at or before `real_now` (UTC)."""
    wall = local(real_now)
    day = wall.date() if wall.time() >= OPENS else wall.date() - timedelta(days=1)
    while day.weekday() >= SATURDAY or is_holiday(day):
        day -= timedelta(days=1)
    return at(day, OPENS)


@dataclass(frozen=True)
class Reading:
    """What the clock shows at one moment. `day_seconds`: the chosen speed, also while it is slow or paused."""

    now: datetime
    day_seconds: float
    paused: bool
    slow: bool


class VirtualClock:
    """Moves by a chosen rate of real time. Safe to share between threads.

    It stands still until somebody watches (`attend`), while paused, and at a barrier: the instant of the next text,
    which it does not pass before that text has been dealt with, however fast the days go.
    """

    def __init__(self, start: datetime, day_seconds: float, real: Callable[[], float]) -> None:
        """`real`: seconds of a clock that never goes back, such as time.monotonic."""
        self._lock = threading.Lock()
        self._real = real
        self._seen = real()
        self._virtual = start.astimezone(UTC)
        self._rate = _rate(day_seconds)
        self._day_seconds = day_seconds
        self._paused = False
        self._slow_left = 0.0
        self._watched_until = self._seen
        self._barrier: datetime | None = None

    def now(self) -> datetime:
        """The virtual instant in UTC."""
        return self.read().now

    def read(self) -> Reading:
        with self._lock:
            self._advance()
            return Reading(self._virtual, self._day_seconds, self._paused, self._slow_left > 0)

    def attend(self) -> None:
        """Somebody is watching: time goes on for a while."""
        with self._lock:
            self._advance()
            self._watched_until = self._seen + ATTENTION

    def set_day_seconds(self, day_seconds: float) -> None:
        """Choose how many real seconds a day takes; ends the slow stretch. Raises ValueError outside 1 to 86400."""
        rate = _rate(day_seconds)
        with self._lock:
            self._advance()
            self._rate, self._day_seconds, self._slow_left = rate, day_seconds, 0.0

    def pause(self) -> None:
        with self._lock:
            self._advance()
            self._paused = True

    def resume(self) -> None:
        with self._lock:
            self._advance()
            self._paused = False

    def slow_down(self) -> None:
        """A patient has written: go slowly for a while, so that the conversation can be followed."""
        with self._lock:
            self._advance()
            self._slow_left = SLOW_FOR

    def keep_slow(self) -> None:
        """Another text of a conversation that is going on: it stays slow for as long again."""
        with self._lock:
            self._advance()
            if self._slow_left > 0:
                self._slow_left = SLOW_FOR

    def end_slow(self) -> None:
        with self._lock:
            self._advance()
            self._slow_left = 0.0

    def jump_to(self, instant: datetime) -> None:
        """Go forward to an instant, past any barrier; an earlier one changes nothing."""
        with self._lock:
            self._advance()
            self._virtual = max(self._virtual, instant.astimezone(UTC))

    def wait_at(self, barrier: datetime | None) -> None:
        """Do not pass `barrier` by yourself until another is set; None lifts it."""
        with self._lock:
            self._advance()
            self._barrier = barrier.astimezone(UTC) if barrier else None

    def _advance(self) -> None:
        """Bring the virtual instant up to the real one; the caller holds the lock."""
        real = max(self._real(), self._seen)
        elapsed = max(min(real, self._watched_until) - self._seen, 0.0)
        self._seen = real
        if self._paused or elapsed == 0.0:
            return
        slow = min(elapsed, self._slow_left)
        self._slow_left -= slow
        moved = slow * min(SLOW_RATE, self._rate) + (elapsed - slow) * self._rate
        target = self._virtual + timedelta(seconds=moved)
        if self._barrier is not None:
            target = min(target, max(self._barrier, self._virtual))
        self._virtual = target


def _rate(day_seconds: float) -> float:
    if not FASTEST_DAY <= day_seconds <= SLOWEST_DAY:
        raise ValueError(f"a day must take {FASTEST_DAY:.0f} to {SLOWEST_DAY:.0f} seconds")
    return DAY / day_seconds
