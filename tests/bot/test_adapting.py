"""What the rules make of a history of answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapting import Adaptation, Said, adapt, missed_in_a_row, raised, value_of
from bot.answers import Answer, parse
from bot.conversation import Situation, decide, may_adapt
from bot.red_flags import Level, Triage
from core.states import EnrolmentState
from messages.loader import load_content
from messages.rule_schema import Rule
from messages.schema import Form
from tests.world import MONDAY

CONTENT = load_content()
RULES = CONTENT.rules_of(CONTENT.programmes["akut-laend"])
WORDS = CONTENT.replies.vocabulary
GREEN, AMBER, RED = (Triage(level, (), (), "1") for level in (Level.GREEN, Level.AMBER, Level.RED))


def told(*answers: str, days: int = 3) -> list[Said]:
    """A history such as "exercise no", "pain 7", the answers some days apart; "exercise no!rule" set a rule off."""
    history = []
    for number, answer in enumerate(answers):
        question, value = answer.split(" ")
        value, _, rule = value.partition("!")
        history.append(Said(question, value, MONDAY + timedelta(days=days * number), rule))
    return history


def followed(*answers: str, form: Form = "usual", days: int = 3) -> str | None:
    adaptation = adapt(RULES, told(*answers, days=days), form)
    return adaptation.rule.id if adaptation else None


def test_one_miss_changes_nothing() -> None:
    assert followed("exercise no") is None
    assert followed("exercise no", "exercise yes", "exercise no") is None


@pytest.mark.parametrize("answers", [("exercise no", "exercise no"), ("activity no", "exercise no")])
def test_two_misses_in_a_row_make_it_easier_and_ask_what_is_in_the_way(answers: tuple[str, ...]) -> None:
    adaptation = adapt(RULES, told(*answers, days=30), "usual")
    assert adaptation is not None
    assert (adaptation.rule.id, adaptation.form, adaptation.rule.asks) == ("sprunget-over", "easier", "barrier")
    assert adaptation.reason == "øvelse eller gåtur er sprunget over to gange i træk"


def test_missed_again_after_that_is_not_nagged_about() -> None:
    assert followed("exercise no", "exercise no!sprunget-over", "exercise no", form="easier") is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("TID", "mangler-tid"), ("jeg har for travlt", "mangler-tid"), ("når det ikke", "mangler-tid"),
        ("for meget at lave", "mangler-tid"),
        ("ONDT", "for-ondt"), ("det gør ondt", "for-ondt"), ("SVÆRT", "for-ondt"),
        ("USIKKER", "usikker"), ("er lidt i tvivl om jeg gør det rigtigt", "usikker"),
        ("ved ikke om jeg gør det rigtigt", "usikker"),
        ("GLEMT", "glemt"), ("Jeg glemmer det hele tiden", "glemt"), ("kan ikke huske det", "glemt"),
        ("det gør ikke ondt, jeg har bare ikke tid", "mangler-tid"), ("jeg er ikke bange, har glemt det", "glemt"),
        ("gider ikke", None), ("ja", None), ("", None),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_answered_in_kind(text: str, rule: str | None) -> None:
    value = value_of("barrier", parse(text, WORDS))
    found = None if value is None else followed("exercise no", f"barrier {value}", form="easier")
    assert found == rule


def test_done_with_little_pain_goes_one_form_up_at_a_time() -> None:
    assert followed("pain 3", "exercise yes") == "lidt-mere"
    assert followed("exercise yes", "pain 2") == "lidt-mere"
    assert followed("exercise yes", "pain 0", form="easier") == "som-foer"
    assert followed("exercise yes", "pain 0", form="harder") is None


def test_done_with_much_pain_makes_it_easier_once() -> None:
    assert followed("exercise yes", "pain 6") == "goer-ondt"
    assert followed("exercise yes", "pain 6!goer-ondt", "exercise yes", "pain 7", form="easier") is None


@pytest.mark.parametrize("number", [4, 5])
def test_done_with_middling_pain_changes_nothing(number: int) -> None:
    assert followed("exercise yes", f"pain {number}") is None


def test_done_without_a_recent_number_asks_for_one() -> None:
    assert followed("exercise yes") == "hvor-ondt"
    assert followed("pain 2", "exercise yes", days=20) == "hvor-ondt"


def test_a_number_long_after_the_exercise_does_not_make_it_harder() -> None:
    assert followed("exercise yes", "pain 1", days=20) is None


def test_a_number_without_any_exercise_changes_nothing() -> None:
    assert followed("pain 1") is None
    assert followed("exercise no", "pain 1") is None


@pytest.mark.parametrize(
    ("numbers", "is_rising"),
    [("3 4 5", True), ("6 3 4 5", True), ("3 5 4", False), ("3 3 4", False), ("4 5", False), ("5 4 3", False)],
)
def test_three_numbers_each_higher_than_the_one_before_are_for_a_person(numbers: str, *, is_rising: bool) -> None:
    answers = [f"pain {number}" for number in numbers.split()]
    adaptation = adapt(RULES, told(*answers, days=20), "usual")
    assert (adaptation is not None) is is_rising
    read = raised(GREEN, adaptation, "5")
    assert read.level is (Level.AMBER if is_rising else Level.GREEN)
    assert [item.text for item in read.evidence] == (["5"] if is_rising else [])


def test_a_triage_is_only_ever_raised() -> None:
    rising = adapt(RULES, told("pain 3", "pain 4", "pain 5"), "usual")
    assert raised(RED, rising, "5").level is Level.RED
    assert raised(AMBER, None, "5") is AMBER


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        ("pain", "7-8", "8"), ("pain", "ondt", None), ("exercise", "Ja tak", "yes"), ("activity", "nej", "no"),
        ("progress", "lidt bedre", "better"), ("screening", "nej", "no"), ("sleep", "ja", "yes"),
        ("reached_doctor", "ja", None), (None, "ja", None), ("barrier", "TID", "time"),
    ],
)  # fmt: skip
def test_an_answer_is_kept_in_one_word(question: str | None, text: str, value: str | None) -> None:
    assert value_of(question, parse(text, WORDS)) == value


def test_misses_are_counted_from_the_last_answer_back() -> None:
    assert missed_in_a_row(told("exercise no", "exercise yes", "activity no", "pain 3", "exercise no")) == 2
    assert missed_in_a_row([]) == 0


ANSWERS = st.sampled_from(
    ["exercise yes", "exercise no", "activity yes", "activity no", "progress same", "screening no"]
    + [f"pain {number}" for number in range(11)]
    + [f"barrier {barrier}" for barrier in ("time", "pain", "fear", "forgot")]
)


def lived(rules: tuple[Rule, ...], answers: list[str], gap: int) -> list[tuple[Adaptation | None, Form]]:
    """A course: each answer with what followed and the form after it."""
    form: Form = "usual"
    history: list[Said] = []
    steps: list[tuple[Adaptation | None, Form]] = []
    for number, answer in enumerate(answers):
        question, value = answer.split(" ")
        history.append(Said(question, value, MONDAY + timedelta(days=gap * number)))
        adaptation = adapt(rules, history, form)
        if adaptation is not None:
            history[-1] = replace(history[-1], rule=adaptation.rule.id)
            form = adaptation.form or form
        steps.append((adaptation, form))
    return steps


@given(st.sampled_from(sorted(CONTENT.programmes)), st.lists(ANSWERS, max_size=25), st.integers(1, 20))
def test_whatever_is_answered_a_form_changes_only_with_a_reason_and_rules_keep_to_their_number(
    programme: str, answers: list[str], gap: int
) -> None:
    rules = CONTENT.rules_of(CONTENT.programmes[programme])
    steps = lived(rules, answers, gap)
    before: Form = "usual"
    for adaptation, form in steps:
        assert form == before or (adaptation is not None and adaptation.form == form and adaptation.reason)
        before = form
    fired = [adaptation.rule.id for adaptation, _ in steps if adaptation is not None]
    assert all(rule.at_most is None or fired.count(rule.id) <= rule.at_most for rule in rules)


@given(
    st.sampled_from([GREEN, AMBER, RED]),
    st.sampled_from(list(EnrolmentState)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(RULES),
    st.sampled_from(["exercise", "activity", "pain", "barrier"]),
)
def test_a_reply_never_gets_two_texts_and_nothing_adapts_under_red_or_outside_a_running_course(
    triage: Triage, course: EnrolmentState, red_open: bool, opted_out: bool, rule: Rule, question: str
) -> None:
    situation = Situation(question, asked_again=False, course=course, opted_out=opted_out, has_words=True)
    situation = replace(situation, red_open=red_open)
    answer = Answer(yes=True, number=2, barrier="time")
    is_open = may_adapt(situation, triage, answer, None)
    assert is_open is (triage is GREEN and course is EnrolmentState.ACTIVE and not red_open and not opted_out)
    adaptation = Adaptation(rule, rule.form)
    read = raised(triage, adaptation, "ja") if is_open else triage
    decision = decide(situation, read, answer, None, adaptation)
    texts = [decision.advice, decision.answer, decision.adaptation, decision.wish]
    assert sum(text is not None for text in texts) <= 1
    assert (decision.adaptation is not None) is (is_open and rule.flag is None)
