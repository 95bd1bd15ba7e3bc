"""When and what simulated patients write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.simulate.behaviour import load_script
from bot.simulate.people import GRID, Person, meet
from bot.simulate.writing import answer, unasked
from scheduler.calendar import local
from tests.bot.simulate.conftest import MONDAY

SCRIPT = load_script()


def _people(number: int) -> list[Person]:
    return [meet(which, 3, SCRIPT.behaviour, MONDAY, 5) for which in range(number)]


def test_a_patient_is_the_same_whoever_else_is_there() -> None:
    among, alone = _people(3)[2], meet(2, 3, SCRIPT.behaviour, MONDAY, 5)
    assert repr(among) == repr(alone)
    assert [among.dice.random(), among.staff_dice.random()] == [alone.dice.random(), alone.staff_dice.random()]


def test_nobody_writes_at_night_and_all_write_on_the_grid() -> None:
    habits = SCRIPT.behaviour.habits
    for person in _people(60):
        for text in unasked(SCRIPT, person, person.arrives + timedelta(days=84)):
            assert habits.morning <= local(text.at).time() < habits.night
            assert text.at.minute % (GRID.seconds // 60) == 0


def test_fewer_answer_as_the_weeks_go_by() -> None:
    people = _people(300)
    first, last = (
        sum(person.willingness(person.arrives + timedelta(weeks=week)) for person in people) for week in (0, 11)
    )
    assert 0.7 < first / 300 < 0.85
    assert 0.35 < last / 300 < 0.6


def test_an_opted_out_patient_answers_no_timed_question() -> None:
    (person,) = _people(1)
    person.opted_out = True
    assert list(answer(SCRIPT, person, "screening", person.arrives, again=False)) == []


def test_a_question_without_examples_is_refused() -> None:
    (person,) = _people(1)
    person.manner = person.manner.model_copy(update={"first": 1.0})
    with pytest.raises(KeyError):
        list(answer(SCRIPT, person, "unheard-of", person.arrives, again=False))
