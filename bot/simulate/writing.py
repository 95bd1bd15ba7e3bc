"""Pure: what a simulated patient writes, and when: answers to questions, texts of its own, what follows from both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulate.behaviour import Habits, Script
from bot.simulate.people import GRID, WEEK, Person, by_share, by_weight, on_grid
from scheduler.calendar import at, local

ALWAYS_ASKED = frozenset({"reached_doctor", "stop_reason"})
"""Questions of the product's own, whose answer does not depend on the week."""


@dataclass(frozen=True)
class Writes:
    """One text to come (UTC). `from_elsewhere`: from a telephone nobody knows."""

    at: datetime
    kind: str
    body: str
    from_elsewhere: bool = False


def answer(script: Script, person: Person, question: str, asked_at: datetime, *, again: bool) -> Iterator[Writes]:
    """What comes of a question that arrived at `asked_at`: nothing, an answer, or an answer and second thoughts.

    `again`: the product repeats a question whose answer it did not understand. Raises KeyError for a question for
    which the files hold no answers.
    """
    habits = script.behaviour.habits
    if person.dice.random() >= _chance(script, person, question, asked_at, again=again):
        return
    meaning = _meaning(script, person, question, asked_at, again=again)
    body = person.dice.choice(script.examples.answer[question][meaning])
    if "{tal}" in body:
        body = body.replace("{tal}", str(person.pain_now(asked_at)))
    when = _awake(asked_at + _delay(script, person), habits)
    yield Writes(when, f"{question}.{meaning}", body)
    if person.dice.random() < habits.second_thoughts:
        thought = person.dice.choice(script.examples.second_thoughts["any"])
        yield Writes(when + person.dice.randint(1, 3) * GRID, "second_thoughts", thought)


def _chance(script: Script, person: Person, question: str, asked_at: datetime, *, again: bool) -> float:
    chances = script.behaviour.reply_chance
    if question in ALWAYS_ASKED:
        return {"reached_doctor": chances.reached_doctor, "stop_reason": chances.stop_reason}[question]
    if person.opted_out:
        return 0
    return chances.asked_again if again else person.willingness(asked_at)


def _meaning(script: Script, person: Person, question: str, asked_at: datetime, *, again: bool) -> str:
    """One of the meanings that replies.toml knows for the question."""
    weights = dict(script.behaviour.answer[question])
    if again:
        weights["unclear"] = weights.get("unclear", 0) * 2
    meaning = by_weight(person.dice, weights)
    if meaning == "unclear":
        return meaning
    if question == "progress":
        return person.progress(asked_at)
    if question in {"exercise", "activity"}:
        done = "yes" if person.dice.random() < person.diligence else "no"
        return f"{done}_with_words" if meaning == "with_words" else done
    return meaning


def unasked(script: Script, person: Person, end: datetime) -> list[Writes]:
    """All that a patient will write of its own accord until `end`, drawn once when the course begins."""
    behaviour, found = script.behaviour, []
    week = person.arrives
    while week < end:
        for kind, chance in behaviour.weekly.items():
            if person.dice.random() < chance:
                found.append(_unasked(script, person, kind, week))
        week += WEEK
    if person.dice.random() < behaviour.red.per_course:
        found.append(_red(script, person, end))
    return [text for text in found if text.at < end]


def _unasked(script: Script, person: Person, kind: str, week: datetime) -> Writes:
    when = _awake(on_grid(week + GRID + person.dice.random() * WEEK), script.behaviour.habits)
    flag = kind.removeprefix("red.")
    body = person.dice.choice(script.examples.free[kind] if flag == kind else script.examples.red[flag])
    return Writes(when, kind, body, from_elsewhere=kind == "stranger")


def _red(script: Script, person: Person, end: datetime) -> Writes:
    """A red flag in own words, at any time of the course."""
    red = script.behaviour.red
    special = {"stop": red.with_stop, "english": red.in_english, "german": red.in_german}
    flags = [flag for flag in script.examples.red if flag not in special]
    kind = by_weight(person.dice, {**special, "flag": 1 - sum(special.values())})
    flag = person.dice.choice(flags) if kind == "flag" else kind
    when = on_grid(person.arrives + GRID + person.dice.random() * max(end - person.arrives - GRID, GRID))
    return Writes(_awake(when, script.behaviour.habits), f"red.{flag}", person.dice.choice(script.examples.red[flag]))


def follow_up(script: Script, person: Person, written: Writes) -> Iterator[Writes]:
    """What a patient writes days after an own text: START after STOP or PAUSE, home again after a holiday."""
    follow = script.behaviour.follow
    chance, kind = {
        "stop": (follow.start_after_stop, "start"),
        "pause": (follow.start_after_pause, "start"),
        "wish_pause": (follow.go_on_after_wish, "go_on"),
    }.get(written.kind, (0.0, ""))
    if chance and person.dice.random() < chance:
        when = _awake(written.at + person.dice.randint(1, 9) * 12 * 6 * GRID, script.behaviour.habits)
        yield Writes(when, kind, person.dice.choice(script.examples.free[kind]))


def _delay(script: Script, person: Person) -> timedelta:
    low, high = by_share(person.dice, script.behaviour.delay).minutes
    return max(timedelta(minutes=person.dice.randint(low, high)) // GRID, 1) * GRID


def _awake(instant: datetime, habits: Habits) -> datetime:
    """`instant` itself, or the morning after the night it falls into."""
    wall = local(instant)
    if habits.morning <= wall.time() < habits.night:
        return instant
    day = wall.date() + timedelta(days=wall.time() >= habits.night)
    return at(day, habits.morning)
