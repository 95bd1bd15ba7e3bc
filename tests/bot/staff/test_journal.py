"""The text that staff copy into the clinic's own record."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from core.models import Audit, Reply
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

JOURNAL = "/patienter/1/journal"


@pytest.fixture(autouse=True)
def enrolled(lite_world: World) -> None:
    lite_world.enrol(name="Karen Testsen")
    lite_world.drain()
    lite_world.write("jeg kan ikke tisse")
    lite_world.drain()


def text_of(page: str) -> str:
    found = re.search(r"<textarea[^>]*readonly>(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def section(text: str, heading: str) -> str:
    """What stands under a heading."""
    return text.split(f"\n{heading}\n")[1].split("\n\n" if heading != "ALARMER" else "\n\nSVAR", maxsplit=1)[0]


def test_the_conversation_leads_to_the_text_for_the_record(clinician: Desk) -> None:
    page = unescape(clinician.text("/patienter/1"))
    assert f'href="{JOURNAL}">Kopiér til journal</a>' in page


def test_it_names_the_patient_the_course_and_the_consent(clinician: Desk) -> None:
    text = text_of(clinician.text(JOURNAL))
    assert text.startswith("Sms-opfølgning, Rygklinik Vest\nPatient: Karen Testsen, tlf. 20 12 34 56\n")
    assert re.search(r"Akutte lændesmerter, udgave \d+: startet \d\d-\d\d-\d{4}, i gang, uge 1 af 12\.", text)
    assert "Samtykke til sms: " in text


def test_an_alert_stands_with_its_reply_its_answer_what_was_done_and_its_outcome(clinician: Desk) -> None:
    clinician.text("/")
    clinician.post("/alarmer/1/kvitter", seen="0", note="Ringer nu", next="/")
    waiting = text_of(clinician.text(JOURNAL))
    assert "Udfald: ikke afsluttet endnu" in waiting
    assert "Fik du fat i en læge?" not in waiting, "what has not been sent is no part of what happened"
    clinician.post("/alarmer/1/afslut", seen="1", outcome="sent_to_doctor", note="Til egen læge", next="/")
    alarms = section(text_of(clinician.text(JOURNAL)), "ALARMER")
    assert alarms.startswith("RØD, ")
    assert "Patienten skrev: »jeg kan ikke tisse«" in alarms
    assert "Rygbots sms (sendt): »Rygklinik Vest: Det skal en læge se på nu." in alarms
    assert "kvitteret af Clinician: »Ringer nu«" in alarms
    assert "afsluttet (sendt til læge) af Clinician: »Til egen læge«" in alarms
    assert alarms.endswith("Udfald: Sendt til læge")


def test_an_answer_stands_with_what_was_asked_and_the_pain_as_numbers(clinician: Desk, lite_world: World) -> None:
    with lite_world.session() as session, session.begin():
        reply = lite_world.alerts()[0].reply_id
        assert reply is not None
        row = session.get_one(Reply, reply)
        row.question, row.answer_value = "pain", "7"
    text = text_of(clinician.text(JOURNAL))
    assert "Hvor ondt har du fra 0 til 10? »jeg kan ikke tisse« (RØD: " in section(text, "SVAR FRA PATIENTEN")
    assert section(text, "SMERTER (0-10)").endswith(": 7")


def test_notes_and_what_the_clinic_wrote_stand_there_and_removed_notes_do_not(sit: Sit) -> None:
    admin = sit("admin")
    admin.text("/patienter/1")
    admin.follow("/patienter/1/noter", body="Talt med hustruen")
    admin.follow("/patienter/1/noter", body="Forkert patient")
    admin.follow("/noter/2/fjern")
    notes = section(text_of(admin.text(JOURNAL)), "NOTER")
    assert notes.rstrip().endswith("Admin: Talt med hustruen")
    assert "Forkert patient" not in notes


def test_from_a_day_on_the_older_is_left_out(clinician: Desk, lite_world: World) -> None:
    lite_world.clock.forward(days=2)
    lite_world.write("det går bedre")
    clinician.log_in("clinician@vest.example")
    day = (lite_world.clock() - timedelta(days=1)).date()
    text = text_of(clinician.text(f"{JOURNAL}?fra={day}"))
    assert f"Perioden: fra {day:%d-%m-%Y}." in text
    assert "det går bedre" in text
    assert "jeg kan ikke tisse" not in text
    assert "Akutte lændesmerter" in text


@pytest.mark.parametrize("asked", ["", "i går", "2026-13-45", "%00"])
def test_a_day_that_is_none_gives_all(clinician: Desk, asked: str) -> None:
    assert "Perioden: hele forløbet." in text_of(clinician.text(f"{JOURNAL}?fra={asked}"))


def test_who_fetched_it_stands_in_the_log_and_on_the_page(clinician: Desk, lite_world: World) -> None:
    assert "Sidst hentet" not in clinician.text(JOURNAL)
    assert re.search(r"Sidst hentet \d\d-\d\d-\d{4} kl\. \d\d\.\d\d af Clinician\.", clinician.text(JOURNAL))
    with lite_world.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "patient.journal")).all()
    assert [(row.object_type, row.object_id, row.staff_id) for row in rows] == [("patient", "1", 1)] * 2


def test_an_administrator_is_led_from_the_patient_to_the_patients_log(sit: Sit) -> None:
    admin = sit("admin")
    assert 'href="/log?patient=1"' in admin.text("/patienter/1")
    assert "Karen Testsen" in admin.text("/log?patient=1")
    assert "/log?" not in sit("clinician").text("/patienter/1")


def test_that_nothing_happened_is_told_and_the_rest_left_out(clinician: Desk, lite_world: World) -> None:
    lite_world.clock.forward(days=2)
    clinician.log_in("clinician@vest.example")
    text = text_of(clinician.text(f"{JOURNAL}?fra={lite_world.clock().date()}"))
    assert section(text, "ALARMER") == "Ingen."
    assert section(text, "SVAR FRA PATIENTEN").strip() == "Ingen."
    for heading in ("SMERTER", "NOTER", "SMS'ER, SOM"):
        assert heading not in text
