from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.loader import load_content
from messages.schema import Purpose
from scheduler.calendar import Window, is_holiday, local
from scheduler.planning import (
    HELD_PAUSE,
    HELD_RED,
    HELD_SCREENING,
    HELD_SILENT,
    MIN_GAP,
    OPTIONAL,
    TIMES_OF_DAY,
    Course,
    Facts,
    hold_reason,
    plan,
)

PROGRAMMES = load_content().programmes
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))


@st.composite
def courses(draw: st.DrawFn) -> Course:
    enrolled_at = draw(INSTANTS)
    opens = draw(st.integers(540, 1080))
    return Course(
        programme=PROGRAMMES[draw(st.sampled_from(sorted(PROGRAMMES)))],
        enrolled_at=enrolled_at,
        start_date=local(enrolled_at).date() + timedelta(days=draw(st.integers(0, 30))),
        time_of_day=draw(st.sampled_from(sorted(TIMES_OF_DAY))),
        instructed=draw(st.booleans()),
        window=Window(opens, draw(st.integers(opens + 60, 1200))),
    )


def course(enrolled_at: datetime, programme: str = "akut-laend", **values: object) -> Course:
    fields: dict[str, object] = {
        "programme": PROGRAMMES[programme],
        "start_date": local(enrolled_at).date(),
        "time_of_day": "formiddag",
        "instructed": False,
        "window": Window(),
        **values,
    }
    return Course(enrolled_at=enrolled_at, **fields)  # type: ignore[arg-type]


@given(courses())
def test_every_text_stands_in_the_sending_window(course: Course) -> None:
    for row in plan(course):
        assert course.window.holds(local(row.due_at).time())


@given(courses())
def test_no_text_stands_on_a_holiday_unless_its_step_says_so(course: Course) -> None:
    for row in plan(course):
        assert row.step.on_holidays or not is_holiday(local(row.due_at).date())


@given(courses())
def test_no_two_texts_after_the_welcome_stand_on_one_day(course: Course) -> None:
    welcome, *rows = plan(course)
    assert rows[0].due_at - welcome.due_at >= MIN_GAP
    for earlier, later in pairwise(rows):
        assert local(later.due_at).date() > local(earlier.due_at).date()


@given(courses())
def test_every_step_is_planned_once_unless_its_requirement_is_not_met(course: Course) -> None:
    wanted = [step.id for step in course.programme.steps if step.requires is None or course.instructed]
    assert [row.step.id for row in plan(course)] == wanted


@given(courses())
def test_nothing_is_due_before_it_was_planned_and_everything_expires_later_than_due(course: Course) -> None:
    for row in plan(course):
        assert row.due_at >= course.enrolled_at
        assert row.expires_at > row.due_at
        assert row.reason


@given(courses())
def test_a_text_that_waits_never_runs_into_the_day_of_the_next(course: Course) -> None:
    for earlier, later in pairwise(plan(course)[1:]):
        assert local(earlier.expires_at - timedelta(microseconds=1)).date() < local(later.due_at).date()


@given(courses())
def test_the_same_course_gives_the_same_plan(course: Course) -> None:
    assert plan(course) == plan(course)


def test_the_welcome_leaves_at_enrolment() -> None:
    enrolled_at = datetime(2026, 11, 23, 9, 17, tzinfo=UTC)
    assert plan(course(enrolled_at))[0].due_at == enrolled_at


def test_enrolled_late_in_the_evening_the_welcome_waits_for_the_morning() -> None:
    rows = plan(course(datetime(2026, 11, 23, 20, 30, tzinfo=UTC)))
    assert local(rows[0].due_at) == datetime(2026, 11, 24, 9, 0, tzinfo=local(rows[0].due_at).tzinfo)
    assert rows[1].due_at - rows[0].due_at >= MIN_GAP


def test_enrolled_on_the_last_day_of_the_year_the_rest_waits_for_a_working_day() -> None:
    rows = plan(course(datetime(2026, 12, 31, 9, 0, tzinfo=UTC)))
    assert local(rows[0].due_at).date() == date(2026, 12, 31)
    assert local(rows[1].due_at).date() == date(2027, 1, 2)
    assert "helligdag" in rows[1].reason


def test_the_clock_change_does_not_move_a_text() -> None:
    rows = plan(course(datetime(2027, 3, 20, 9, 0, tzinfo=UTC), time_of_day="morgen"))
    assert {local(row.due_at).time() for row in rows[1:]} == {time(9)}
    assert {row.due_at.hour for row in rows[1:]} == {7, 8}


def test_nerve_glides_are_planned_only_for_an_instructed_patient() -> None:
    enrolled_at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    without = {row.step.id for row in plan(course(enrolled_at, "nerverod-laend"))}
    instructed = {row.step.id for row in plan(course(enrolled_at, "nerverod-laend", instructed=True))}
    only = {step.id for step in PROGRAMMES["nerverod-laend"].steps if step.requires == "instructed"}
    assert only
    assert instructed - without == only


ASKED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
QUIET = Facts(red_open=False, paused=False, clean_at=None)


@pytest.mark.parametrize("purpose", [Purpose.EXERCISE, Purpose.REASSURANCE, Purpose.ACTIVITY])
def test_a_red_alert_holds_exercise_and_reassurance(purpose: Purpose) -> None:
    facts = Facts(red_open=True, paused=False, clean_at=ASKED)
    assert hold_reason(purpose, ASKED, facts) == HELD_RED


@pytest.mark.parametrize("purpose", [Purpose.SCREENING, Purpose.QUESTION, Purpose.INFORMATION])
def test_a_red_alert_does_not_hold_the_next_screening(purpose: Purpose) -> None:
    assert hold_reason(purpose, ASKED, Facts(red_open=True, paused=False, clean_at=None)) is None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_pause_holds_everything(purpose: Purpose) -> None:
    assert hold_reason(purpose, ASKED, Facts(red_open=False, paused=True, clean_at=ASKED)) == HELD_PAUSE


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_silence_holds_only_what_a_patient_may_do_without(purpose: Purpose) -> None:
    facts = Facts(red_open=False, paused=False, clean_at=ASKED, silent=True)
    assert hold_reason(purpose, ASKED, facts) == (HELD_SILENT if purpose in OPTIONAL else None)


@pytest.mark.parametrize("clean_at", [None, ASKED - timedelta(seconds=1)])
def test_reassurance_waits_for_a_clean_answer_to_the_latest_screening(clean_at: datetime | None) -> None:
    assert hold_reason(Purpose.REASSURANCE, ASKED, Facts(red_open=False, paused=False, clean_at=clean_at)) == (
        HELD_SCREENING
    )


def test_reassurance_goes_after_a_clean_answer() -> None:
    facts = Facts(red_open=False, paused=False, clean_at=ASKED + timedelta(minutes=5))
    assert hold_reason(Purpose.REASSURANCE, ASKED, facts) is None


def test_reassurance_without_any_screening_before_it_never_goes() -> None:
    facts = Facts(red_open=False, paused=False, clean_at=ASKED)
    assert hold_reason(Purpose.REASSURANCE, None, facts) == HELD_SCREENING
