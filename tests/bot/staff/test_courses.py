"""The page of the courses: exact texts and times for a start date, and where each answer leads."""

from __future__ import annotations

from html import unescape

import pytest

from tests.bot.staff.conftest import Desk, Sit

PAGE = "/forloeb"


@pytest.fixture
def reader(sit: Sit) -> Desk:
    return sit("reader")


def shown(desk: Desk, query: str = "") -> str:
    return unescape(desk.text(PAGE + query))


def test_the_calendar_has_every_text_with_its_local_time(reader: Desk) -> None:
    page = shown(reader, "?forloeb=hekseskud&start=2026-11-23&tidspunkt=morgen")
    assert page[: page.index('id="tilpasning"')].count("<article") == 36
    assert "24-11-2026 kl. 09.00" in page
    assert "Rygklinik Vest: Prøv varme på ryggen." in page
    assert "{klinik}" not in page


def test_a_text_moves_off_a_holiday(reader: Desk) -> None:
    page = shown(reader, "?forloeb=hekseskud&start=2026-11-23")
    assert "27-12-2026 kl. 10.30" in page
    assert "flyttet fra helligdag" in page


def test_what_waits_for_a_clean_answer_says_so(reader: Desk) -> None:
    page = shown(reader, "?forloeb=akut-laend&start=2026-11-23")
    card = page[page.index('id="udsigt"') : page.index('id="gaa-en-tur"')]
    assert "Sendes kun efter et NEJ til den sidste screening" in card


def test_the_answers_lead_to_the_advice_of_this_clinics_region(reader: Desk) -> None:
    page = shown(reader, "?forloeb=akut-laend&start=2026-11-23")
    card = page[page.index('id="tjek-uge-1"') : page.index('id="udsigt"')]
    assert "lægevagten på 70 11 31 31" in card
    assert "RØD" in card
    progress = page[page.index('id="fremgang-uge-2"') : page.index('id="tjek-uge-3"')]
    assert "DET SAMME" in progress
    assert "Kommer i indbakken." in progress


@pytest.mark.parametrize(
    "query", ["?forloeb=findes-ikke", "?start=1500-01-01", "?start=xx", "?tidspunkt=nat", "?start="]
)
def test_what_cannot_be_shown_falls_back_on_today_and_the_first_course(reader: Desk, query: str) -> None:
    page = shown(reader, query)
    assert 'value="akut-laend" selected' in page
    assert 'value="23-11-2026"' in page


def test_the_forms_of_an_exercise_and_the_rules_of_the_course_are_shown(reader: Desk) -> None:
    page = shown(reader, "?forloeb=hekseskud&start=2026-11-23")
    card = page[page.index('id="oevelse-baekkenvip"') :]
    assert "<dt>Lettere</dt><dd>Rygklinik Vest: Øvelse 3 på dit ark, lidt lettere: " in card
    rules = page[page.index('id="tilpasning"') :]
    assert rules.count("<article") == 10
    assert "Øvelse eller gåtur er sprunget over to gange i træk" in rules
    assert "Øvelserne bliver lettere. Højst 1 gang i et forløb." in rules
    assert "Kommer i indbakken som gult." in rules
