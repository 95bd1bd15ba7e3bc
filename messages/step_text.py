"""The one place where a step becomes the text that is sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from messages.exercise_schema import Exercise, number_of
from messages.render import render
from messages.schema import NUMBER, Form, Step


def step_text(
    exercises: Mapping[str, Exercise], programme: str, step: Step, *, clinic: str, phone: str, form: Form = "usual"
) -> str:
    """The finished text of a step of `programme` (its id) for a clinic, in the form that the patient's exercises have.

    `phone`: as shown ("12 34 56 78"). Raises LookupError when the programme does not offer the step's exercise.
    """
    return fill(exercises, programme, step, step.in_form(form), clinic=clinic, phone=phone)


def fill(
    exercises: Mapping[str, Exercise], programme: str, step: Step, template: str, *, clinic: str, phone: str
) -> str:
    """A template of the step with the clinic and the number of its exercise in their places."""
    values = {} if step.exercise is None else {NUMBER: str(number_of(exercises, programme, step.exercise))}
    return render(template, clinic=clinic, phone=phone, **values)
