"""The shape of the programme files: frozen models, so that a bad file stops the start and nothing can change later."""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
QuestionKind = Literal["screening", "pain", "exercise", "activity", "progress", "sleep", "mood", "work"]

PLACEHOLDERS = frozenset({"klinik", "telefon", "nummer"})
"""What a step's text may refer to: the clinic's name, its telephone number, and the number of the step's exercise."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _checked(value: str) -> str:
    unknown = set(_PLACEHOLDER.findall(value)) - PLACEHOLDERS
    if unknown:
        raise ValueError(f"unknown placeholder {sorted(unknown)}; known are {sorted(PLACEHOLDERS)}")
    if "{klinik}" not in value:
        raise ValueError("the text must name the clinic: {klinik}")
    return value


Template = Annotated[str, StringConstraints(min_length=10, strip_whitespace=True), AfterValidator(_checked)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


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


class Source(Frozen):
    """One section of one of the five clinical documents (see sources.toml)."""

    document: Literal["S0", "S1", "S2", "S3", "S4"]
    section: Annotated[str, StringConstraints(min_length=3)]


class Step(Frozen):
    """One text of a programme, in two forms: `neutral` names no illness, body part or symptom.

    `day` counts from the day of enrolment (0). `at` is local wall-clock time; without it the patient's own
    time of day is used. `tolerance_hours`: how late it may still go out, after that it is expired.
    `on_holidays`: may go out on a day when Danish clinics are closed. `requires`: sent only when it holds.
    `exercise`: the one in exercises.toml that the text is about; {nummer} is its number on the patient's sheet.
    """

    id: Identifier
    day: Annotated[int, Field(ge=0, le=100)]
    purpose: Purpose
    text: Template
    neutral: Template
    exercise: Identifier | None = None
    at: time | None = None
    question: QuestionKind | None = None
    requires: Literal["instructed"] | None = None
    on_holidays: bool = False
    tolerance_hours: Annotated[int, Field(ge=1, le=96)] = 12
    sources: tuple[Source, ...] = ()

    @field_validator("sources", mode="before")
    @classmethod
    def _list_to_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("purpose", mode="before")
    @classmethod
    def _purpose_by_name(cls, value: object) -> object:
        return Purpose(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _screening_asks(self) -> Step:
        if (self.purpose is Purpose.SCREENING) != (self.question == "screening"):
            raise ValueError("purpose screening and question screening belong together")
        if self.exercise is None and "{nummer}" in self.text + self.neutral:
            raise ValueError("{nummer} is the number of an exercise, and the step names none")
        if not self.sources and self.purpose not in {Purpose.WELCOME, Purpose.QUESTION, Purpose.CLOSING}:
            raise ValueError("a text that tells the patient something needs at least one source")
        return self

    def form(self, *, neutral: bool) -> str:
        """The template in one of its two forms: the one place where that is chosen for a step."""
        return self.neutral if neutral else self.text


class Programme(Frozen):
    """A versioned course of texts for one condition."""

    id: Identifier
    version: Annotated[int, Field(ge=1)]
    name: Annotated[str, StringConstraints(min_length=3, max_length=60)]
    neutral_name: Annotated[str, StringConstraints(min_length=3, max_length=60)]
    weeks: Annotated[int, Field(ge=1, le=13)]
    signed_off_by: str = ""
    steps: tuple[Step, ...] = Field(alias="step", min_length=5)

    @field_validator("steps", mode="before")
    @classmethod
    def _list_to_tuple(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @model_validator(mode="after")
    def _steps_make_a_course(self) -> Programme:
        ids = [step.id for step in self.steps]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"step ids used twice: {sorted(twice)}")
        days = [step.day for step in self.steps]
        if days != sorted(days):
            raise ValueError("steps must stand in the order of their days")
        if self.steps[0].purpose is not Purpose.WELCOME or self.steps[0].day != 0:
            raise ValueError("the first step must be the welcome on day 0")
        if days[-1] > self.weeks * 7 + 2:
            raise ValueError(f"the last step is on day {days[-1]}, after the {self.weeks} weeks of the course")
        self._screened_weekly()
        return self

    def _screened_weekly(self) -> None:
        days = [step.day for step in self.steps if step.purpose is Purpose.SCREENING]
        if not days or days[0] != 1:
            raise ValueError("the red-flag screening must be asked on day 1")
        for earlier, later in zip(days, [*days[1:], self.steps[-1].day], strict=True):
            if later - earlier > 7:
                raise ValueError(f"no screening between day {earlier} and day {later}: at most 7 days apart")
