"""The exercises: what a patient is given, in which order, and that nothing is said which no source says."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from messages.exercise_schema import AS_TOLD, ON_A_SHEET, Exercise, Offer, first_exercises, numbered
from messages.lint import Finding, lint
from messages.loader import Content, load_content

SHIPPED = load_content()
EXERCISES = SHIPPED.exercises
PROGRAMMES = sorted(SHIPPED.programmes)
INSTRUCTED_ONLY = {"nerve", "bro", "arm-og-ben"}
DOSES_IN_THE_SOURCES = {
    "gaatur": ("", "hver dag"),
    "knae-til-bryst": ("20 til 30 sekunder", ""),
    "baekkenvip": ("5 til 10 sekunder", "8 til 12 gange"),
    "mave": ("et par sekunder", ""),
}
SVG = "{http://www.w3.org/2000/svg}"


def with_exercise(exercise_id: str, changes: Mapping[str, object]) -> Content:
    changed = EXERCISES[exercise_id].model_copy(update=changes)
    return dataclasses.replace(SHIPPED, exercises=MappingProxyType({**EXERCISES, exercise_id: changed}))


def found(content: Content, rule: str) -> list[Finding]:
    return [finding for finding in lint(content) if finding.rule == rule]


def numbers(programme: str, week: int, *, instructed: bool) -> dict[int, str]:
    chosen = first_exercises(EXERCISES, programme, week, instructed=instructed)
    return {item.number: item.exercise.id for item in chosen}


def test_only_doses_that_a_source_gives_are_said() -> None:
    said = {key: (item.hold, item.times) for key, item in EXERCISES.items() if item.hold or item.times}
    assert said == DOSES_IN_THE_SOURCES


def test_without_a_dose_it_is_what_the_clinic_has_said() -> None:
    assert EXERCISES["bro"].dose == f"Gør det {AS_TOLD}."
    assert EXERCISES["knae-til-bryst"].dose == f"Hold i 20 til 30 sekunder. Gør det {AS_TOLD}."


def test_every_exercise_says_when_to_stop() -> None:
    assert {item.stop for item in EXERCISES.values()} == {
        "Stop, hvis det gør klart mere ondt.",
        "Stop, hvis det gør mere ondt.",
    }


def test_the_neck_has_the_walk_and_no_exercise_of_its_own() -> None:
    assert [item.exercise.id for item in numbered(EXERCISES, "nerverod-nakke")] == ["gaatur"]


@pytest.mark.parametrize("programme", PROGRAMMES)
@pytest.mark.parametrize("week", [1, 5, 9, 13])
def test_nobody_gets_an_exercise_uninstructed_that_needs_instruction(programme: str, week: int) -> None:
    assert not INSTRUCTED_ONLY & set(numbers(programme, week, instructed=False).values())


def test_the_nerve_patient_gets_stabilising_exercises_only_when_instructed() -> None:
    assert numbers("nerverod-laend", 1, instructed=False) == {1: "gaatur", 2: "baekkenvip"}
    assert numbers("nerverod-laend", 1, instructed=True) == {1: "gaatur", 2: "baekkenvip", 3: "nerve", 4: "mave"}


def test_the_back_patient_gets_all_four_at_the_first_visit() -> None:
    expected = {1: "gaatur", 2: "knae-til-bryst", 3: "baekkenvip", 4: "mave"}
    assert numbers("akut-laend", 1, instructed=False) == expected


def test_a_later_sheet_gives_way_to_the_newest_and_keeps_their_numbers() -> None:
    assert numbers("nerverod-laend", 9, instructed=True) == {3: "nerve", 4: "mave", 5: "bro", 6: "arm-og-ben"}


@given(
    programme=st.sampled_from(PROGRAMMES),
    week=st.integers(1, 13),
    instructed=st.booleans(),
)
def test_a_number_means_the_same_exercise_on_every_sheet(programme: str, week: int, instructed: bool) -> None:
    known = {item.number: item.exercise.id for item in numbered(EXERCISES, programme)}
    shown = numbers(programme, week, instructed=instructed)
    assert shown.items() <= known.items()
    assert 1 <= len(shown) <= ON_A_SHEET
    assert list(shown) == sorted(shown)


def test_an_exercise_that_is_over_is_left_out() -> None:
    short = Offer(programme="langvarig", first_week=1, last_week=3)
    content = with_exercise("gaatur", {"offers": (short,)})
    chosen = first_exercises(content.exercises, "langvarig", 4, instructed=False)
    assert [(item.number, item.exercise.id) for item in chosen] == [(2, "baekkenvip"), (3, "mave")]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_an_exercise_that_a_text_describes_is_on_the_sheet_by_then(programme: str) -> None:
    for step in SHIPPED.programmes[programme].steps:
        if step.purpose == "exercise":
            assert step.exercise is not None
            offer = EXERCISES[step.exercise].offer_in(programme)
            assert offer is not None
            assert offer.first_week <= step.day // 7 + 1 <= offer.last_week
            assert offer.needs_instruction == (step.requires == "instructed")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_exercise_has_a_drawing_that_is_named_and_follows_the_text_colour(exercise: str) -> None:
    drawing = ET.fromstring(SHIPPED.drawings[exercise])
    assert drawing.findtext(f"{SVG}title") == EXERCISES[exercise].name
    assert (drawing.findtext(f"{SVG}desc") or "").startswith("Først: ")
    assert drawing.get("stroke") == "currentColor"
    assert [text.text for text in drawing.iter(f"{SVG}text") if text.get("class") == "digit"] == [None]
    assert drawing.findall(f".//{SVG}path[@class='arrow']")
    assert not re.search("style|<script|href", SHIPPED.drawings[exercise])


BAD = [
    ("lix", {"steps": ("Gennemfør stabiliserende øvelsesrepetitioner kontrolleret.",) * 3}),
    ("sentence", {"easier": "Gå en tur og gå en tur og gå en tur og gå en tur og gå."}),
    ("promise", {"harder": "Så er smerterne snart væk."}),
    ("diagnosis", {"name": "Mod hekseskud"}),
    ("medicine", {"easier": "Tag en Panodil først."}),
    ("signs", {"harder": "Kom så!"}),
    ("link", {"harder": "Se www.øvelse.dk"}),
    ("alphabet", {"harder": "Gør det lidt – mere."}),
    ("programme", {"offers": (*EXERCISES["mave"].offers, Offer(programme="knae", first_week=1, last_week=2))}),
    ("source", {"sources": (SHIPPED.exercises["bro"].sources[0].model_copy(update={"section": "Knæ"}),)}),
]


@pytest.mark.parametrize(("rule", "changes"), BAD)
def test_the_lint_finds_a_bad_exercise(rule: str, changes: dict[str, object]) -> None:
    assert {(item.programme, item.step) for item in found(with_exercise("mave", changes), rule)} == {
        ("exercises", "mave")
    }


GOOD = {
    "id": "x",
    "name": "Stå op",
    "steps": ["Stå op.", "Sæt dig."],
    "stop": "Stop, hvis det gør ondt.",
    "easier": "Gør det én gang.",
    "harder": "Gør det to gange.",
    "offer": [{"programme": "akut-laend", "first_week": 1, "last_week": 2}],
    "sources": [{"document": "S1", "section": "Tag kontrol over dine smerter"}],
}


@pytest.mark.parametrize(
    "change",
    [
        {"steps": ["Stå op."]},
        {"stop": "Bliv ved."},
        {"sources": []},
        {"offer": [{"programme": "akut-laend", "first_week": 3, "last_week": 2}]},
        {"offer": [*GOOD["offer"], *GOOD["offer"]]},
    ],
)
def test_an_exercise_that_lacks_something_is_refused(change: dict[str, object]) -> None:
    assert Exercise.model_validate(GOOD).offer_in("akut-laend")
    with pytest.raises(ValidationError):
        Exercise.model_validate({**GOOD, **change})
