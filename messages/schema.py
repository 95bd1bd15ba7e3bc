"""The shape of the programme files: frozen models, so that a bad file stops the start and nothing can change later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
QuestionKind = Literal["screening", "pain", "exercise", "activity", "progress", "sleep", "mood", "work"]
Form = Literal["easier", "usual", "harder"]
"""How hard the exercises of a course are."""

NUMBER = "nummer"
"""The place in a text for the number of the step's exercise on the printed sheet."""
PLACEHOLDERS = frozenset({"klinik", "telefon", NUMBER})
"""What a step's text may refer to: the clinic's name, its telephone number, and the number of the step's exercise."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def named_in(template: str) -> list[str]:
    """What a template leaves to be filled in, in the order it stands there."""
    return _PLACEHOLDER.findall(template)


def only(known: frozenset[str]) -> Callable[[str], str]:
    """A check that a template names nothing but these. It raises ValueError."""

    def checked(template: str) -> str:
        unknown = set(named_in(template)) - known
        if unknown:
            raise ValueError(f"unknown placeholder {sorted(unknown)}; known are {sorted(known)}")
        return template

    return checked


def begins_with_the_clinic(template: str) -> str:
    """A check that a text says first who writes. It raises ValueError."""
    if not template.startswith("{klinik}: "):
        raise ValueError("the text must begin with the clinic's name: '{klinik}: '")
    return template


def _names_the_clinic(template: str) -> str:
    if "{klinik}" not in template:
        raise ValueError("the text must name the clinic: {klinik}")
    return template


StepText = Annotated[
    str,
    StringConstraints(min_length=10, strip_whitespace=True),
    AfterValidator(only(PLACEHOLDERS)),
    AfterValidator(_names_the_clinic),
]


class Frozen(BaseModel):
    """What every part of a content file is: strict, and never changed. Its lists become tuples."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _lists_to_tuples(cls, data: object) -> object:
        return _no_lists(data) if isinstance(data, dict) else data


def _no_lists(data: Mapping[object, object]) -> dict[object, object]:
    """The values that are lists as tuples, one table deep: a table of lists is a part of its own."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


class Purpose(StrEnum):
    """What a step is for. Red pauses exercise and reassurance; reassurance also waits for a clean screening."""

    WELCOME = "welcome"
    SCREENING = "screening"
    REASSURANCE = "reassurance"
    EXERCISE = "exercise"
    ACTIVITY = "activity"
    QUESTION = "question"
    INFORMATION = "information"
    CLOSING = "closing"


TOLERANCE_HOURS: Mapping[Purpose, int] = {
    Purpose.WELCOME: 48,
    Purpose.SCREENING: 24,
    Purpose.REASSURANCE: 12,
    Purpose.EXERCISE: 12,
    Purpose.ACTIVITY: 12,
    Purpose.QUESTION: 12,
    Purpose.INFORMATION: 12,
    Purpose.CLOSING: 48,
}
"""How late a text may still go where its step says nothing. Who writes, how to stop and whom to ring is as true two
days later, and nothing stands in for it; a question about today, or an exercise, belongs to its day."""


class Source(Frozen):
    """One section of one of the five clinical documents (see sources.toml)."""

    document: Literal["S0", "S1", "S2", "S3", "S4"]
    section: Annotated[str, StringConstraints(min_length=3)]


class Variant(Frozen):
    """Another form of a step's text. `neutral`: the same without naming body or illness."""

    text: StepText
    neutral: StepText


class Step(Frozen):
    """One text of a programme, in two forms: `neutral` names no illness, body part or symptom.

    `day` counts from the day of enrolment (0). `at` is local wall-clock time; without it the patient's own
    time of day is used. `tolerance_hours`: how late it may still go out, after that it is expired; None: as its purpose
    has it (see `tolerance`).
    `on_holidays`: may go out on a day when Danish clinics are closed. `requires`: sent only when it holds.
    `exercise`: the one of exercises.toml that the text is about; {nummer} is its number on the patient's sheet.
    `easier`, `harder`: sent in place of `text` and `neutral` to a patient whose exercises have that form.
    """

    id: Identifier
    day: Annotated[int, Field(ge=0, le=100)]
    purpose: Purpose
    text: StepText
    neutral: StepText
    easier: Variant | None = None
    harder: Variant | None = None
    exercise: Identifier | None = None
    at: time | None = None
    question: QuestionKind | None = None
    requires: Literal["instructed"] | None = None
    on_holidays: bool = False
    tolerance_hours: Annotated[int, Field(ge=1, le=96)] | None = None
    sources: tuple[Source, ...] = ()

    @field_validator("purpose", mode="before")
    @classmethod
    def _purpose_by_name(cls, value: object) -> object:
        return Purpose(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _screening_asks(self) -> Step:
        if (self.purpose is Purpose.SCREENING) != (self.question == "screening"):
            raise ValueError("purpose screening and question screening belong together")
        if not self.sources and self.purpose not in {Purpose.WELCOME, Purpose.QUESTION, Purpose.CLOSING}:
            raise ValueError("a text that tells the patient something needs at least one source")
        return self

    @model_validator(mode="after")
    def _forms_fit(self) -> Step:
        variants = [variant for variant in (self.easier, self.harder) if variant is not None]
        if variants and self.purpose not in {Purpose.EXERCISE, Purpose.ACTIVITY}:
            raise ValueError("only exercise and activity have an easier and a harder form")
        texts = [self.text, self.neutral, *(text for some in variants for text in (some.text, some.neutral))]
        if self.exercise is None and any(f"{{{NUMBER}}}" in text for text in texts):
            raise ValueError("{nummer} is the number of an exercise: the step must name it")
        return self

    @property
    def tolerance(self) -> timedelta:
        """How late the text may still go."""
        return timedelta(hours=self.tolerance_hours or TOLERANCE_HOURS[self.purpose])

    def template(self, form: Form = "usual", *, neutral: bool) -> str:
        """The template to send: the one place where a form is chosen. The usual one where the step has no other."""
        variant = {"easier": self.easier, "harder": self.harder, "usual": None}[form] or self
        return variant.neutral if neutral else variant.text
