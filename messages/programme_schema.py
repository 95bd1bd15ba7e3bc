"""The shape of a programme file: a versioned course of steps, and the rules by which it adapts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from messages.rule_schema import Rule
from messages.schema import Frozen, Identifier, Purpose, Step, Variant


class Programme(Frozen):
    """A versioned course of texts for one condition.

    `rules`: ids in rules.toml, tried in this order after the programme's own (`own_rules`). `reminder`: asks the weekly
    screening again, once, when it was not answered; None in a programme older than reminders, whose unanswered
    screenings staff are told of at once.
    """

    id: Identifier
    version: Annotated[int, Field(ge=1)]
    name: Annotated[str, StringConstraints(min_length=3, max_length=60)]
    neutral_name: Annotated[str, StringConstraints(min_length=3, max_length=60)]
    weeks: Annotated[int, Field(ge=1, le=13)]
    signed_off_by: str = ""
    reminder: Variant | None = None
    steps: tuple[Step, ...] = Field(alias="step", min_length=5)
    rules: tuple[Identifier, ...] = ()
    own_rules: tuple[Rule, ...] = Field(alias="rule", default=())

    @model_validator(mode="after")
    def _steps_make_a_course(self) -> Programme:
        ids = [step.id for step in self.steps]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise ValueError(f"step ids used twice: {sorted(twice)}")
        named = [*self.rules, *(rule.id for rule in self.own_rules)]
        if again := sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"rules named twice: {again}")
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
