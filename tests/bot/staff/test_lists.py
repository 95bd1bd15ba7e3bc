"""Enrolling from a list at the desk: pasted or uploaded, looked through, enrolled, mended."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from bot.lists.enrolling import BATCH
from bot.lists.store import MOST_ROWS
from bot.staff import lists
from bot.tables import csv_file, xlsx_file
from core.models import Audit, Clinic, Enrolment, ImportList, ImportState
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

HEAD = ["Navn", "Mobil", "Egen læge tlf.", "Forløb", "Samtykke"]
NEW = "/tilmeld/import"
FIRST = f"{NEW}/1"


def row(name: str, number: str, consent: str = "ja") -> list[str]:
    return [name, number, "86 12 34 56", "Hekseskud", consent]


GOOD = [row("Karen Østergaard", "20 12 34 56"), row("Bo Lund", "20 12 34 57")]
BAD = row("Ida Holm", "12")


def text_of(rows: list[list[str]]) -> str:
    return "\n".join("\t".join(cells) for cells in [HEAD, *rows])


def paste(desk: Desk, *rows: list[str]) -> str:
    """Paste a list; the page it leads to."""
    desk.text(NEW)
    return desk.follow(NEW, pasted=text_of(list(rows)))


def upload(desk: Desk, data: bytes, name: str) -> TestResponse:
    desk.text(NEW)
    form = {"csrf_token": desk.token, "pasted": "", "file": (io.BytesIO(data), name)}
    return desk.client.post(NEW, data=form, content_type="multipart/form-data")


def enrol_all(desk: Desk, page: str) -> str:
    rows = re.findall(r'name="row" value="(\d+)" checked', page)
    return choose(desk, *rows)


def choose(desk: Desk, *rows: str) -> str:
    response = desk.client.post(f"{FIRST}/tilmeld", data={"csrf_token": desk.token, "row": list(rows)})
    assert response.status_code == 303
    return desk.text(str(response.location))


def names(world: World) -> list[str]:
    with world.session() as session:
        return [enrolment.patient.name for enrolment in session.scalars(select(Enrolment).order_by(Enrolment.id))]


def test_a_pasted_list_is_shown_with_a_verdict_for_each_row(clinician: Desk) -> None:
    page = paste(clinician, *GOOD, BAD)
    assert "2 kan tilmeldes" in page
    assert "1 skal rettes" in page
    assert "Telefonnummeret kan ikke bruges" in page
    assert page.count('name="row"') == 2


def test_the_good_rows_are_enrolled_and_the_others_can_be_fetched(lite_world: World, clinician: Desk) -> None:
    page = enrol_all(clinician, paste(clinician, *GOOD, BAD))
    assert "2 patienter er tilmeldt" in page
    assert names(lite_world) == ["Karen Østergaard", "Bo Lund"]
    assert page.count("Udskriv ark") == 2
    response = clinician.post(f"{FIRST}/fejl")
    lines = response.get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "navn;telefon;forløb;region;lægetelefon;samtykke;fejl"
    assert lines[1].startswith("Ida Holm;12;Hekseskud;midtjylland;86 12 34 56;ja;telefon: ")
    assert len(lines) == 2


def test_the_same_list_again_enrols_nobody_and_says_so(lite_world: World, clinician: Desk) -> None:
    enrol_all(clinician, paste(clinician, *GOOD))
    page = paste(clinician, *GOOD)
    assert "0 kan tilmeldes" in page
    assert page.count("Findes allerede og er i et forløb") == 2
    assert len(names(lite_world)) == 2


def test_only_the_rows_with_a_tick_are_enrolled(lite_world: World, clinician: Desk) -> None:
    paste(clinician, *GOOD)
    page = choose(clinician, "3")
    assert "1 patient er tilmeldt" in page
    assert "1 ikke valgt" in page
    assert names(lite_world) == ["Bo Lund"]


def test_without_a_tick_nobody_is_enrolled(lite_world: World, clinician: Desk) -> None:
    paste(clinician, *GOOD)
    assert "Vælg mindst én patient" in choose(clinician)
    assert names(lite_world) == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (csv_file([HEAD, *GOOD]), "liste.csv"),
        ("\n".join(",".join(cells) for cells in [HEAD, *GOOD]).encode("cp1252"), "liste.csv"),
        (xlsx_file([HEAD, *GOOD], "Ark1"), "liste.xlsx"),
    ],
)
def test_a_file_is_read_whatever_wrote_it(clinician: Desk, data: bytes, name: str) -> None:
    response = upload(clinician, data, name)
    assert response.status_code == 303
    page = clinician.text(str(response.location))
    assert "2 kan tilmeldes" in page
    assert "Karen Østergaard" in page


def test_what_is_no_list_is_refused_and_what_was_pasted_is_kept(clinician: Desk) -> None:
    response = upload(clinician, b"PK\x03\x04 no zip", "liste.xlsx")
    assert response.status_code == 400
    assert "Excel-filen kan ikke læses" in response.get_data(as_text=True)
    assert "Indsæt en liste" in clinician.post(NEW, pasted=" ").get_data(as_text=True)
    page = clinician.post(NEW, pasted="Navn\tMobil\n" + "x" * 600).get_data(as_text=True)
    assert "Linje 2 har en celle" in page
    assert "x" * 600 in page


def test_what_the_list_lacks_is_asked_for_first_and_may_be_the_same_for_all(lite_world: World, clinician: Desk) -> None:
    clinician.text(NEW)
    page = clinician.follow(NEW, pasted="Karen\t20123456\t86123456")
    assert "Vælg først, hvad der gælder for: Forløb, Samtykke til sms" in page
    assert 'name="row"' not in page
    columns = {"navn": "0", "telefon": "1", "lægetelefon": "2", "forløb": "=langvarig", "region": "=nordjylland"}
    page = clinician.follow(f"{FIRST}/kolonner", **columns, samtykke="=ja", tidspunkt="=aften", instrueret="=ja")
    assert "1 kan tilmeldes" in page
    enrol_all(clinician, page)
    enrolment = lite_world.enrolment()
    assert (enrolment.programme_id, enrolment.time_of_day, enrolment.instructed) == ("langvarig", "aften", True)
    assert enrolment.consent_version == lite_world.runtime.content.consent.newest.version
    assert enrolment.enrolled_by == 1


def test_columns_that_the_page_does_not_offer_are_not_taken(lite_world: World, clinician: Desk) -> None:
    paste(clinician, *GOOD)
    clinician.follow(f"{FIRST}/kolonner", navn="99", telefon="-1", forløb="=findes-ikke", header="77", andet="0")
    with lite_world.session() as session:
        assert session.get_one(ImportList, 1).choices == {"header": None, "columns": {}}


def test_a_long_list_goes_on_after_the_page_and_shows_how_far_it_is(
    lite_world: World, clinician: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "AT_ONCE", 0.0)
    people = [row(f"Patient {number}", f"201234{number:02d}") for number in range(BATCH + 1)]
    page = enrol_all(clinician, paste(clinician, *people))
    assert f"{BATCH} af {BATCH + 1} er behandlet" in page
    assert f"{BATCH} af {BATCH + 1}" in clinician.text(f"{FIRST}/fremdrift")
    assert "allerede sat i gang" in choose(clinician, "2")
    assert "Vent, til den er færdig" in clinician.follow(f"{FIRST}/slet")
    assert f"{BATCH + 1} patienter er tilmeldt" in clinician.follow(f"{FIRST}/videre")
    assert clinician.get(f"{FIRST}/fremdrift", HX_Request="true").headers["HX-Refresh"] == "true"
    assert len(names(lite_world)) == BATCH + 1


def test_two_thousand_patients_fit_in_one_list_and_one_form(
    lite_world: World, clinician: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "AT_ONCE", 0.0)
    page = paste(clinician, *(row(f"Patient {number}", str(20120000 + number)) for number in range(MOST_ROWS)))
    assert f"{MOST_ROWS} kan tilmeldes" in page
    assert f"{BATCH} af {MOST_ROWS} er behandlet" in enrol_all(clinician, page)
    with lite_world.session() as session:
        assert len(session.get_one(ImportList, 1).chosen) == MOST_ROWS


def test_after_an_hour_the_list_is_gone_and_the_page_says_why(lite_world: World, clinician: Desk) -> None:
    paste(clinician, *GOOD)
    lite_world.clock.forward(minutes=29)
    clinician.text(FIRST)
    lite_world.clock.forward(minutes=29)
    clinician.text(FIRST)
    lite_world.clock.forward(minutes=2)
    response = clinician.get(FIRST)
    assert response.status_code == 404
    assert "Vi gemmer den højst en time" in response.get_data(as_text=True)
    assert clinician.post(f"{FIRST}/tilmeld", row="2").status_code == 404


def test_a_list_may_be_deleted_at_once(lite_world: World, clinician: Desk) -> None:
    paste(clinician, *GOOD)
    assert "Listen er slettet" in clinician.follow(f"{FIRST}/slet")
    with lite_world.session() as session:
        assert session.query(ImportList).count() == 0


def test_a_list_never_stands_in_a_cookie(clinician: Desk) -> None:
    clinician.text(NEW)
    for response in (clinician.post(NEW, pasted=text_of(GOOD)), clinician.get(FIRST)):
        told = "".join(response.headers.getlist("Set-Cookie"))
        assert len(told) < 600
        assert "Karen" not in told


def test_what_stands_in_a_list_is_shown_as_text(clinician: Desk) -> None:
    page = paste(clinician, row("<script>alert(1)</script>", "20123456"), row("<b>", "<i>"))
    assert "<script>alert" not in page
    assert "<b>" not in page


def test_every_step_stands_in_the_audit_log(lite_world: World, clinician: Desk) -> None:
    enrol_all(clinician, paste(clinician, GOOD[0], BAD))
    clinician.post(f"{FIRST}/fejl")
    with lite_world.session() as session:
        rows = session.execute(select(Audit.action, Audit.detail).where(Audit.staff_id == 1).order_by(Audit.id))
        told = [tuple(line) for line in rows if line.action.startswith("import") and line.action != "import.view"]
    assert told == [
        ("import.read", ""),
        ("import.enrol", "1 patient"),
        ("import.export", "1 patient"),
    ]


def test_a_neutral_clinic_is_told_to_print_the_sheets(lite_world: World, clinician: Desk) -> None:
    with lite_world.session() as session, session.begin():
        session.execute(update(Clinic).values(neutral=True))
    assert "Udskriv et ark til hver patient" in enrol_all(clinician, paste(clinician, *GOOD))


def test_a_draft_is_not_touched_by_going_on(lite_world: World, clinician: Desk) -> None:
    paste(clinician, *GOOD)
    clinician.follow(f"{FIRST}/videre")
    with lite_world.session() as session:
        assert session.get_one(ImportList, 1).state == ImportState.DRAFT
    assert names(lite_world) == []


def test_a_reader_cannot_read_a_list_in(sit: Sit) -> None:
    reader = sit("reader")
    assert reader.get(NEW).status_code == 403
    assert "Tilmeld flere" not in reader.text("/patienter")
