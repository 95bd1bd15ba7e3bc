"""A text that staff write is held to what every text is held to; what a person may judge otherwise is a doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.free_text import MOST_SEGMENTS, Circumstances, has_cpr, judge, opened
from messages.sms import GSM7, measure

GIVEN = Circumstances("Rygklinik Vest", "87 65 43 21", patient="Karen Testsen")


def test_the_clinics_name_stands_first_and_once() -> None:
    assert judge("Vi ringer i dag", GIVEN).body == "Rygklinik Vest: Vi ringer i dag"
    assert judge("Rygklinik Vest: Vi ringer i dag", GIVEN).body == "Rygklinik Vest: Vi ringer i dag"
    assert judge(" rygklinik vest: Vi ringer", GIVEN).body == "Rygklinik Vest: Vi ringer"


def test_what_an_sms_cannot_hold_is_shown_with_what_is_sent_instead() -> None:
    judged = judge("Hej 😀 – vi ses…", GIVEN)
    assert judged.replaced == (("😀", "?"), ("–", "-"), ("…", "..."))
    assert judged.body == "Rygklinik Vest: Hej ? - vi ses..."


@given(st.text(max_size=400))
def test_whatever_is_typed_is_judged_and_what_is_sent_is_gsm7(text: str) -> None:
    judged = judge(text, GIVEN)
    assert set(judged.body) <= GSM7
    assert judged.cost == measure(judged.body)
    assert judged.stops or judged.cost.segments <= MOST_SEGMENTS


@pytest.mark.parametrize(
    "text",
    ["010203-1234", "0102031234", "010203 1234", "Dit nr. er 31 12 99 - 4321 ikke?", "01.02.03-1234", "cpr:2412701234"],
)
def test_a_cpr_number_is_never_sent(text: str) -> None:
    assert has_cpr(text)
    assert "CPR" in judge(text, GIVEN).stops[0]


@pytest.mark.parametrize(
    "text", ["Ring 87 65 43 21", "+4587654321", "21-11-2026 kl. 10.30", "1813 eller 112", "9945781234"]
)
def test_a_telephone_number_or_a_date_is_no_cpr_number(text: str) -> None:
    assert not has_cpr(text)


@pytest.mark.parametrize("text", ["", "  ", "...", "🙂"])
def test_a_text_without_words_is_not_sent(text: str) -> None:
    assert judge(text, GIVEN).stops == ("Skriv en besked først.",)


@pytest.mark.parametrize("text", ["Se https://vest.dk", "Se www.vest.dk/tid", "Læs på vest.dk", "Skriv til os@vest.dk"])
def test_a_link_is_never_sent(text: str) -> None:
    assert any("link" in stop for stop in judge(text, GIVEN).stops)


def test_two_segments_pass_a_third_is_asked_about_and_a_fifth_is_too_much() -> None:
    assert not judge("ord " * 50, GIVEN).doubts
    assert "fylder 3 sms'er" in judge("ord " * 100, GIVEN).doubts[0]
    assert "Gør den kortere" in judge("ord " * 160, GIVEN).stops[0]


def test_reassurance_is_doubted_only_while_a_red_alert_is_open() -> None:
    soothing = "Bare rolig, det går over"
    assert not judge(soothing, GIVEN).doubts
    assert "rød alarm" in judge(soothing, replace(GIVEN, red_open=True)).doubts[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Så er du smertefri om en uge", "lover"),
        ("Det er en prolaps", "diagnose"),
        ("Tag 2 panodil", "medicin"),
        ("Hvad er dit CPR-nummer?", "CPR"),
    ],
)
def test_promises_diagnoses_and_medicine_are_doubted(text: str, said: str) -> None:
    assert any(said in doubt for doubt in judge(text, GIVEN).doubts)


def test_what_tells_of_the_illness_is_doubted_in_a_clinic_with_neutral_texts() -> None:
    assert not judge("Hvordan går det med ryggen?", GIVEN).doubts
    assert "neutrale" in judge("Hvordan går det med ryggen?", replace(GIVEN, neutral=True)).doubts[0]


def test_the_patients_name_and_hard_words_are_only_hinted_at() -> None:
    judged = judge("Hej Karen. Vi ses i morgen", GIVEN)
    assert (judged.stops, judged.doubts) == ((), ())
    assert "navn" in judged.hints[0]
    hard = "Genoptræningsplanen forudsætter selvstændig gennemførelse af hjemmeøvelser, mens konsultationer planlægges "
    assert any(
        "svær at læse" in hint
        for hint in judge(hard + "efterfølgende i klinikken af personalet derhjemme eller hos lægen", GIVEN).hints
    )


def test_a_long_clinic_name_is_cut_as_everywhere() -> None:
    assert opened("Hej", "Fysioterapien ved Nørre Allé 12345").startswith("Fysioterapien ved Nørre Allé 1: Hej"[:20])
