"""The shape of replies.toml: the bot's short answers, and the words a patient may answer with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from messages.rule_schema import Barrier
from messages.schema import Frozen, QuestionKind, begins_with_the_clinic, only

LONGEST_VALUES: Mapping[str, str] = MappingProxyType(
    {"tid": "om eftermiddagen", "dato": "mandag den 28. september", "fra": "10.30", "til": "19.30"}
)
"""What an answer may name besides the clinic and its telephone, each with the longest that is put in its place."""
REPLY_PLACEHOLDERS = frozenset({"klinik", "telefon", *LONGEST_VALUES})
Key = TypeVar("Key")
Value = TypeVar("Value")

Said = Literal["yes", "no", "better", "same", "worse"]
"""What a reply may say as an answer to a question in words."""

COMMANDS = ("stop", "start", "pause", "help")


def _frozen(mapping: Mapping[Key, Value]) -> Mapping[Key, Value]:
    return MappingProxyType(dict(mapping))


Template = Annotated[
    str,
    StringConstraints(min_length=15, strip_whitespace=True),
    AfterValidator(only(REPLY_PLACEHOLDERS)),
    AfterValidator(begins_with_the_clinic),
]
Word = Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$")]


class Answers(Frozen):
    """The bot's answers to ordinary replies. None of them says anything soothing about a symptom."""

    screening_clear: Template
    """After NEJ to the screening."""
    screening_unclear: Template
    """The screening was answered, but with neither yes nor no, nor a symptom."""
    pain_noted: Template
    """A score from 0 to 7."""
    pain_unclear: Template
    """The pain question was answered without a number."""
    exercise_done: Template
    exercise_missed: Template
    activity_done: Template
    activity_missed: Template
    better: Template
    progress_unclear: Template
    """How it goes was answered with a bare yes."""
    sleep_fine: Template
    """NEJ: pain does not keep the patient awake."""
    mood_fine: Template
    work_fine: Template
    thanks: Template
    noted: Template
    """Ordinary free text that asks for nothing."""
    stopped: Template
    """Confirms STOP and asks why: the last text until START, whatever the answer."""
    started: Template
    """START after STOP or PAUSE, while the course still runs."""
    nothing_to_start: Template
    """START when the course is over."""
    paused: Template
    wish_time: Template
    """The texts come at the hour the patient asked for ({tid})."""
    wish_outside: Template
    """The clinic sends none at that hour, only from {fra} to {til}."""
    wish_fewer: Template
    wish_pause: Template
    """A pause with an end, on the morning of {dato}."""
    help: Template
    unknown_sender: Template
    """To a number that belongs to no patient: says nothing of anybody."""
    no_words: Template
    """A picture, a sound or an emoji without words."""
    course_over: Template
    """An ordinary reply after the course has ended."""
    contact_check: Template
    """Asked once after red advice: did you get hold of a doctor? The answer to NEJ is advice `contact_missed`."""
    contact_made: Template
    """After JA to the contact check."""


class Vocabulary(Frozen):
    """Words as a patient may write them: lower case, æøå; the reader folds case and ae/oe/aa."""

    yes: tuple[Word, ...]
    no: tuple[Word, ...]
    better: tuple[Word, ...]
    same: tuple[Word, ...]
    worse: tuple[Word, ...]
    numbers: Annotated[Mapping[Word, Annotated[int, Field(ge=0, le=10)]], AfterValidator(_frozen)]
    commands: Annotated[Mapping[str, tuple[Word, ...]], AfterValidator(_frozen)]
    barriers: Annotated[Mapping[Barrier, tuple[Word, ...]], AfterValidator(_frozen)]

    @field_validator("commands", "barriers", mode="before")
    @classmethod
    def _tables_of_lists(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: tuple(words) if isinstance(words, list) else words for name, words in value.items()}

    @model_validator(mode="after")
    def _unambiguous(self) -> Vocabulary:
        if set(self.commands) != set(COMMANDS):
            raise ValueError(f"the commands must be {list(COMMANDS)}")
        if set(self.numbers.values()) != set(range(11)):
            raise ValueError("every number from 0 to 10 needs at least one word")
        progress = (self.better, self.same, self.worse)
        if set(self.barriers) != set(get_args(Barrier)):
            raise ValueError(f"the barriers must be {list(get_args(Barrier))}")
        meanings = [self.yes, self.no, *progress, tuple(self.numbers), *self.commands.values(), *self.barriers.values()]
        words = [word for meaning in meanings for word in meaning]
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            raise ValueError(f"words with two meanings: {twice}")
        if any(word != word.lower() for word in words):
            raise ValueError("words must be written in lower case")
        return self


class Concern(Frozen):
    """Answers that a person must read. `flag`: an amber one of red_flags.toml."""

    said: tuple[Said, ...]
    flag: str


def _about_questions(concerns: Mapping[str, Concern]) -> Mapping[str, Concern]:
    if unknown := set(concerns) - set(get_args(QuestionKind)):
        raise ValueError(f"there are no such questions: {sorted(unknown)}")
    return concerns


def _of_known_answers(neutral: Mapping[str, str]) -> Mapping[str, str]:
    if unknown := set(neutral) - set(Answers.model_fields):
        raise ValueError(f"there are no such answers: {sorted(unknown)}")
    return neutral


class Replies(Frozen):
    """replies.toml. `concern`: by the kind of question. `neutral`: the answers whose ordinary form names an illness, a
    body part or a symptom, without it."""

    answers: Answers
    neutral: Annotated[Mapping[str, Template], AfterValidator(_of_known_answers), AfterValidator(_frozen)]
    vocabulary: Vocabulary
    concern: Annotated[Mapping[str, Concern], AfterValidator(_about_questions), AfterValidator(_frozen)]

    def form(self, name: str, *, neutral: bool) -> str:
        """The template of an answer: the one place where its form is chosen."""
        ordinary: str = getattr(self.answers, name)
        return self.neutral.get(name, ordinary) if neutral else ordinary
