"""The form a clinic has chosen, and the number of an exercise."""

from __future__ import annotations

import pytest

from messages.exercise_schema import number_of, numbered
from messages.loader import load_content
from messages.schema import Step
from messages.wording import Voice, answer_text, step_text

CONTENT = load_content()
ORDINARY = Voice("Klinik Vest", "12 34 56 78")
NEUTRAL = Voice("Klinik Vest", "12 34 56 78", neutral=True)


def step(programme: str, step_id: str) -> Step:
    return next(step for step in CONTENT.programmes[programme].steps if step.id == step_id)


def test_a_step_is_said_in_the_form_of_the_voice() -> None:
    udsigt = step("akut-laend", "udsigt")
    assert "Rygsmerter" in step_text(CONTENT.exercises, "akut-laend", udsigt, ORDINARY)
    assert step_text(CONTENT.exercises, "akut-laend", udsigt, NEUTRAL).startswith("Klinik Vest: De fleste har det")


@pytest.mark.parametrize(("programme", "number"), [("akut-laend", 3), ("hekseskud", 3), ("langvarig", 2)])
def test_an_exercise_has_the_number_of_the_programmes_sheet(programme: str, number: int) -> None:
    text = step_text(CONTENT.exercises, programme, step(programme, "oevelse-baekkenvip"), NEUTRAL)
    assert f"øvelse {number} på dit ark" in text


@pytest.mark.parametrize("programme", CONTENT.programmes)
def test_the_number_is_the_one_on_the_sheet(programme: str) -> None:
    for item in numbered(CONTENT.exercises, programme):
        assert number_of(CONTENT.exercises, programme, item.exercise.id) == item.number


def test_an_exercise_of_another_programme_has_no_number() -> None:
    with pytest.raises(LookupError, match="does not offer"):
        number_of(CONTENT.exercises, "nerverod-nakke", "knae-til-bryst")


def test_an_answer_with_a_neutral_form_is_said_in_it() -> None:
    assert "ingen smerter" in answer_text(CONTENT.replies, "pain_unclear", ORDINARY)
    assert "slet ikke slemt" in answer_text(CONTENT.replies, "pain_unclear", NEUTRAL)


def test_an_answer_that_names_nothing_is_the_same_in_both() -> None:
    said = [answer_text(CONTENT.replies, "wish_time", voice, tid="klokken 17") for voice in (ORDINARY, NEUTRAL)]
    assert said == ["Klinik Vest: Det er noteret. Du får vores sms'er klokken 17."] * 2
