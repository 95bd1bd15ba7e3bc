"""Pure: who the simulated patients are. Everything about one is drawn from dice of its own, so that the others, and
how many processes share the work, change nothing for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

from bot.simulate.behaviour import GRID_MINUTES, Arrival, Behaviour, Delay, Manner, PainCourse
from scheduler.calendar import SATURDAY, at, is_holiday

Shared = TypeVar("Shared", Manner, PainCourse, Delay)
GRID = timedelta(minutes=GRID_MINUTES)
WEEK = timedelta(days=7)


@dataclass
class Person:
    """A patient. `clinic`: 0 or 1. `arrives`: UTC. `diligence`: chance of having done what was asked.

    `dice` throw for what the patient does, `staff_dice` for what staff do about this patient, `network_dice` for what
    becomes of the texts.
    """

    number: int
    clinic: int
    programme: str
    region: int
    time_of_day: str
    instructed: bool
    arrives: datetime
    manner: Manner
    pain: PainCourse
    pain_at_start: float
    diligence: float
    dice: Random = field(repr=False)
    staff_dice: Random = field(repr=False)
    network_dice: Random = field(repr=False)
    opted_out: bool = False

    @property
    def phone(self) -> str:
        return f"+45{21_100_000 + self.number}"

    @property
    def other_phone(self) -> str:
        """A telephone that no clinic knows."""
        return f"+45{31_100_000 + self.number}"

    @property
    def doctor_phone(self) -> str:
        return f"+45{86_100_000 + self.number}"

    @property
    def name(self) -> str:
        return f"Patient {self.number}"

    def week(self, instant: datetime) -> int:
        """Which week of the course it is, from 0."""
        return max((instant - self.arrives) // WEEK, 0)

    def willingness(self, instant: datetime) -> float:
        """Chance of answering a question asked at `instant`."""
        return max(self.manner.first * self.manner.fall ** self.week(instant), self.manner.floor)

    def pain_now(self, instant: datetime) -> int:
        """Drawn anew each time: 0 to 10."""
        level = self.pain_at_start * self._left(instant) + self.dice.gauss(0, self.pain.wobble)
        return min(max(round(level), 0), 10)

    def progress(self, instant: datetime) -> str:
        """How it goes compared to the start, as the patient feels it."""
        left = self._left(instant)
        return "better" if left < 0.7 else "worse" if left > 1.15 else "same"

    def _left(self, instant: datetime) -> float:
        days = (instant - self.arrives) / timedelta(days=1)
        return self.pain.left + (1 - self.pain.left) * math.pow(0.5, days / self.pain.half_days)


def meet(number: int, seed: int, behaviour: Behaviour, start: date, regions: int) -> Person:
    """The patient with this number, from 0. `regions`: how many there are to live in."""
    dice = Random(f"{seed}/{number}/patient")  # noqa: S311 - draws patients, guards nothing
    pain = by_share(dice, behaviour.pain)
    traits = behaviour.person
    return Person(
        number=number,
        clinic=number % 2,
        programme=by_weight(dice, behaviour.programme),
        region=dice.randrange(regions),
        time_of_day=by_weight(dice, behaviour.time_of_day),
        instructed=dice.random() < traits.instructed,
        arrives=_arrival(dice, behaviour.arrival, start),
        manner=by_share(dice, behaviour.manner),
        pain=pain,
        pain_at_start=dice.uniform(*pain.start),
        diligence=dice.uniform(*traits.diligence),
        dice=dice,
        staff_dice=Random(f"{seed}/{number}/staff"),  # noqa: S311 - same
        network_dice=Random(f"{seed}/{number}/network"),  # noqa: S311 - same
    )


def by_weight(dice: Random, weights: Mapping[str, float]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def by_share(dice: Random, kinds: Sequence[Shared]) -> Shared:
    return dice.choices(kinds, [kind.share for kind in kinds])[0]


def arrival_days(arrival: Arrival, start: date) -> list[date]:
    """The weekdays on which patients are enrolled: `start` or the first after it, and so on."""
    days: list[date] = []
    day = start
    while len(days) < arrival.weekdays:
        if day.weekday() < SATURDAY and not is_holiday(day):
            days.append(day)
        day += timedelta(days=1)
    return days


def _arrival(dice: Random, arrival: Arrival, start: date) -> datetime:
    day = dice.choice(arrival_days(arrival, start))
    opens, closes = at(day, arrival.opens), at(day, arrival.closes)
    return on_grid(opens + dice.random() * (closes - opens))


def on_grid(instant: datetime) -> datetime:
    """`instant` itself, or the next whole ten minutes after it."""
    beyond = timedelta(minutes=instant.minute % GRID_MINUTES, seconds=instant.second, microseconds=instant.microsecond)
    return instant + (GRID - beyond) if beyond else instant
