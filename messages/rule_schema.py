"""The shape of a rule: what a patient's answers must have been, and what the course does about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from messages.schema import Form, Frozen, Identifier, Source, only

Did = Literal["done", "missed"]
Barrier = Literal["time", "pain", "fear", "forgot"]
"""What is in the way of the exercises; `pain` also when they are too hard."""

Template = Annotated[
    str,
    StringConstraints(min_length=15, strip_whitespace=True),
    AfterValidator(only(frozenset({"klinik", "telefon"}))),
]


class When(Frozen):
    """What must hold when an answer comes in; all that is named must hold together.

    `exercise`, `activity`: how the last `in_a_row` answers to that question were; with both named, answers to either
    count in one row. `pain`: `rising` when each of the last `times` numbers is higher than the one before, `unknown`
    when there is no recent number. `pain_at_most`, `pain_at_least`: the newest number, if it is recent (0 to 10).
    `barrier`: what the patient says is in the way. `form`: the form that the exercises have now.
    """

    exercise: Did | None = None
    activity: Did | None = None
    in_a_row: Annotated[int, Field(ge=1, le=5)] = 1
    pain: Literal["rising", "unknown"] | None = None
    times: Annotated[int, Field(ge=2, le=5)] = 3
    pain_at_most: Annotated[int, Field(ge=0, le=10)] | None = None
    pain_at_least: Annotated[int, Field(ge=0, le=10)] | None = None
    barrier: Barrier | None = None
    form: Form | None = None

    @property
    def did(self) -> Mapping[str, Did]:
        """The questions about what the patient has done, each with the answer that is looked for."""
        named = {"exercise": self.exercise, "activity": self.activity}
        return {question: did for question, did in named.items() if did is not None}

    @property
    def questions(self) -> frozenset[str]:
        """The questions whose answer can set the rule off."""
        about_pain = self.pain == "rising" or self.pain_at_most is not None or self.pain_at_least is not None
        extra = (("pain", about_pain), ("barrier", self.barrier is not None))
        return frozenset(self.did) | {question for question, is_meant in extra if is_meant}

    @model_validator(mode="after")
    def _can_be_met(self) -> When:
        if not self.questions:
            raise ValueError("no answer can set this rule off: name exercise, activity, pain or barrier")
        if len(set(self.did.values())) > 1:
            raise ValueError("exercise and activity count in one row: both must be done, or both missed")
        if self.in_a_row > 1 and not self.did:
            raise ValueError("in_a_row counts answers about exercise or activity: name one")
        low, high = self.pain_at_least, self.pain_at_most
        if low is not None and high is not None and low > high:
            raise ValueError(f"no number is at least {low} and at most {high}")
        if self.pain == "unknown" and (low is not None or high is not None):
            raise ValueError("a number that is unknown cannot be compared")
        return self


class Rule(Frozen):
    """One way in which a course answers to how the patient does.

    `reason`: in Danish and in lower case, why, as staff read it. It either answers with `text` (`neutral` says the
    same without naming body or illness) in place of the ordinary answer, or raises the reply to amber under `flag`.
    `asks`: the question that the text asks. `form`: of the exercises from now on. `at_most`: times in one course.
    """

    id: Identifier
    when: When
    reason: Annotated[str, StringConstraints(pattern=r"^[a-zæøå0-9].{8,118}[^.]$")]
    text: Template | None = None
    neutral: Template | None = None
    asks: Literal["pain", "barrier"] | None = None
    form: Form | None = None
    flag: str | None = None
    at_most: Annotated[int, Field(ge=1, le=20)] | None = None
    sources: tuple[Source, ...] = Field(min_length=1)

    def __hash__(self) -> int:
        return hash(self.id)

    @model_validator(mode="after")
    def _does_one_thing(self) -> Rule:
        if (self.text is None) == (self.flag is None):
            raise ValueError("a rule either answers with a text or raises to amber by a flag")
        if (self.text is None) != (self.neutral is None):
            raise ValueError("text and neutral belong together")
        if self.flag is not None and (self.asks or self.form):
            raise ValueError("what a person must look at first neither asks nor changes the exercises")
        return self


class RulesFile(Frozen):
    """rules.toml: the rules that programmes share; a programme names those it follows."""

    rules: tuple[Rule, ...] = Field(alias="rule", min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> RulesFile:
        ids = [rule.id for rule in self.rules]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"rule ids used twice: {twice}")
        return self
