import json

import pytest

from bot.red_flags import Checker, Level, Triage, explain, triage_lines
from messages.languages import Language


def test_each_line_is_answered_in_order(checker: Checker) -> None:
    lines = [
        json.dumps({"id": "a", "text": "kan ikke tisse", "question": None}),
        json.dumps({"id": "b", "text": "Nej", "question": "screening"}),
    ]
    first, second = (json.loads(line) for line in triage_lines(lines, checker))
    assert (first["id"], first["level"], first["flags"]) == ("a", "red", ["bladder"])
    assert set(first["evidence"][0]) == {"flag", "start", "end", "text", "rule"}
    assert (second["id"], second["level"], second["evidence"]) == ("b", "green", [])


@pytest.mark.parametrize(
    "bad", ["{", "[]", '"x"', '{"id": 1}', '{"id": 1, "text": 5}', '{"text": "x", "question": "age"}']
)
def test_a_bad_line_gives_an_error_and_the_rest_goes_on(checker: Checker, bad: str) -> None:
    good = json.dumps({"id": "z", "text": "fint"})
    first, second = (json.loads(line) for line in triage_lines([bad, good], checker))
    assert "error" in first
    assert second["level"] == "green"


def test_empty_lines_are_passed_over(checker: Checker) -> None:
    assert list(triage_lines(["", "\n"], checker)) == []


def test_the_explanation_names_words_rule_and_source(checker: Checker) -> None:
    text = explain(checker.check("Jeg kan ikke tisse"), "Jeg kan ikke tisse", Language.DANISH)
    assert text.startswith("RØD")
    assert "Vandladning: »kan ikke tisse«" in text
    assert "S3" in text
    assert checker.rule_version in text


def test_the_explanation_says_why_a_symptom_was_lowered(checker: Checker) -> None:
    text = "For ti år siden kunne jeg ikke tisse"
    assert "forbi" in explain(checker.check(text), text, Language.DANISH)


def test_a_reply_that_could_not_be_read_is_explained() -> None:
    assert "kunne ikke læses" in explain(Triage(Level.AMBER, ("unclear",), (), "1-x"), "x", Language.DANISH)


def test_a_raise_by_the_second_reader_names_its_guess_and_replies_that_are_alike(checker: Checker) -> None:
    text = "Nu røg koppen igen, tredje i denne uge. Det er samme side som nakken driller"
    told = explain(checker.check(text), text, Language.DANISH)
    assert "Ligner et opdigtet svar" in told
    assert "statistik" in told


def test_the_explanation_says_in_which_language_advice_is_sent(checker: Checker) -> None:
    sick, well = "I can't pee", "All good, thanks"
    assert "Rådet sendes på engelsk." in explain(checker.check(sick), sick, Language.ENGLISH)
    assert "Rådet sendes" not in explain(checker.check(well), well, Language.ENGLISH)
