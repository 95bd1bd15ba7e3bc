"""Answers that name no symptom and still need a person."""

from __future__ import annotations

import pytest

from bot.answers import parse
from bot.concerns import said_to, settle, weigh
from bot.red_flags import SECOND_READER, Evidence, Level, Triage
from messages.loader import load_content
from messages.red_flag_schema import shipped_flags
from tests.world import MONDAY, World

REPLIES = load_content().replies
GREEN, AMBER, RED = (Triage(level, (), (), "1") for level in (Level.GREEN, Level.AMBER, Level.RED))


def weighed(text: str, question: str | None, triage: Triage = GREEN) -> Triage:
    return weigh(text, question, parse(text, REPLIES.vocabulary), triage, REPLIES.concern)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("BEDRE", "better"), ("Lidt bedre", "better"), ("Nej, det er blevet meget bedre", "better"),
        ("DET SAMME", "same"), ("samme", "same"), ("Uændret", "same"), ("uaendret", "same"), ("Ikke bedre", "same"),
        ("hverken eller", "same"), ("VÆRRE", "worse"), ("vaerre", "worse"), ("Bedre nu, men værre om natten", "worse"),
        ("nej", "no"), ("ja", "yes"), ("kl 18", None),
    ],
)  # fmt: skip
def test_how_it_goes_is_read_as_the_worst_that_is_said(text: str, said: str | None) -> None:
    assert said_to("progress", parse(text, REPLIES.vocabulary)) == said


@pytest.mark.parametrize("text", ["DET SAMME", "Nej", "VÆRRE", "ikke rigtig bedre", "ingen forskel"])
def test_not_better_is_amber_and_filed_as_no_improvement(text: str) -> None:
    read = weighed(text, "progress")
    assert (read.level, read.flags) == (Level.AMBER, ("no_improvement",))
    (evidence,) = read.evidence
    assert text[evidence.start : evidence.end] == evidence.text == text


@pytest.mark.parametrize(("question", "flag"), [("sleep", "sleep"), ("mood", "distress"), ("work", "no_improvement")])
def test_yes_to_what_is_asked_once_is_amber_and_no_is_not(question: str, flag: str) -> None:
    assert (weighed("Ja", question).level, weighed("Ja", question).flags) == (Level.AMBER, (flag,))
    assert weighed("Nej", question) == GREEN


@pytest.mark.parametrize("question", ["screening", "pain", "exercise", "activity", "reached_doctor", None])
def test_other_questions_raise_nothing(question: str | None) -> None:
    assert weighed("nej, det er det samme", question) == GREEN


def test_a_red_reply_stays_as_it_is_and_an_amber_one_gets_the_flag_beside_its_own() -> None:
    assert weighed("det samme", "progress", RED) == RED
    worse = Triage(Level.AMBER, ("worsening",), (), "1")
    assert weighed("værre", "progress", worse).flags == ("worsening", "no_improvement")
    known = Triage(Level.AMBER, ("no_improvement",), (), "1")
    assert weighed("det samme", "progress", known) == known


def test_every_concern_is_filed_under_an_amber_flag() -> None:
    assert {shipped_flags()[concern.flag].level for concern in REPLIES.concern.values()} == {"amber"}


def asked(world: World, step_id: str, *, screenings: str = "nej") -> None:
    """Let the course run, screenings answered, until this step has just been sent."""
    world.enrol()
    world.drain()
    world.clock.forward(hours=2)
    answered = 0
    for _ in range(90):
        world.drain()
        texts = [message for message in world.messages() if message.state == "sent" and message.step_id]
        questions = [text for text in texts if text.question == "screening"]
        if texts[-1].step_id == step_id:
            world.clock.forward(minutes=5)
            return
        if screenings and len(questions) > answered:
            answered = len(questions)
            world.clock.forward(minutes=5)
            world.write(screenings)
            world.clock.forward(minutes=-5)
        world.clock.forward(days=1)
    raise AssertionError(f"{step_id} was never sent, from {MONDAY}")


@pytest.mark.parametrize("step_id", ["fremgang-uge-2", "fremgang-uge-6", "fremgang-uge-12"])
def test_not_better_in_week_2_6_and_12_brings_staff(lite_world: World, step_id: str) -> None:
    asked(lite_world, step_id)
    before = len(lite_world.alerts())
    lite_world.write("DET SAMME")
    alert = lite_world.alerts()[-1]
    assert len(lite_world.alerts()) == before + 1, lite_world.alerts()
    assert (alert.kind, alert.colour) == ("reply", "amber")
    assert "Ring straks til" in lite_world.advice()[-1].body


def test_a_bare_no_to_how_it_goes_is_no_clean_screening(lite_world: World) -> None:
    asked(lite_world, "fremgang-uge-2", screenings="")
    lite_world.write("nej")
    assert lite_world.enrolment().screening_clean_at is None
    assert lite_world.alerts()[-1].colour == "amber"


def test_a_bare_yes_to_how_it_goes_answers_an_open_screening_and_is_red(lite_world: World) -> None:
    asked(lite_world, "fremgang-uge-2", screenings="")
    lite_world.write("ja")
    assert lite_world.alerts()[-1].colour == "red"


def test_off_work_at_week_4_brings_staff(lite_world: World) -> None:
    asked(lite_world, "arbejde-uge-4")
    lite_world.write("ja desværre")
    assert (lite_world.alerts()[-1].kind, lite_world.alerts()[-1].colour) == ("reply", "amber")


def triage_by(rule: str, level: Level) -> Triage:
    return Triage(level, ("unclear",), (Evidence("unclear", 0, 4, "hver", rule),), "1")


def test_statistics_alone_do_not_hold_back_a_wish_that_was_understood() -> None:
    settled = settle(triage_by(SECOND_READER, Level.AMBER), understood=True)
    assert (settled.level, settled.flags, settled.evidence) == (Level.GREEN, (), ())


@pytest.mark.parametrize(
    ("rule", "level", "understood"),
    [(SECOND_READER, Level.RED, True), ("worry", Level.AMBER, True), (SECOND_READER, Level.AMBER, False)],
)
def test_a_wish_settles_nothing_that_a_rule_saw_and_nothing_red(rule: str, level: Level, *, understood: bool) -> None:
    triage = triage_by(rule, level)
    assert settle(triage, understood=understood) == triage


def test_a_failed_check_is_not_settled_by_a_wish() -> None:
    failed = Triage(Level.AMBER, ("unclear",), (), "1")
    assert settle(failed, understood=True) == failed
