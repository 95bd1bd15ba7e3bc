"""The texts of simulated patients are read as they are filed, and the files fit the content."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.answers import parse
from bot.concerns import for_checker, weigh
from bot.red_flags import load_checker
from bot.simulate.behaviour import load_script
from bot.wishes import read_wish
from core.models import AlertKind, Colour
from messages.loader import load_content
from messages.red_flag_schema import shipped_flags

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
SCRIPT, CONTENT, CHECKER = load_script(), load_content(), load_checker()


def _level(text: str, question: str | None) -> str:
    answer = parse(text, CONTENT.replies.vocabulary)
    read = CHECKER.check(text, for_checker(question))
    return weigh(text, question, answer, read, CONTENT.replies.concern).level


@pytest.mark.parametrize("meaning", ["no", "no_with_words"])
def test_a_denied_screening_is_clean(meaning: str) -> None:
    for text in SCRIPT.examples.answer["screening"][meaning]:
        assert (_level(text, "screening"), parse(text, CONTENT.replies.vocabulary).yes) == ("green", False), text


@pytest.mark.parametrize("meaning", ["yes", "yes_with_words"])
def test_a_yes_to_the_screening_is_red(meaning: str) -> None:
    for text in SCRIPT.examples.answer["screening"][meaning]:
        assert _level(text, "screening") == "red", text


@pytest.mark.parametrize("meaning", ["number", "number_with_words"])
def test_the_number_of_an_answer_is_understood(meaning: str) -> None:
    for text in SCRIPT.examples.answer["pain"][meaning]:
        assert parse(text.replace("{tal}", "4"), CONTENT.replies.vocabulary).number == 4, text


@pytest.mark.parametrize("said", ["better", "same", "worse"])
def test_progress_is_understood(said: str) -> None:
    for text in SCRIPT.examples.answer["progress"][said]:
        assert parse(text, CONTENT.replies.vocabulary).progress == said, text


@pytest.mark.parametrize("flag", [flag for flag in SCRIPT.examples.red if flag in shipped_flags()])
def test_a_red_flag_is_read_as_that_flag(flag: str) -> None:
    for text in SCRIPT.examples.red[flag]:
        assert flag in CHECKER.check(text, None).flags, text
        assert _level(text, None) == "red", text


def test_every_red_flag_has_examples() -> None:
    red = {name for name, flag in shipped_flags().items() if flag.level == "red"}
    assert red <= set(SCRIPT.examples.red)


@pytest.mark.parametrize("kind", [kind for kind in SCRIPT.examples.free if kind.startswith("wish_")])
def test_a_wish_is_understood(kind: str) -> None:
    for text in SCRIPT.examples.free[kind]:
        assert read_wish(text, NOW) is not None, text


@pytest.mark.parametrize("command", ["stop", "start", "pause", "help"])
def test_a_command_is_understood(command: str) -> None:
    for text in SCRIPT.examples.free[command]:
        assert parse(text, CONTENT.replies.vocabulary).command == command, text


def test_every_question_of_every_programme_has_answers() -> None:
    asked = {step.question for programme in CONTENT.programmes.values() for step in programme.steps if step.question}
    assert asked <= set(SCRIPT.examples.answer)
    assert set(SCRIPT.behaviour.answer) == set(SCRIPT.examples.answer)


def test_the_shares_name_every_programme_and_nothing_else() -> None:
    assert set(SCRIPT.behaviour.programme) == set(CONTENT.programmes)


def test_every_kind_that_is_written_unasked_has_texts() -> None:
    assert set(SCRIPT.behaviour.weekly) <= set(SCRIPT.examples.free)


@pytest.mark.parametrize("colour", list(Colour))
def test_the_work_for_every_alert_is_stated(colour: Colour) -> None:
    assert all(SCRIPT.behaviour.staff.work(colour, kind) > 0 for kind in AlertKind)
