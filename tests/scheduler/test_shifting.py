"""One text of a course at another time: in the clinic's hours, in its place, and the weekly question still weekly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.programme_schema import Programme
from messages.schema import Purpose
from scheduler.calendar import Window, at
from scheduler.moving import LONGEST_GAP
from scheduler.planning import Course, plan
from scheduler.shifting import ASKED_WEEKLY, ESSENTIAL, Frame, Objection, Standing, objection
from tests.programmes import programmes

START = date(2026, 6, 8)
"""A Monday with no Danish holiday in the thirteen weeks after it."""
NOW = at(START, time(12))
WINDOW = Window()


def on(day: int, hour: int = 10) -> datetime:
    return at(START + timedelta(days=day), time(hour))


def texts(*rows: tuple[str, int]) -> list[Standing]:
    """By purpose and day; what stands before `NOW` has gone."""
    return [
        Standing(number, purpose, on(day), has_gone=on(day) <= NOW, on_holidays=False)
        for number, (purpose, day) in enumerate(rows)
    ]


COURSE = texts(
    (Purpose.WELCOME, 0), (Purpose.SCREENING, 1), (Purpose.EXERCISE, 4), (Purpose.SCREENING, 8),
    (Purpose.INFORMATION, 10), (Purpose.SCREENING, 15), (Purpose.CLOSING, 21),
)  # fmt: skip


def judged(index: int, to: datetime, course: Sequence[Standing] = COURSE, now: datetime = NOW) -> Objection | None:
    others = [text for text in course if text.id != course[index].id]
    return objection(course[index], to, Frame(others, START, WINDOW, now))


@pytest.mark.parametrize(
    ("index", "to", "expected"),
    [
        (2, on(5), None),
        (2, on(-1), Objection.PAST),
        (2, on(5, 21), Objection.CLOSED),
        (2, on(5, 8), Objection.CLOSED),
        (2, on(8, 15), Objection.TAKEN),
        (2, on(0, 13), None),
        (2, on(21, 18), Objection.TAKEN),
        (2, on(22), Objection.AFTER_CLOSING),
        (3, on(9), None),
        (3, on(11), Objection.GAP),
        (3, on(6), Objection.GAP),
        (3, on(7), None),
        (5, on(17), Objection.GAP),
        (6, on(23), None),
        (6, on(24), Objection.GAP),
        (6, on(14), Objection.NOT_LAST),
    ],
)
def test_where_a_text_may_stand(index: int, to: datetime, expected: Objection | None) -> None:
    assert judged(index, to) is expected


def test_nothing_goes_within_two_hours_of_the_welcome() -> None:
    waiting = [replace(COURSE[0], at=on(0, 13), has_gone=False), *COURSE[1:]]
    assert judged(2, on(0, 14), waiting) is Objection.BEFORE_WELCOME
    assert judged(2, on(0, 15), waiting) is None
    assert judged(0, on(1, 9), waiting) is Objection.BEFORE_WELCOME


def test_a_holiday_is_no_day_for_a_text() -> None:
    constitution_day = date(2026, 6, 5)
    course = [replace(text, at=text.at - timedelta(days=7), has_gone=False) for text in COURSE]
    frame = Frame(course[:2], START - timedelta(days=7), WINDOW, NOW - timedelta(days=7))
    assert objection(course[2], at(constitution_day, time(10)), frame) is Objection.HOLIDAY
    assert objection(replace(course[2], on_holidays=True), at(constitution_day, time(10)), frame) is None


def test_a_gap_that_holidays_made_may_be_narrowed_but_not_widened() -> None:
    wide = [*COURSE[:3], replace(COURSE[3], at=on(11)), *COURSE[5:]]
    assert judged(3, on(10), wide) is None
    assert judged(3, on(12), wide) is Objection.GAP


def test_the_question_of_the_course_before_counts_and_its_closing_hinders_nothing() -> None:
    before = [
        Standing(90, Purpose.SCREENING, on(-3), has_gone=True),
        Standing(91, Purpose.CLOSING, on(-2), has_gone=True),
    ]
    course = [replace(COURSE[1], at=on(3)), *COURSE[2:]]
    assert objection(course[0], on(5), Frame([*before, *course[1:]], START, WINDOW, NOW)) is None
    assert objection(course[0], on(6), Frame([*before, *course[1:]], START, WINDOW, NOW)) is Objection.GAP
    assert objection(course[0], on(7), Frame(course[1:], START, WINDOW, NOW)) is None


ACTS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(-12, 12), st.integers(8, 20), st.booleans(), st.integers(0, 3)),
    max_size=25,
)
"""Which text, how many days away, at what hour, cancelled instead, and how many days pass before."""


@given(programmes(), ACTS)
def test_whatever_staff_move_and_cancel_the_question_stays_weekly_and_no_day_has_two_texts(
    programme: Programme, acts: list[tuple[int, int, int, bool, int]]
) -> None:
    rows = plan(Course(programme, NOW, START, "formiddag", instructed=False, window=WINDOW))
    course = [
        Standing(number, row.step.purpose, row.due_at, has_gone=False, on_holidays=row.step.on_holidays)
        for number, row in enumerate(rows)
    ]
    now = NOW
    for which, days, hour, is_cancelled, passed in acts:
        now += timedelta(days=passed)
        course = [replace(text, has_gone=text.has_gone or text.at <= now) for text in course]
        waiting = [text for text in course if not text.has_gone]
        if not waiting:
            break
        text = waiting[which % len(waiting)]
        others = [other for other in course if other.id != text.id]
        if is_cancelled:
            course = others if text.purpose not in ESSENTIAL else course
            continue
        to = at(text.day + timedelta(days=days), time(hour))
        if objection(text, to, Frame(others, START, WINDOW, now)) is None:
            course = [*others, replace(text, at=to)]
    ordered = sorted(course, key=lambda text: text.at)
    asked = [START, *(text.day for text in ordered if text.purpose in ASKED_WEEKLY)]
    assert all(later - earlier <= LONGEST_GAP for earlier, later in pairwise(asked))
    stood = [text.day for text in ordered if text.purpose != Purpose.WELCOME]
    assert len(set(stood)) == len(stood)
    assert ordered[0].purpose == Purpose.WELCOME
    assert ordered[-1].purpose == Purpose.CLOSING
