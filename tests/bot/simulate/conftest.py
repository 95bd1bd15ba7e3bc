"""Two short runs that many tests look at: one with willing patients to the end of the courses, one with everything
that can go wrong going wrong all the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from bot.simulate.behaviour import Script, load_script
from bot.simulate.result import Result
from bot.simulate.run import Wanted, run_share
from bot.simulate.stage import Stage
from core.models import Alert, Enrolment, Message, Reply, Triage

MONDAY = date(2026, 2, 2)


@dataclass(frozen=True)
class Seen:
    """What a run came to, and the rows it left."""

    result: Result
    messages: list[Message]
    replies: list[Reply]
    triages: list[Triage]
    alerts: list[Alert]
    enrolments: list[Enrolment]


def changed(**tables: dict[str, object]) -> Script:
    """The shipped script with some figures of some tables replaced."""
    script = load_script()
    behaviour = script.behaviour
    new = {name: getattr(behaviour, name).model_copy(update=values) for name, values in tables.items()}
    return Script(behaviour.model_copy(update=new), script.examples)


def see(wanted: Wanted, script: Script) -> Seen:
    rows: dict[str, list[object]] = {}

    def look(stage: Stage) -> None:
        with stage.runtime.sessions() as session:
            for name, model in _MODELS.items():
                rows[name] = list(session.scalars(select(model)))

    result = run_share(wanted, script, 0, 1, _nothing, look)
    return Seen(result, **rows)  # type: ignore[arg-type]


def _nothing() -> None:
    return None


_MODELS = {"messages": Message, "replies": Reply, "triages": Triage, "alerts": Alert, "enrolments": Enrolment}


def _willing() -> Script:
    """Patients of all programmes who answer everything and go on writing afterwards; a network that loses nothing."""
    script = changed(
        arrival={"weekdays": 1},
        network={"undelivered": 0.0, "refused": 0.0, "not_sent": 0.0, "unknown": 0.0},
        red={"per_course": 0.0},
        person={"instructed": 1.0, "diligence": (0.1, 0.8)},
    )
    behaviour = script.behaviour
    manner = behaviour.manner[0].model_copy(update={"first": 1.0, "fall": 1.0})
    even = dict.fromkeys(behaviour.programme, 1.0)
    calm = {
        **behaviour.answer,
        "screening": {"no": 0.95, "no_with_words": 0.05},
        "pain": {"number": 1.0},
        "barrier": {"time": 0.25, "pain": 0.25, "fear": 0.25, "forgot": 0.25},
    }
    pain = tuple(course.model_copy(update={"share": 1, "start": (3.0, 7.0)}) for course in behaviour.pain)
    quiet = {**dict.fromkeys(behaviour.weekly, 0.0), "chatter": 0.5, "start": 0.2, "symptoms": 0.1}
    update = {"manner": (manner,), "pain": pain, "programme": even, "answer": calm, "weekly": quiet}
    return Script(behaviour.model_copy(update=update), script.examples)


def _troubled() -> Script:
    """Every kind of text every few weeks, and every fault of network, checker and staff."""
    script = changed(
        arrival={"weekdays": 2},
        network={"undelivered": 0.05, "refused": 0.02, "not_sent": 0.05, "unknown": 0.02, "checker_fails": 0.02},
        reply_chance={"stop_reason": 0.8},
        follow={"start_after_stop": 0.8, "start_after_pause": 0.5, "go_on_after_wish": 0.8},
        red={"per_course": 0.5, "with_stop": 0.3, "in_english": 0.1, "in_german": 0.1},
    )
    behaviour = script.behaviour
    often = dict.fromkeys(behaviour.weekly, 0.08)
    reds = {f"red.{flag}": 0.05 for flag in script.examples.red}
    staff = behaviour.staff.model_copy(update={"marks": 0.1})
    unclear = {
        question: {**weights, "unclear": 0.3} for question, weights in behaviour.answer.items() if "unclear" in weights
    }
    update = {"weekly": {**often, **reds}, "staff": staff, "answer": {**behaviour.answer, **unclear}}
    return Script(behaviour.model_copy(update=update), script.examples)


@pytest.fixture(scope="session")
def willing() -> Seen:
    return see(Wanted(patients=28, days=91, seed=1, start=MONDAY), _willing())


@pytest.fixture(scope="session")
def troubled() -> Seen:
    return see(Wanted(patients=60, days=20, seed=1, start=MONDAY), _troubled())
