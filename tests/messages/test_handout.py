"""The words of the printed sheet: complete for every programme and held to the rules."""

from __future__ import annotations

import dataclasses

import pytest

from messages.handout_schema import Handout
from messages.lint import lint
from messages.loader import load_content

SHIPPED = load_content()


def problems(handout: Handout) -> set[tuple[str, str]]:
    return {(item.programme, item.rule) for item in lint(dataclasses.replace(SHIPPED, handout=handout))}


@pytest.mark.parametrize("programme", SHIPPED.programmes)
def test_every_programme_has_its_signs(programme: str) -> None:
    signs = " ".join(SHIPPED.handout.signs_for(programme).lines)
    for needed in ("tisse", "afføring", "skridtet", "inderlårene", "feber", "fald"):
        assert needed in signs
    assert ("hånd" in signs) == (programme == "nerverod-nakke")


def test_an_unknown_programme_has_no_signs() -> None:
    with pytest.raises(KeyError):
        SHIPPED.handout.signs_for("knae")


def test_a_programme_without_signs_is_found() -> None:
    assert problems(SHIPPED.handout.model_copy(update={"signs": SHIPPED.handout.signs[:1]})) == {("sheet", "red-flags")}


def test_a_list_of_signs_that_texts_cannot_point_at_is_found() -> None:
    card = SHIPPED.handout.red_flags.model_copy(update={"heading": "Søg læge, hvis noget af dette er nyt"})
    assert problems(SHIPPED.handout.model_copy(update={"red_flags": card})) == {("sheet", "red-flags")}


@pytest.mark.parametrize("needed", ["{laege}", "{vagt}", "112"])
def test_a_card_that_does_not_say_whom_to_call_is_found(needed: str) -> None:
    lines = tuple(line for line in SHIPPED.handout.red_flags.lines if needed not in line)
    card = SHIPPED.handout.red_flags.model_copy(update={"lines": lines})
    assert problems(SHIPPED.handout.model_copy(update={"red_flags": card})) == {("sheet", "red-flags")}


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("stop", "Svar os gerne."),
        ("promise", "Svar STOP, når smerterne er væk."),
        ("sentence", "Svar STOP og gå en tur og gå en tur og gå en tur og gå en tur."),
    ],
)
def test_a_bad_line_about_sms_is_found(rule: str, line: str) -> None:
    sms = SHIPPED.handout.sms.model_copy(update={"lines": (line,)})
    assert problems(SHIPPED.handout.model_copy(update={"sms": sms})) == {("sheet", rule)}


def test_an_unknown_placeholder_is_refused() -> None:
    words = SHIPPED.handout.model_dump(mode="json") | {"own_notes": "Til dig, {navn}:"}
    with pytest.raises(ValueError, match="unknown placeholder"):
        Handout.model_validate(words)
