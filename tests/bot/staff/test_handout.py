"""The sheet a patient takes home."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import select, update

from bot.staff.handout import how_often, with_number
from core.models import Audit, Clinic, Enrolment
from messages.loader import load_content
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

CONTENT = load_content()


def sheet(desk: Desk) -> str:
    return unescape(desk.text("/patienter/1/ark")).replace("\N{NO-BREAK SPACE}", " ")


def test_the_sheet_has_the_clinic_the_exercises_and_whom_to_call(lite_world: World, sit: Sit) -> None:
    lite_world.enrol(name="Karen Testsen", region="syddanmark")
    page = sheet(sit("reader"))
    for words in (
        "Rygklinik Vest",
        "Telefon 87 65 43 21",
        "Karen Testsen",
        "1. En kort gåtur",
        "2. Knæ til bryst",
        "Ring til din egen læge på 86 12 34 56.",
        "Ring til lægevagten på 70 11 07 07.",
        "ring 112",
        "De kommer fra 52 51 23 45.",
        "Svar STOP",
        "Ingen af os ser dit svar med det samme.",
    ):
        assert words in page


def test_the_drawing_carries_the_exercises_number(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol(programme="langvarig")
    page = sheet(clinician)
    assert page.index(">2</text>") < page.index("2. Vip bækkenet")


def test_no_diagnosis_is_printed(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol(programme="hekseskud")
    assert "hekseskud" not in sheet(clinician).lower()


@pytest.mark.parametrize(("instructed", "is_shown"), [(True, True), (False, False)])
def test_a_nerve_exercise_is_only_for_the_instructed(
    lite_world: World, clinician: Desk, instructed: bool, is_shown: bool
) -> None:
    lite_world.enrol(programme="nerverod-laend", instructed=instructed)
    assert ("Stræk knæet på en stol" in sheet(clinician)) is is_shown


@pytest.mark.parametrize(("programme", "has_room"), [("akut-laend", False), ("nerverod-nakke", True)])
def test_where_there_is_room_the_clinic_may_write(
    lite_world: World, clinician: Desk, programme: str, has_room: bool
) -> None:
    lite_world.enrol(programme=programme)
    assert ("Plads til det" in sheet(clinician)) is has_room


def test_the_clinics_own_number_for_the_region_is_printed(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    desk = sit("admin")
    desk.text("/indstillinger/numre")
    fields = {"service": "nattevagten", "number": "70 99 99 99", "source": "egen opslag", "checked_on": "2026-11-23"}
    assert desk.post("/indstillinger/numre/midtjylland", **fields).status_code == 303
    assert "Ring til nattevagten på 70 99 99 99." in sheet(desk)


def test_a_number_nobody_has_looked_up_for_long_is_pointed_out(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    assert "bør slås op igen" not in sheet(clinician)
    lite_world.clock.forward(days=120)
    clinician.log_in("clinician@vest.example")
    assert "70 11 31 31 bør slås op igen" in sheet(clinician)


def views(world: World) -> list[tuple[str, str]]:
    with world.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "patient.view").order_by(Audit.id)).all()
    return [(row.object_type, row.object_id) for row in rows]


def test_opening_the_sheet_is_written_in_the_audit_log(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    before = views(lite_world)
    sheet(clinician)
    assert views(lite_world) == [*before, ("patient", "1")]


def test_another_clinics_sheet_does_not_exist(lite_world: World, clinician: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.enrol(clinic_id="nord", name="Fremmed Person")
    response = clinician.get("/patienter/1/ark")
    assert response.status_code == 404
    assert "Fremmed" not in response.get_data(as_text=True)


def test_a_course_that_is_no_more_has_no_sheet(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        session.execute(update(Enrolment).values(programme_id="udgaaet"))
    page = clinician.get("/patienter/1/ark")
    assert (page.status_code, page.location) == (303, "/patienter/1")
    assert "ikke noget ark at udskrive" in clinician.text("/patienter/1")


def test_a_clinics_name_is_shown_as_text(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        session.execute(update(Clinic).values(name="<b>Ryg</b>"))
    assert "&lt;b&gt;Ryg" in clinician.text("/patienter/1/ark")


def test_the_sheet_is_offered_after_enrolment_and_on_the_patients_page(lite_world: World, clinician: Desk) -> None:
    enrolment = lite_world.enrol()
    for path in (f"/tilmeld/{enrolment}", "/patienter/1"):
        assert 'href="/patienter/1/ark">Udskriv ark</a>' in clinician.text(path)


@pytest.mark.parametrize("programme", CONTENT.programmes.values(), ids=lambda programme: programme.id)
def test_how_often_counts_the_texts_of_the_course(programme: object) -> None:
    course = CONTENT.programmes[programme.id]  # type: ignore[attr-defined]
    told = how_often(course, instructed=True)
    assert (told["antal"], told["uger"]) == (str(len(course.steps)), str(course.weeks))
    low, high = (int(part) for part in told["om_ugen"].split(" til "))
    assert 1 <= low < high <= 5


def test_texts_for_the_instructed_are_not_counted_for_others() -> None:
    course = CONTENT.programmes["nerverod-laend"]
    assert int(how_often(course, instructed=True)["antal"]) - int(how_often(course, instructed=False)["antal"]) == 2


def test_the_number_has_exactly_one_place_in_every_drawing() -> None:
    for drawing in CONTENT.drawings.values():
        assert with_number(drawing, 3).count(">3</text>") == 1
