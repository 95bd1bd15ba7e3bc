"""Marked replies as corpus lines: the schema of tests/corpus, and nothing in them that names the patient."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.corpus_lines import Judged, corpus_lines, redact
from core.states import Verdict

FLAGS = {"bladder": "red", "sensory": "amber", "unclear": "amber"}
RED, AMBER, NOT_RED = Verdict.SHOULD_BE_RED, Verdict.SHOULD_BE_AMBER, Verdict.SHOULD_NOT_BE_RED
GAPS = st.sampled_from(["", " ", "-", ".", " - ", "\u00a0", "/", "  ", "\n", "_", "\u2013", "\u200b"])
WORDS = st.text(alphabet=st.characters(exclude_categories=["Nd"]), max_size=20)
"""Anything but digits: what stands around a number must not make it longer or shorter."""


def judged(**values: Any) -> Judged:
    fields: dict[str, Any] = {
        "number": 7,
        "question": None,
        "text": "det sover lidt",
        "name": "Karen Testsen",
        "level": "green",
        "flags": (),
        "rule_version": "1-abc",
        "verdicts": ((RED, ""),),
        **values,
    }
    return Judged(**fields)


def line_of(**values: Any) -> dict[str, Any]:
    (line,) = corpus_lines([judged(**values)], FLAGS)
    read: dict[str, Any] = json.loads(line)
    return read


def spaced(digits: str, gaps: list[str]) -> str:
    return "".join(digit + gap for digit, gap in zip(digits, [*gaps, ""], strict=True))


def digits_left(text: str) -> int:
    """The longest row of digits, with whatever stands between them that is neither letter nor digit left out."""
    return max((len(run) for run in re.findall(r"\d+", re.sub(r"[\W_]", "", text))), default=0)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A telephone number (8 digits, with country code) or a CPR number (10), however it is spaced."""
    digits = draw(st.text(alphabet="0123456789٣８", min_size=8, max_size=12))
    return draw(st.sampled_from(["", "+", "00"])) + spaced(
        digits, draw(st.lists(GAPS, min_size=len(digits) - 1, max_size=len(digits) - 1))
    )


@given(WORDS, numbers(), WORDS)
def test_no_number_of_eight_digits_and_no_cpr_number_survives(before: str, number: str, after: str) -> None:
    assert digits_left(redact(f"{before}{number}{after}", "Karen Testsen")) < 8


@given(WORDS, st.sampled_from(["120380-1234", "1203801234", "120380 1234", "20123456", "+45 20 12 34 56"]), WORDS)
def test_what_is_replaced_is_named_and_the_rest_stays(before: str, number: str, after: str) -> None:
    assert "[nummer]" in redact(f"{before} {number} {after}", "")


@pytest.mark.parametrize("text", ["ring 112", "1813 svarer ikke", "38,9 i nat", "7/10", "kl. 10.30", "12 uger siden"])
def test_short_numbers_tell_nobody_and_stay(text: str) -> None:
    assert redact(text, "Karen Testsen") == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hilsen Karen", "Karen Testsen"),
        ("KAREN TESTSEN her", "Karen Testsen"),
        ("det er karens mand", "Karen Testsen"),
        ("Karen's mand", "Karen Testsen"),
        ("mvh soeren", "Søren Ågård"),
        ("mvh Sören Aagaard", "Søren Ågård"),
        ("mvh Åge", "Aage Bæk"),
        ("mvh A\u030age", "Åge Bæk"),
        ("hej fra Anne-Marie", "Anne-Marie Holm"),
        ("ole her", "Ole Å"),
        ("Hilsen Bo", "Bo Dahl"),
        ("mvh KT", "KT"),
        ("Karen20 her", "Karen Testsen"),
    ],
)
def test_the_patients_own_name_is_taken_out_in_any_spelling(text: str, name: str) -> None:
    clean = redact(text, name)
    assert "[navn]" in clean
    for part in re.findall(r"\w{2,}", text):
        assert part in {"hilsen", "her", "det", "er", "mand", "mvh", "hej", "fra", "Hilsen"} or part not in clean


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("jeg skal bo hos min søster", "Bo Dahl"),
        ("de gør ondt, og den er værst", "Ana de la Silva"),
        ("JA", "JA"),
        ("karensdag", "Karen Testsen"),
        ("ingen navn her", ""),
        ("ingen navn her", "K. 7"),
    ],
)
def test_ordinary_words_that_only_look_like_the_name_stay(text: str, name: str) -> None:
    assert redact(text, name) == text


