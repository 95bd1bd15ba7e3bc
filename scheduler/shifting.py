"""Pure: whether one text of a running course may stand at another time: one a day, in its place in the course, and the
screening still weekly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from itertools import pairwise

from messages.schema import Purpose
from scheduler.calendar import Window, is_holiday, local
from scheduler.moving import LONGEST_GAP
from scheduler.planning import MIN_GAP

ESSENTIAL = (Purpose.WELCOME, Purpose.SCREENING, Purpose.CLOSING)
"""What a course is never without: how to get help and to stop, the red-flag question, what to watch for after it."""
ASKED_WEEKLY = (Purpose.SCREENING, Purpose.CLOSING)


@dataclass(frozen=True)
class Standing:
    """A text of the course where it stands. `has_gone`: it was sent, may have been, or is leaving now. `at`: UTC."""

    id: int
    purpose: str
    at: datetime
    has_gone: bool
    on_holidays: bool = False

    @property
    def day(self) -> date:
        return local(self.at).date()


class Objection(Enum):
    """Why a text may not stand at a time."""

    PAST = auto()
    CLOSED = auto()
    HOLIDAY = auto()
    TAKEN = auto()
    BEFORE_WELCOME = auto()
    AFTER_CLOSING = auto()
    NOT_LAST = auto()
    GAP = auto()


@dataclass(frozen=True)
class Frame:
    """What a text is moved within: the patient's other texts, the day the course began (local), the clinic's window."""

    others: Sequence[Standing]
    start: date
    window: Window
    now: datetime


def objection(text: Standing, to: datetime, frame: Frame) -> Objection | None:
    """Why a text that waits may not go at `to` (UTC) instead; None when it may."""
    wall = local(to)
    if to < frame.now:
        return Objection.PAST
    if not frame.window.holds(wall.time()):
        return Objection.CLOSED
    if is_holiday(wall.date()) and not text.on_holidays:
        return Objection.HOLIDAY
    return _out_of_place(text, to, frame) or _too_seldom(text, to, frame)


def _out_of_place(text: Standing, to: datetime, frame: Frame) -> Objection | None:
    day = local(to).date()
    ahead = [other for other in frame.others if other.has_gone or other.at > frame.now]
    for other in ahead:
        if Purpose.WELCOME in {text.purpose, other.purpose}:
            welcome, follower = (to, other.at) if text.purpose == Purpose.WELCOME else (other.at, to)
            if follower < welcome + MIN_GAP:
                return Objection.BEFORE_WELCOME
        elif other.day == day:
            return Objection.TAKEN
    if text.purpose == Purpose.CLOSING:
        return Objection.NOT_LAST if any(other.day > day for other in ahead) else None
    closes = [other.day for other in ahead if other.purpose == Purpose.CLOSING and not other.has_gone]
    return Objection.AFTER_CLOSING if any(day >= closing for closing in closes) else None


def _too_seldom(text: Standing, to: datetime, frame: Frame) -> Objection | None:
    """A move may make no gap in the weekly question that was not there before; holidays may have made one."""
    if text.purpose not in ASKED_WEEKLY:
        return None
    before = _gaps(_asked_on([*frame.others, text], frame))
    moved = Standing(text.id, text.purpose, to, text.has_gone, text.on_holidays)
    for left, right in _gaps(_asked_on([*frame.others, moved], frame)):
        if not any(first <= left and right <= last for first, last in before):
            return Objection.GAP
    return None


def _asked_on(texts: Sequence[Standing], frame: Frame) -> list[date]:
    """The days of the weekly question from the last that went, or from the start of the course. One that was asked
    shortly before the start was asked in the course that this one follows.
    """
    went = (text.day for text in texts if text.has_gone and text.purpose == Purpose.SCREENING)
    last = max((day for day in went if day >= frame.start - LONGEST_GAP), default=frame.start)
    ahead = (text for text in texts if text.purpose in ASKED_WEEKLY and not text.has_gone and text.at >= frame.now)
    return sorted({last, *(text.day for text in ahead)})


def _gaps(days: Sequence[date]) -> list[tuple[date, date]]:
    return [(earlier, later) for earlier, later in pairwise(days) if later - earlier > LONGEST_GAP]
