"""What must not matter does not: a red reply stays red however it is typed, and a denial before it changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.red_flags import Level, load_checker

CHECKER = load_checker()
RED = [
    "jeg kan ikke tisse",
    "kan ikke mærke mig selv i skridtet",
    "jeg har mistet kraften i højre ben",
    "foden hænger og slår mod gulvet",
    "jeg kan ikke holde på afføringen",
    "jeg har feber og kulderystelser",
    "jeg vil ikke leve mere",
    "jeg er følelsesløs mellem benene",
    "jeg tisser i bukserne uden at mærke det",
    "jeg har stærke smerter efter et fald fra en stige",
]
GREEN = [
    "nej alt er som det plejer",
    "jeg har gået en tur og lavet mine øvelser",
    "ingen feber og ingen problemer med at tisse",
    "det går meget bedre nu, tak",
]
GREETINGS = ["Hej ", "Kære klinik. ", "Godmorgen, ", "Hej igen det er Karen. "]
ENDINGS = [" Mvh Karen", "\nHilsen Ole", " Tak", " 😟", "!!!", " ."]


@pytest.mark.parametrize("text", RED)
@given(before=st.sampled_from(["", *GREETINGS]), after=st.sampled_from(["", *ENDINGS]))
def test_a_greeting_and_a_signature_change_nothing(text: str, before: str, after: str) -> None:
    assert CHECKER.check(before + text + after).level is Level.RED


@pytest.mark.parametrize("text", RED)
def test_case_and_letters_without_ae_oe_aa_change_nothing(text: str) -> None:
    plain = text.replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    for spelling in (text.upper(), text.capitalize(), plain, plain.upper(), text.replace(",", "")):
        assert CHECKER.check(spelling).level is Level.RED, spelling


@pytest.mark.parametrize("text", RED)
def test_nej_before_it_never_makes_it_green(text: str) -> None:
    for question in (None, "screening", "exercise", "activity", "pain"):
        for start in ("nej ", "Nej, men ", "nej. "):
            assert CHECKER.check(start + text, question).level is not Level.GREEN, start


@pytest.mark.parametrize("text", RED)
@given(data=st.data())
def test_one_doubled_letter_never_makes_it_green(text: str, data: st.DataObject) -> None:
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    place = data.draw(st.sampled_from(places))
    typo = text[:place] + text[place] + text[place:]
    assert CHECKER.check(typo).level is not Level.GREEN, typo


@pytest.mark.parametrize("text", GREEN)
@given(before=st.sampled_from(["", *GREETINGS]), after=st.sampled_from(["", " Mvh Karen", " Tak", " 🙂", "!"]))
def test_a_green_reply_stays_green(text: str, before: str, after: str) -> None:
    assert CHECKER.check(before + text + after).level is Level.GREEN
