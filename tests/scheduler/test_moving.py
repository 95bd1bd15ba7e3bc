"""A course that goes on in another version of its programme: nothing twice, and asked every week to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.loader import load_content
from messages.programme_schema import Programme
from messages.schema import Purpose, Step
from scheduler.calendar import Window, at, is_holiday, local
from scheduler.moving import AGAIN, AT_THE_END, IN_TIME, LONGEST_GAP, Went, remaining
from scheduler.planning import Course, PlannedStep, plan
from tests.programmes import programme, programmes, step

SHIPPED = load_content().programmes
WEEKLY = (Purpose.SCREENING, Purpose.CLOSING)
QUIET_STARTS = st.dates(date(2026, 6, 8), date(2026, 9, 10))
"""From here no Danish holiday comes within a course's thirteen weeks."""
TIMES = st.sampled_from(["morgen", "formiddag", "aften"])
SHARES = st.floats(0, 1.05)
"""How much of a course has passed, from its enrolment to shortly after its end."""


def course_from(start: date, version: Programme, time_of_day: str = "formiddag") -> Course:
    return Course(version, at(start, time(11)), start, time_of_day, instructed=False, window=Window())


def gone(rows: Sequence[PlannedStep], now: datetime) -> list[Went]:
    return [Went(row.step.id, row.step.purpose, row.due_at) for row in rows if row.due_at <= now]


def moved_along(course: Course, moves: Sequence[tuple[Programme, float]]) -> list[PlannedStep]:
    """All that a patient is sent whose course goes over to one version after the other."""
    rows = plan(course)
    now = course.enrolled_at
    for version, share in moves:
        now = max(now, course.enrolled_at + share * (rows[-1].due_at - course.enrolled_at))
        sent = [row for row in rows if row.due_at <= now]
        rows = sent + remaining(replace(course, programme=version), gone(sent, now), now)
    return rows


def days(rows: Sequence[PlannedStep], *purposes: Purpose) -> list[date]:
    return [local(row.due_at).date() for row in rows if not purposes or row.step.purpose in purposes]


MOVES = st.lists(st.tuples(programmes(), SHARES), min_size=1, max_size=3).map(
    lambda moves: sorted(moves, key=lambda move: move[1])
)


@given(QUIET_STARTS, TIMES, programmes(), MOVES)
def test_whatever_the_versions_no_step_goes_twice_and_no_two_texts_on_one_day(
    start: date, time_of_day: str, first: Programme, moves: list[tuple[Programme, float]]
) -> None:
    rows = moved_along(course_from(start, first, time_of_day), moves)
    ids = [row.step.id for row in rows]
    assert len(set(ids)) == len(ids)
    stood = days(rows[1:])
    assert stood == sorted(set(stood))


@given(QUIET_STARTS, TIMES, programmes(), MOVES)
def test_whatever_the_versions_the_screening_stays_weekly_until_the_closing(
    start: date, time_of_day: str, first: Programme, moves: list[tuple[Programme, float]]
) -> None:
    rows = moved_along(course_from(start, first, time_of_day), moves)
    assert [row.step.purpose for row in rows].count(Purpose.CLOSING) == 1
    assert rows[-1].step.purpose is Purpose.CLOSING
    for earlier, later in pairwise([start, *days(rows, *WEEKLY)]):
        assert later - earlier <= LONGEST_GAP


@given(st.dates(date(2026, 1, 1), date(2029, 12, 31)), programmes(), programmes(), SHARES)
def test_holidays_may_stretch_the_week_but_nothing_is_sent_on_them(
    start: date, first: Programme, second: Programme, share: float
) -> None:
    course = course_from(start, first)
    now = course.enrolled_at + share * (plan(course)[-1].due_at - course.enrolled_at)
    rows = remaining(replace(course, programme=second), gone(plan(course), now), now)
    for row in rows:
        assert row.due_at > now - timedelta(seconds=1)
        assert row.expires_at > row.due_at
        assert course.window.holds(local(row.due_at).time())
        assert row.step.on_holidays or not is_holiday(local(row.due_at).date())
    held = [row for row in plan(course) if row.due_at <= now and row.step.purpose in WEEKLY]
    for earlier, later in pairwise(days([*held, *rows], *WEEKLY)):
        between = [earlier + timedelta(days=number) for number in range(1, (later - earlier).days + 1)]
        closed = sum(is_holiday(day) for day in between)
        assert later - earlier <= LONGEST_GAP + timedelta(days=2 * closed)


