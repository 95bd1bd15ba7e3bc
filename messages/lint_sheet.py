"""Holds the exercises and the printed sheet to the rules of the texts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from messages.exercise_schema import Exercise, first_exercises
from messages.handout_schema import HANDOUT_PLACEHOLDERS, SIGNS_FIELD, Handout
from messages.lint_rules import RULES, Specimen
from messages.programme_schema import Programme

SHEET_RULES = ("lix", "sentence", "link", "promise", "diagnosis", "medicine", "signs")
"""Those that paper shares with a text message; its length and its alphabet are its own."""
EXERCISE_RULES = (*SHEET_RULES, "alphabet", "soothing")
"""An exercise's lines may also be sent."""

Problem = tuple[str, str, str]
"""Where, which rule, what is wrong."""

_FILLED = dict.fromkeys(HANDOUT_PLACEHOLDERS, "12345678") | {"antal": "31", "uger": "12", "om_ugen": "2 til 3"}
"""A number counts as one word here, or no line with one would be short enough."""


def exercise_problems(exercise: Exercise) -> Iterator[Problem]:
    lines = [*exercise.steps, exercise.dose, exercise.stop]
    for text in (exercise.name, " ".join(lines), exercise.easier, exercise.harder):
        for rule, problem in _broken(EXERCISE_RULES, exercise.id, text, exercise):
            yield exercise.id, rule, problem


def handout_problems(handout: Handout, programmes: Mapping[str, object]) -> Iterator[Problem]:
    for line in handout.lines():
        for rule, problem in _broken(SHEET_RULES, "handout", line.format_map(_FILLED)):
            yield "handout", rule, f"{problem} ('{line}')"
    named = [programme for signs in handout.signs for programme in signs.programmes]
    for programme in programmes:
        if named.count(programme) != 1:
            yield "handout", "red-flags", f"{named.count(programme)} lists of signs name the programme '{programme}'"
    for needed in ("{laege}", "{vagt}", "112"):
        if not any(needed in line for line in handout.red_flags.lines):
            yield "handout", "red-flags", f"the card must say whom to call: '{needed}'"
    if not handout.red_flags.heading.startswith(SIGNS_FIELD):
        yield "handout", "red-flags", f"the list of signs must be called '{SIGNS_FIELD}', as the texts call it"
    if not any("STOP" in line for line in handout.sms.lines):
        yield "handout", "stop", "the sheet must say how to stop"


def unprinted(programme: Programme, exercises: Mapping[str, Exercise]) -> Iterator[Problem]:
    """Exercises that a text sends the patient to, but that the sheet printed at enrolment does not show."""
    for step in programme.steps:
        taught = step.requires == "instructed"
        sheet = first_exercises(exercises, programme.id, 1, instructed=taught)
        if step.exercise is not None and step.exercise not in {item.exercise.id for item in sheet}:
            yield step.id, "sheet", f"the exercise '{step.exercise}' is not on the sheet printed at enrolment"


def _broken(
    rules: tuple[str, ...], name: str, text: str, exercise: Exercise | None = None
) -> Iterator[tuple[str, str]]:
    sources = exercise.sources if exercise else ()
    specimen = Specimen("sheet", name, "sheet", text, f"Klinikken: {text}", sources)
    for rule in rules:
        for problem in RULES[rule](specimen):
            yield rule, problem
