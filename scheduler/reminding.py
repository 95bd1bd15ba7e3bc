"""Pure: when a screening that was not answered is asked again, if at all.

A reminder has its day to itself and yields to any other timed text. One exception: what the patient's own answer to it
lets go (reassurance after a NEJ), or staff do, may follow on the same day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from scheduler.calendar import Window, local, next_sendable

REMIND_AFTER = timedelta(hours=24)
REMIND_BEFORE = timedelta(hours=40)
"""A night may lie between, a holiday may not: by then staff had better be told at once."""
NEXT_IS_NEAR = timedelta(hours=48)
"""Another screening this soon after is reminder enough."""


def reminder_at(
    asked_at: datetime, now: datetime, window: Window, *, taken: Collection[date], next_screening: datetime | None
) -> datetime | None:
    """When the reminder goes out (UTC), or None when there is to be none and staff are told instead.

    `taken`: the local days on which another timed text goes out, or went. `next_screening`: when it is due, None when
    this was the last.
    """
    due_at = next_sendable(max(asked_at + REMIND_AFTER, now), window, on_holidays=False)
    if due_at > asked_at + REMIND_BEFORE or local(due_at).date() in taken:
        return None
    if next_screening is not None and next_screening <= due_at + NEXT_IS_NEAR:
        return None
    return due_at
