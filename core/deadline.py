"""A moment after which something may no longer begin, kept by clocks that go on while the process is stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass

_COUNTS_SLEEP = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True)
class Deadline:
    """Made with `within`. `boot`: seconds of a clock nobody sets, a suspended machine's sleep included; `wall`: of the
    clock on the wall, which alone knows of a virtual machine that stood still. The earlier of both holds.
    """

    boot: float
    wall: float

    @classmethod
    def within(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(time.clock_gettime(_COUNTS_SLEEP) + seconds, time.time() + seconds)

    @property
    def is_over(self) -> bool:
        return time.clock_gettime(_COUNTS_SLEEP) > self.boot or time.time() > self.wall
