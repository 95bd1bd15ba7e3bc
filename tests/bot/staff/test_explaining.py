"""Why a text was read as it was: in Danish, with the rule, the source, and what the rules page calls the flag."""

from __future__ import annotations

import pytest

from bot.red_flags import SECOND_READER, Checker, Evidence, Level, Triage, load_checker
from bot.staff.explaining import Seen, Why, explained, reasons
from bot.staff.words import LOWERED
from messages.red_flag_schema import RedFlagRules, shipped_rules


@pytest.fixture(scope="module")
def checker() -> Checker:
    return load_checker()


@pytest.fixture(scope="module")
def rules() -> RedFlagRules:
    return shipped_rules()


def found(flag: str, rule: str, text: str = "ord") -> Triage:
    return Triage(Level.RED, (), (Evidence(flag, 0, len(text), text, rule),), "1-x")


def why(triage: Triage) -> Why:
    (only,) = reasons(triage, shipped_rules())
    return only


def test_a_finding_names_flag_meaning_words_rule_and_source(rules: RedFlagRules) -> None:
    bladder = next(flag for flag in rules.flags if flag.id == "bladder")
    told = why(found("bladder", "bladder_cannot_pass", "kan ikke tisse"))
    assert (told.name, told.flag, told.reason) == ("Vandladning", "bladder", bladder.meaning)
    assert told.seen == (Seen("kan ikke tisse", "regel bladder_cannot_pass"),)
    assert told.sources == bladder.sources


@pytest.mark.parametrize("cue", list(LOWERED))
def test_a_finding_that_was_lowered_keeps_its_flags_name_and_says_why(cue: str) -> None:
    told = why(found("unclear", f"bladder_cannot_pass/{cue}"))
    assert told.flag == "bladder"
    assert told.reason == f"Sat ned til gult: {LOWERED[cue]}."


def test_what_the_second_reader_found_is_said_to_be_statistics() -> None:
    told = why(found("", SECOND_READER))
    assert told.flag == ""
    assert "statistik" in told.reason
    assert told.sources == ()


def test_the_second_readers_guess_at_a_flag_is_named_and_leads_to_it(rules: RedFlagRules) -> None:
    told = why(found("bladder", SECOND_READER))
    assert told.flag == "bladder"
    assert told.name.endswith("Vandladning")


def test_replies_that_are_alike_stand_beside_what_the_second_reader_found_only(rules: RedFlagRules) -> None:
    text = "jeg kan ikke tisse"
    (statistics,) = explained(text, found("", SECOND_READER, text), rules)
    (rule,) = explained(text, found("bladder", "bladder_cannot_pass", text), rules)
    assert statistics.alike
    assert rule.alike == ()


@pytest.mark.parametrize(
    ("text", "question", "said"),
    [
        ("ja", "screening", "Ja til spørgsmålet er rødt"),
        ("måske", "screening", "hverken er ja eller nej"),
        ("9", "pain", "Et tal på 8 eller derover"),
        ("øh hvad", "pain", "uden et tal"),
    ],
)
def test_an_answer_is_explained_by_the_question(checker: Checker, text: str, question: str, said: str) -> None:
    told = reasons(checker.check(text, question), shipped_rules())
    assert any(said in item.reason for item in told), told


def test_what_speaks_for_the_same_thing_stands_together_once(checker: Checker, rules: RedFlagRules) -> None:
    twice = found("bladder", "bladder_cannot_pass", "kan ikke tisse")
    both = Triage(twice.level, (), (*twice.evidence, *twice.evidence, *found("fever", "fever_said").evidence), "1-x")
    assert [(item.name, len(item.seen)) for item in reasons(both, rules)] == [("Vandladning", 1), ("Feber", 1)]


def test_a_rule_that_no_longer_exists_is_still_explained() -> None:
    assert why(found("bladder", "old_rule")).name == "Vandladning"
    assert why(found("unheard_of", "old_rule")).name == "Uklart svar"


def test_each_kind_of_cue_has_its_words(rules: RedFlagRules) -> None:
    assert {cue.kind for cue in rules.cues} <= set(LOWERED)


def test_every_example_of_the_rules_is_explained(checker: Checker, rules: RedFlagRules) -> None:
    for flag in rules.flags:
        for example in flag.examples:
            told = reasons(checker.check(example), rules)
            assert flag.id in {item.flag for item in told}, example
            assert all(item.name and item.reason and item.seen for item in told), example


def test_a_text_in_which_nothing_was_found_has_no_reasons(checker: Checker, rules: RedFlagRules) -> None:
    assert reasons(checker.check("Tak, det går fint"), rules) == ()
