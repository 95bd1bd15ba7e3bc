"""The reply as an answer to what was asked."""

import pytest

from bot.red_flags import Checker, Level
from bot.red_flags.question import answers_no
from messages.red_flag_schema import load_rules


@pytest.fixture(scope="module")
def rules_alone() -> Checker:
    return Checker(load_rules())


@pytest.mark.parametrize("text", ["Ja", "JA!!", "ja desværre", "Jep", "jo", "jaaa 😭", "Ja tak", "Desværre ja"])
def test_yes_to_the_screening_is_red_without_a_flag(checker: Checker, text: str) -> None:
    triage = checker.check(text, "screening")
    assert triage.level is Level.RED
    assert triage.flags == ()


@pytest.mark.parametrize("text", ["Nej", "NEJ!!", "nej tak", "Nej, alt er som det plejer", "næ", "Nej 🙏"])
def test_no_to_the_screening_is_green(checker: Checker, text: str) -> None:
    assert checker.check(text, "screening").level is Level.GREEN


@pytest.mark.parametrize("text", ["nej nej ja nej", "J N N N", "n j", "nej, nej, ja, nej"])
def test_an_answer_item_by_item_with_a_yes_in_it_is_red(checker: Checker, text: str) -> None:
    assert checker.check(text, "screening").level is Level.RED


@pytest.mark.parametrize("text", ["nej nej nej", "n n n n", "nej nej tak"])
def test_an_answer_item_by_item_without_a_yes_is_green(checker: Checker, text: str) -> None:
    assert checker.check(text, "screening").level is Level.GREEN


def test_a_yes_and_a_no_about_things_that_are_not_named_are_for_a_human(rules_alone: Checker) -> None:
    assert rules_alone.check("j resten n", "screening").level is Level.AMBER


@pytest.mark.parametrize("text", ["uændret ja", "desværre nok ja", "nej, eller jo faktisk", "kan godt bekræfte"])
def test_a_yes_at_the_end_or_in_other_words_is_red_for_the_rules_alone(rules_alone: Checker, text: str) -> None:
    assert rules_alone.check(text, "screening").level is Level.RED


@pytest.mark.parametrize("text", ["kan ikke sige ja til noget", "det med vandet fejler intet", "mm-mm næ"])
def test_a_denied_yes_or_item_is_not_red_for_the_rules_alone(rules_alone: Checker, text: str) -> None:
    assert rules_alone.check(text, "screening").level is not Level.RED


@pytest.mark.parametrize("text", ["ja ingen af dem", "ja stadig ingenting", "aner det ikke", "det kunne godt være"])
def test_an_answer_that_nobody_can_be_sure_of_is_for_a_human(rules_alone: Checker, text: str) -> None:
    assert rules_alone.check(text, "screening").level is Level.AMBER


@pytest.mark.parametrize("text", ["begge dele nej", "ja. hov jeg mente NEJ", "jo tak, nej"])
def test_a_short_answer_that_ends_in_no_is_understood_as_a_denial(rules_alone: Checker, text: str) -> None:
    assert answers_no(rules_alone.reading(text).scene, "screening")


@pytest.mark.parametrize("text", ["kan ikke svare nej", "nej men benet svigter", "ja", ""])
def test_what_does_not_end_in_a_no_of_its_own_is_not(rules_alone: Checker, text: str) -> None:
    assert not answers_no(rules_alone.reading(text).scene, "screening")


@pytest.mark.parametrize("text", ["ja", "Ja, alle sammen", "ja tak"])
@pytest.mark.parametrize("question", ["exercise", "activity", "open", None])
def test_yes_to_anything_else_is_green(checker: Checker, text: str, question: str | None) -> None:
    assert checker.check(text, question).level is Level.GREEN


@pytest.mark.parametrize(
    "text", ["nr 2", "det første", "begge dele", "det med skridtet", "kun feber", "skridtet", "Benet"]
)
def test_pointing_at_an_item_of_the_screening_is_red(checker: Checker, text: str) -> None:
    assert checker.check(text, "screening").level is Level.RED


def test_a_yes_that_is_taken_back_is_not_red(checker: Checker) -> None:
    assert checker.check("ja... nej vent, læste forkert, NEJ til alle fire", "screening").level is not Level.RED


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("0", Level.GREEN),
        ("7", Level.GREEN),
        ("syv", Level.GREEN),
        ("8", Level.AMBER),
        ("otte", Level.AMBER),
        ("7-8", Level.AMBER),
        ("9/10", Level.AMBER),
        ("10", Level.AMBER),
    ],
)
def test_a_pain_score_from_eight_is_amber(checker: Checker, text: str, level: Level) -> None:
    assert checker.check(text, "pain").level is level


def test_a_number_means_pain_only_when_pain_was_asked_for(checker: Checker) -> None:
    assert checker.check("9", "exercise").level is Level.GREEN