@pytest.mark.parametrize("text", ["karen.t@mail.dk", "skriv til KT@x.dk, tak", "karen @ gmail.com", "@karen@mail.dk"])
def test_an_email_address_is_taken_out(text: str) -> None:
    clean = redact(text, "")
    assert "[mail]" in clean
    assert ".dk" not in clean
    assert "gmail" not in clean


@given(st.text(alphabet=st.characters(exclude_categories=())), st.text(max_size=20))
def test_whatever_is_written_comes_out_fit_for_a_file(text: str, name: str) -> None:
    assert redact(text, name).encode("utf-8") is not None


@given(st.text(alphabet=st.characters(exclude_categories=()), min_size=1), st.sampled_from(list(Verdict)))
def test_a_line_has_the_corpus_schema_whatever_the_patient_wrote(text: str, verdict: Verdict) -> None:
    lines = corpus_lines([judged(text=text, verdicts=((verdict, text),))], FLAGS)
    assert len(lines) == bool(text.strip())
    for line in lines:
        assert "\n" not in line
        reply = json.loads(line)
        assert list(reply) == ["id", "question", "text", "level", "accept", "flags", "tags", "why"]
        assert reply["accept"][0] == reply["level"]
        assert set(reply["accept"]) <= {"red", "amber", "green"}


@pytest.mark.parametrize(("verdict", "accept"), [(RED, ["red"]), (AMBER, ["amber"]), (NOT_RED, ["green", "amber"])])
def test_a_verdict_says_which_levels_are_accepted(verdict: Verdict, accept: list[str]) -> None:
    assert line_of(verdicts=((verdict, ""),))["accept"] == accept


def test_where_staff_disagree_the_worse_label_stands_and_both_are_accepted() -> None:
    line = line_of(level="amber", verdicts=((NOT_RED, ""), (RED, "")))
    assert line["accept"] == ["red", "green", "amber"]
    assert "disputed" in line["tags"]


def test_two_who_agree_are_no_dispute() -> None:
    assert line_of(verdicts=((RED, ""), (RED, "")))["tags"] == ["marked", "read-green"]


@pytest.mark.parametrize(("verdict", "flags"), [(RED, ["bladder", "sensory"]), (AMBER, ["sensory"]), (NOT_RED, [])])
def test_flags_worse_than_the_label_are_left_out(verdict: Verdict, flags: list[str]) -> None:
    assert line_of(flags=("bladder", "sensory"), verdicts=((verdict, ""),))["flags"] == flags


@pytest.mark.parametrize(("asked", "question"), [("screening", "screening"), ("reached_doctor", None), (None, None)])
def test_a_question_the_corpus_does_not_know_is_no_question(asked: str | None, question: str | None) -> None:
    assert line_of(question=asked)["question"] == question


def test_the_reason_holds_verdict_reading_and_the_note_without_what_names_the_patient() -> None:
    why = line_of(verdicts=((RED, "Karen på 20 12 34 56\nsagde det"),))["why"]
    assert why == "staff: should_be_red; read green by rules 1-abc; [navn] på [nummer] sagde det"


def test_the_line_is_named_by_number_alone() -> None:
    assert line_of(number=12)["id"] == "M12"


def test_a_false_amber_is_a_green_line_without_the_flag_that_was_wrong() -> None:
    line = line_of(level="amber", flags=("unclear",), verdicts=((Verdict.SHOULD_BE_GREEN, "kun en aftale"),))
    assert (line["level"], line["accept"], line["flags"]) == ("green", ["green"], [])
    assert line["why"].startswith("staff: should_be_green; read amber")
