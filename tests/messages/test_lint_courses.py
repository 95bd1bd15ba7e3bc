"""A course as a whole is held to the rules: how often, how long, how hard to read, how far between screenings."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from messages.lint import figures, mean_segments
from tests.messages.altered import SHIPPED, found, with_steps


def test_two_texts_on_one_day_are_found() -> None:
    findings = found(with_steps("akut-laend", {"gaa-en-tur": {"day": 2}}), "one-a-day")
    assert [finding.step for finding in findings] == ["gaa-en-tur"]


def test_five_texts_in_seven_days_are_found() -> None:
    crowded = with_steps("akut-laend", {"familie-og-arbejde": {"day": 7}})  # days 1, 2, 4, 6, 7, 8
    assert [finding.step for finding in found(crowded, "too-often")] == ["tjek-uge-1", "udsigt"]


def test_a_course_must_end_with_its_closing() -> None:
    programme = SHIPPED.programmes["langvarig"].model_copy(update={"steps": SHIPPED.programmes["langvarig"].steps[:-1]})
    content = dataclasses.replace(SHIPPED, programmes=MappingProxyType({"langvarig": programme}))
    assert [finding.step for finding in found(content, "closing")] == ["fremgang-uge-12"]


def test_a_course_that_is_too_thin_is_found() -> None:
    programme = SHIPPED.programmes["langvarig"]
    thin = programme.model_copy(update={"steps": programme.steps[:12]})
    content = dataclasses.replace(SHIPPED, programmes=MappingProxyType({"langvarig": thin}))
    assert [finding.problem for finding in found(content, "course-length")] == ["12 texts; a course has 20 to 36"]


@pytest.mark.parametrize("neutral", [False, True])
def test_the_figures_of_every_course_keep_to_what_is_promised(neutral: bool) -> None:
    for row in (figures(programme, neutral=neutral) for programme in SHIPPED.programmes.values()):
        assert 20 <= row.texts <= 36
        assert row.most_segments <= 2
        assert row.lix <= 25
        assert row.most_lix <= 30
        assert row.longest_sentence <= 15
        assert row.longest_gap <= 7
    assert mean_segments(SHIPPED.programmes.values(), neutral=neutral) <= 1.3


def test_eight_days_without_a_screening_are_found() -> None:
    late = with_steps("langvarig", {"tjek-uge-5": {"day": 30}})
    assert [finding.problem for finding in found(late, "screening-gap")] == ["8 days without a screening; at most 7"]


def test_a_course_of_long_texts_is_found() -> None:
    long = "{klinik}: " + "Gå en tur i dag og en i morgen. " * 8
    course = SHIPPED.programmes["langvarig"]
    content = with_steps("langvarig", {step.id: {"text": long} for step in course.steps})
    assert [finding.programme for finding in found(content, "mean-segments")] == ["langvarig", "all"]


def test_a_course_that_is_hard_to_read_is_found() -> None:
    hard = "{klinik}: Fortsæt aktiviteten langsomt. Bevægelse hjælper."
    course = SHIPPED.programmes["langvarig"]
    content = with_steps("langvarig", {step.id: {"text": hard} for step in course.steps})
    assert [finding.step for finding in found(content, "mean-lix")] == [""]


def test_an_exercise_that_is_not_on_the_first_sheet_is_found() -> None:
    content = with_steps("nerverod-laend", {"oevelse-mave": {"requires": None}})
    assert [finding.step for finding in found(content, "sheet")] == ["oevelse-mave"]