@pytest.mark.parametrize("name", sorted(SHIPPED))
@given(start=st.dates(date(2026, 1, 1), date(2029, 12, 31)), share=SHARES)
def test_the_same_texts_under_a_new_number_change_nothing(name: str, start: date, share: float) -> None:
    course = course_from(start, SHIPPED[name])
    rows = plan(course)
    now = course.enrolled_at + share * (rows[-1].due_at - course.enrolled_at)
    assert remaining(course, gone(rows, now), now) == [row for row in rows if row.due_at > now]


def version(*steps: Step) -> Programme:
    return programme([step("velkomst", 0, Purpose.WELCOME), *steps])


def screenings(*asked: int) -> list[Step]:
    return [step(f"tjek-{number}", day, Purpose.SCREENING) for number, day in enumerate(asked, 1)]


START = date(2026, 6, 8)
OLD = version(*screenings(1, 8, 15), step("slut", 21, Purpose.CLOSING))


def on(day: int, hour: int = 12) -> datetime:
    return at(START + timedelta(days=day), time(hour))


def left(new: Programme, now: datetime, old: Programme = OLD) -> list[tuple[str, int, str]]:
    """Id, day and reason of what is left when a course in `old` goes over to `new`."""
    rows = remaining(course_from(START, new), gone(plan(course_from(START, old)), now), now)
    return [(row.step.id, (local(row.due_at).date() - START).days, row.reason) for row in rows]


def test_a_screening_that_the_new_version_asked_earlier_is_made_up() -> None:
    new = version(*screenings(1, 5, 12), step("slut", 19, Purpose.CLOSING))
    assert left(new, on(6)) == [("tjek-2", 8, IN_TIME), ("tjek-3", 12, "dag 12"), ("slut", 19, "dag 19")]


def test_a_screening_that_was_asked_but_stands_later_is_asked_again_only_when_the_week_needs_it() -> None:
    needed = version(
        step("tjek-1", 1, Purpose.SCREENING), step("tjek-9", 7, Purpose.SCREENING),
        step("tjek-2", 14, Purpose.SCREENING), step("slut", 21, Purpose.CLOSING),
    )  # fmt: skip
    assert left(needed, on(9))[0] == ("tjek-2" + AGAIN, 14, "dag 14")
    spare = version(*screenings(1, 8, 9)[:1], step("tjek-7", 5, Purpose.SCREENING),
                    step("tjek-2", 10, Purpose.SCREENING), step("tjek-4", 15, Purpose.SCREENING),
                    step("slut", 21, Purpose.CLOSING))  # fmt: skip
    assert left(spare, on(9))[0] == ("tjek-4", 15, "dag 15")


def test_a_shorter_version_that_is_over_still_closes_and_asks_before_it_when_a_week_has_passed() -> None:
    short = version(*screenings(1, 4), step("mere", 5, Purpose.INFORMATION), step("slut", 6, Purpose.CLOSING))
    assert left(short, on(12)) == [("slut", 12, AT_THE_END)]
    paused = [Went("velkomst", Purpose.WELCOME, on(0)), Went("tjek-1", Purpose.SCREENING, on(1))]
    rows = remaining(course_from(START, short), paused, on(12))
    assert [(row.step.id, row.reason) for row in rows] == [("tjek-2", IN_TIME), ("slut", AT_THE_END)]


def test_a_course_that_has_closed_sends_nothing_more() -> None:
    longer = version(*screenings(1, 8, 15, 22), step("farvel", 28, Purpose.CLOSING))
    assert left(longer, on(21, 13)) == []


def test_a_day_that_has_had_its_text_gets_no_second_one() -> None:
    evening = step("sent", 8, Purpose.INFORMATION, at=time(18))
    new = version(*screenings(1)[:1], step("tjek-8", 7, Purpose.SCREENING), evening, *screenings(1, 8, 14)[2:],
                  step("slut", 21, Purpose.CLOSING))  # fmt: skip
    assert "sent" in [name for name, _, _ in left(new, on(7))]
    assert "sent" not in [name for name, _, _ in left(new, on(8))]


def test_a_full_day_gives_way_to_the_screening() -> None:
    full = [step(f"fuld-{day}", day, Purpose.INFORMATION) for day in range(6, 12)]
    new = version(*screenings(1, 5), *full, step("tjek-3", 12, Purpose.SCREENING), step("slut", 19, Purpose.CLOSING))
    assert [row[:2] for row in left(new, on(6, 20))][:3] == [("fuld-7", 7), ("tjek-2", 8), ("fuld-9", 9)]


def test_a_screening_takes_a_free_day_shortly_before_rather_than_the_day_of_another_text() -> None:
    full = step("fuld", 8, Purpose.INFORMATION)
    new = version(*screenings(1, 5), full, step("tjek-3", 12, Purpose.SCREENING), step("slut", 19, Purpose.CLOSING))
    assert [row[:2] for row in left(new, on(6, 20))][:2] == [("tjek-2", 7), ("fuld", 8)]
