"""No sequence of replies, silences and acts of staff gets a course stuck, or sends two texts on one day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import reach, reach_talk
from bot.adapting import Adaptation
from bot.conversation import Change, Decision, Situation
from bot.reach import walk
from messages.loader import load_content
from messages.schema import Purpose
from scheduler.calendar import Window
from scheduler.planning import Course, Facts, PlannedStep, hold_reason, plan

CONTENT = load_content()
PROGRAMMES = CONTENT.programmes


def rows(programme: str, start: date, *, hour: int = 9, window: Window | None = None) -> list[PlannedStep]:
    enrolled_at = datetime(start.year, start.month, start.day, hour, tzinfo=UTC)
    course = Course(PROGRAMMES[programme], enrolled_at, start, "formiddag", instructed=True, window=window or Window())
    return plan(course)


@pytest.mark.parametrize("programme", sorted(PROGRAMMES))
def test_a_course_over_christmas_never_sticks_and_never_sends_twice_a_day(programme: str) -> None:
    found = walk(rows(programme, date(2026, 11, 23)), CONTENT.rules_of(CONTENT.programmes[programme]))
    assert found.faults == ()
    assert found.states > 10_000


@pytest.mark.parametrize(
    ("start", "hour", "window"),
    [
        (date(2026, 2, 2), 9, Window()),
        (date(2026, 11, 23), 20, Window()),
        (date(2026, 12, 23), 19, Window(9 * 60, 10 * 60)),
        (date(2027, 3, 24), 12, Window(17 * 60, 20 * 60)),
    ],
)
def test_neither_does_one_that_is_enrolled_late_or_falls_into_holidays(start: date, hour: int, window: Window) -> None:
    assert (
        walk(
            rows("nerverod-laend", start, hour=hour, window=window),
            CONTENT.rules_of(CONTENT.programmes["nerverod-laend"]),
        ).faults
        == ()
    )


def problems(found: reach.Walk) -> set[str]:
    return {fault.problem for fault in found.faults}


def test_two_texts_on_one_day_are_found() -> None:
    course = rows("hekseskud", date(2026, 11, 23))
    course[5] = replace(course[5], due_at=course[4].due_at + timedelta(hours=1))
    assert problems(walk(course)) == {"a second text on one day"}


def test_a_text_that_waited_into_the_day_of_the_next_is_found() -> None:
    course = rows("hekseskud", date(2026, 11, 23))
    assert course[1].step.id == "tjek-uge-1"
    course[1] = replace(course[1], expires_at=course[2].due_at + timedelta(minutes=1))
    assert "a second text on one day" in problems(walk(course))


def test_a_pause_that_cannot_be_ended_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    really = reach_talk._decided

    def deaf(situation: Situation, reply: str, adaptation: Adaptation | None = None) -> Decision:
        decision = really(situation, reply, adaptation)
        return replace(decision, change=Change.NONE) if decision.change is Change.RESUME else decision

    monkeypatch.setattr(reach_talk, "_decided", deaf)
    found = walk(rows("akut-laend", date(2026, 11, 23))[:6])
    assert "START does not take up a course that is paused" in problems(found)


def test_a_course_that_runs_out_without_its_closing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "hold_reason", lambda purpose, *_: "no" if purpose == "closing" else None)
    found = walk(rows("akut-laend", date(2026, 11, 23)))
    assert problems(found) == {"the course ran out without its closing text"}
    assert {fault.step for fault in found.faults} == {"afslutning"}


def test_the_questions_that_rules_ask_are_searched_too() -> None:
    course = rows("akut-laend", date(2026, 11, 23))[:12]
    without, with_rules = (walk(course, rules) for rules in ((), CONTENT.rules_of(CONTENT.programmes["akut-laend"])))
    assert without.states < with_rules.states


def test_a_closing_that_is_kept_from_a_silent_patient_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    really = hold_reason

    def silencing(purpose: Purpose, screening_due_at: datetime | None, facts: Facts) -> str | None:
        if facts.silent and purpose is Purpose.CLOSING:
            return "held"
        return really(purpose, screening_due_at, facts)

    monkeypatch.setattr(reach, "hold_reason", silencing)
    (fault,) = walk(rows("akut-laend", date(2026, 11, 23))).faults
    assert fault.problem == "the course ran out without its closing text"
    assert fault.path[-1] == "staff are told"


def test_a_reminder_that_does_not_look_at_its_day_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    really = reach._Search.come_to

    def blind(search: reach._Search, now: datetime) -> None:
        really(search, now)
        search._today = []

    monkeypatch.setattr(reach._Search, "come_to", blind)
    found = walk(rows("hekseskud", date(2026, 11, 23)))
    assert "a text beside a reminder on one day" in problems(found)
    assert "oevelse-knae-til-bryst" in {fault.step for fault in found.faults}
