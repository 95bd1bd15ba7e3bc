"""The shape of exercises.toml: the exercises a patient may be given, and where each stands on a patient's sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from messages.schema import Frozen, Identifier, Source

ON_A_SHEET = 4
"""The exercises that one printed page has room for."""
AS_TOLD = "så mange gange, som klinikken har sagt"

Line = Annotated[str, StringConstraints(min_length=5, max_length=120, strip_whitespace=True)]


class Offer(Frozen):
    """A programme that uses the exercise, in its weeks `first_week` to `last_week` (1 is the first)."""

    programme: Identifier
    first_week: Annotated[int, Field(ge=1, le=13)]
    last_week: Annotated[int, Field(ge=1, le=13)]
    needs_instruction: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Offer:
        if self.last_week < self.first_week:
            raise ValueError(f"week {self.last_week} comes before week {self.first_week}")
        return self


class Exercise(Frozen):
    """One exercise in the patient's words.

    `hold` and `times` are said only where a source says them; without `times` it is what the clinic has told the
    patient. `needs_instruction`: never given to a patient whom nobody has shown it. `outside_sources`: what the
    sources do not say and a clinician answers for.
    """

    id: Identifier
    name: Annotated[str, StringConstraints(min_length=3, max_length=40)]
    steps: tuple[Line, ...] = Field(min_length=2, max_length=4)
    hold: str = ""
    times: str = ""
    stop: Annotated[str, StringConstraints(pattern=r"^Stop, hvis ")]
    easier: Line
    harder: Line
    needs_instruction: bool = False
    offers: tuple[Offer, ...] = Field(alias="offer", min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)
    outside_sources: str = ""

    @model_validator(mode="after")
    def _one_offer_each(self) -> Exercise:
        programmes = [offer.programme for offer in self.offers]
        if len(set(programmes)) < len(programmes):
            raise ValueError("offered twice in the same programme")
        return self

    @property
    def dose(self) -> str:
        """How long and how often, as sentences: "Hold i 20 til 30 sekunder. Gør det 8 gange." """
        holds = f"Hold i {self.hold}. " if self.hold else ""
        return f"{holds}Gør det {self.times or AS_TOLD}."

    def offer_in(self, programme: str) -> Offer | None:
        """How a programme uses it; `needs_instruction` holds when the exercise itself or the offer asks for it."""
        offer = next((offer for offer in self.offers if offer.programme == programme), None)
        if offer is None or offer.needs_instruction == self.needs_instruction:
            return offer
        return offer.model_copy(update={"needs_instruction": True})


class ExercisesFile(Frozen):
    """exercises.toml. The order in the file is the order of the numbers on a sheet."""

    exercises: tuple[Exercise, ...] = Field(alias="exercise", min_length=1)

    @model_validator(mode="after")
    def _no_id_twice(self) -> ExercisesFile:
        ids = [exercise.id for exercise in self.exercises]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"exercise ids used twice: {twice}")
        return self


@dataclass(frozen=True)
class Numbered:
    """An exercise with its number in the programme, and the week the course comes to it."""

    number: int
    exercise: Exercise
    first_week: int


def numbered(exercises: Mapping[str, Exercise], programme: str) -> tuple[Numbered, ...]:
    """All exercises of a programme. A number depends on nothing but the programme, so that a text may say
    "øvelse 2 på dit ark" whenever the sheet was printed; those that need instruction come last."""
    return tuple(Numbered(number, *pair) for number, pair in enumerate(_ordered(exercises, programme), start=1))


def number_of(exercises: Mapping[str, Exercise], programme: str, exercise: str) -> int:
    """The number of an exercise on every sheet of a programme. Raises LookupError when the programme has it not."""
    for item in numbered(exercises, programme):
        if item.exercise.id == exercise:
            return item.number
    raise LookupError(f"the programme '{programme}' does not offer the exercise '{exercise}'")


def first_exercises(
    exercises: Mapping[str, Exercise], programme: str, week: int, *, instructed: bool
) -> tuple[Numbered, ...]:
    """What goes on the sheet printed in a week of the course (1 is the first), in the order of the numbers.

    Room is for ON_A_SHEET: the exercises open in that week, when those are too many the latest of them, and then
    the next to come. Without `instructed` nothing that needs instruction.
    """
    begun: list[Numbered] = []
    coming: list[Numbered] = []
    for item in numbered(exercises, programme):
        offer = item.exercise.offer_in(programme)
        if offer is None or offer.last_week < week or (offer.needs_instruction and not instructed):
            continue
        (begun if offer.first_week <= week else coming).append(item)
    chosen = begun[-ON_A_SHEET:]
    return tuple(sorted([*chosen, *coming[: ON_A_SHEET - len(chosen)]], key=lambda item: item.number))


def _ordered(exercises: Mapping[str, Exercise], programme: str) -> Iterator[tuple[Exercise, int]]:
    offered = [(exercise, offer) for exercise in exercises.values() if (offer := exercise.offer_in(programme))]
    for exercise, offer in sorted(offered, key=lambda pair: pair[1].needs_instruction):
        yield exercise, offer.first_week
