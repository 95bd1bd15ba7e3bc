"""How simulated patients, staff and networks behave, read from behaviour.toml and replies.toml and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from messages.loader import load_toml

SHIPPED = Path(__file__).parent
GRID_MINUTES = 10
"""Everybody acts on whole ten minutes: the worker then has many texts to send at once, as it has in a large clinic."""

Chance = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]
Weights = Annotated[Mapping[str, Weight], Field(min_length=1)]
Minutes = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]
"""From, to; drawn evenly."""
Texts = Annotated[tuple[str, ...], Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Arrival(_Table):
    """Patients are enrolled on the first `weekdays` weekdays, from `opens` to `closes` (local)."""

    weekdays: Annotated[int, Field(ge=1, le=60)]
    opens: time
    closes: time


class PersonTraits(_Table):
    instructed: Chance
    diligence: tuple[Chance, Chance]


class Manner(_Table):
    """How willingly a patient answers: `first` in week 1, times `fall` a week, never below `floor`."""

    name: str
    share: Weight
    first: Chance
    fall: Chance
    floor: Chance


class PainCourse(_Table):
    """From `start` (0-10) towards `left` of it, half the way in `half_days`."""

    name: str
    share: Weight
    start: tuple[float, float]
    left: float
    half_days: Annotated[float, Field(gt=0)]
    wobble: float


class ReplyChance(_Table):
    asked_again: Chance
    reached_doctor: Chance
    stop_reason: Chance


class Habits(_Table):
    """Nobody writes between `night` and `morning` (local)."""

    night: time
    morning: time
    second_thoughts: Chance


class Delay(_Table):
    share: Weight
    minutes: Minutes


class Red(_Table):
    per_course: Chance
    with_stop: Chance
    in_english: Chance
    in_german: Chance


class Follow(_Table):
    start_after_stop: Chance
    start_after_pause: Chance
    go_on_after_wish: Chance


class StaffHabits(_Table):
    """`taken`, `closed`: opening minutes by colour. `minutes`: work for one alert, by colour and kind."""

    opens: time
    closes: time
    marks: Chance
    taken: Mapping[str, Minutes]
    closed: Mapping[str, Minutes]
    outcome: Weights
    minutes: Mapping[str, Mapping[str, Weight]]

    def work(self, colour: str, kind: str) -> float:
        """Minutes of work for one alert."""
        table = self.minutes[colour]
        return table.get(kind, table["other"])


class Network(_Table):
    undelivered: Chance
    refused: Chance
    not_sent: Chance
    unknown: Chance
    checker_fails: Chance


class Behaviour(_Table):
    """behaviour.toml."""

    arrival: Arrival
    programme: Weights
    time_of_day: Weights
    person: PersonTraits
    manner: Annotated[tuple[Manner, ...], Field(min_length=1)]
    pain: Annotated[tuple[PainCourse, ...], Field(min_length=1)]
    answer: Mapping[str, Weights]
    reply_chance: ReplyChance
    habits: Habits
    delay: Annotated[tuple[Delay, ...], Field(min_length=1)]
    weekly: Mapping[str, Chance]
    red: Red
    follow: Follow
    staff: StaffHabits
    network: Network


class Examples(_Table):
    """replies.toml: `answer` by question and meaning, `free` by kind, `red` by flag."""

    answer: Mapping[str, Mapping[str, Texts]]
    second_thoughts: Mapping[str, Texts]
    free: Mapping[str, Texts]
    red: Mapping[str, Texts]


@dataclass(frozen=True)
class Script:
    """Both files: how people behave, and the words they use."""

    behaviour: Behaviour
    examples: Examples


def load_script(behaviour: Path | None = None) -> Script:
    """The shipped files, or another behaviour. Raises messages.loader.ContentError."""
    return Script(
        load_toml(behaviour or SHIPPED / "behaviour.toml", Behaviour), load_toml(SHIPPED / "replies.toml", Examples)
    )
