"""The enrolment form: nothing typed is lost, and what is agreed to is shown."""

from __future__ import annotations

import re

import pytest

from core.models import EnrolmentState, Patient
from messages.loader import load_content
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

GOOD = {
    "name": "Karen Østergaard",
    "phone": "20 12 34 56",
    "programme": "akut-laend",
    "region": "sjaelland",
    "doctor_phone": "86123456",
    "time_of_day": "aften",
    "start_date": "",
    "consent": "ja",
}


def enrol(desk: Desk, **changes: str) -> str:
    """Post the form; the page it leads to, or the form again."""
    desk.text("/tilmeld")
    fields = {key: value for key, value in {**GOOD, **changes}.items() if value != "-"}
    response = desk.post("/tilmeld", **fields)
    if response.status_code == 303:
        return desk.text(response.location)
    assert response.status_code == 400
    return response.get_data(as_text=True)


def test_the_form_shows_the_consent_text_and_the_clinics_region(clinician: Desk) -> None:
    page = clinician.text("/tilmeld")
    assert load_content().consent.newest.words in page
    assert '<option value="midtjylland" selected>' in page


def test_an_enrolled_patient_is_stored_and_the_first_week_shown(lite_world: World, clinician: Desk) -> None:
    page = enrol(clinician)
    assert "Karen Østergaard er tilmeldt" in page
    assert "23-11-2026 kl. 10.00" in page
    assert "24-11-2026 kl. 18.00" in page
    assert "30-11-2026" not in page
    patient = lite_world.patient()
    assert (patient.name, patient.phone, patient.region) == ("Karen Østergaard", "+4520123456", "sjaelland")
    enrolment = lite_world.enrolment()
    assert (enrolment.state, enrolment.time_of_day) == (EnrolmentState.ACTIVE, "aften")
    assert enrolment.enrolled_by is not None


def test_a_later_start_may_be_chosen(lite_world: World, clinician: Desk) -> None:
    assert "26-11-2026" in enrol(clinician, start_date="2026-11-26")
    assert lite_world.enrolment().start_date.isoformat() == "2026-11-26"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "Skriv patientens navn"),
        ("phone", "12", "Telefonnummeret kan ikke bruges"),
        ("programme", "", "Vælg et forløb."),
        ("region", "mars", "Vælg en region."),
        ("doctor_phone", "", "egen læge"),
        ("time_of_day", "nat", "Vælg et tidspunkt."),
        ("start_date", "31-02-2026", "Skriv datoen som 21-11-2026"),
        ("start_date", "2020-01-01", "Startdatoen skal ligge"),
        ("consent", "-", "Patienten skal have sagt ja"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(
    lite_world: World, clinician: Desk, field: str, value: str, says: str
) -> None:
    page = enrol(clinician, **{field: value}, instructed="ja")
    error = page[page.index(f'id="{field}-error"') :]
    assert says in error[:400]
    assert f'aria-describedby="{field}-error' in page
    for name, typed in GOOD.items():
        if name in {"name", "phone", "doctor_phone"} and name != field:
            assert f'value="{typed}"' in page
    assert 'name="instructed" value="ja" checked' in page
    assert lite_world.messages() == []


def test_all_that_is_wrong_is_said_at_once(clinician: Desk) -> None:
    page = enrol(clinician, phone="12", programme="", consent="-", start_date="31-02-2026")
    for field in ("phone", "programme", "consent", "start_date"):
        assert f'id="{field}-error"' in page
    assert "Vælg et forløb." in page


def test_what_was_typed_is_shown_as_text(clinician: Desk) -> None:
    page = enrol(clinician, name='"><script>alert(1)</script>', phone="x")
    assert "<script>alert" not in page


def test_a_name_with_a_nul_byte_is_taken_without_it(lite_world: World, clinician: Desk) -> None:
    enrol(clinician, name="Ka\0ren")
    assert lite_world.patient().name == "Karen"


def test_a_patient_in_a_course_is_not_enrolled_twice(lite_world: World, clinician: Desk) -> None:
    enrol(clinician)
    assert "Nummeret er allerede i et forløb" in enrol(clinician, name="Karen igen")
    with lite_world.session() as session:
        assert session.query(Patient).count() == 1


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("20123456", "20 12 34 56"),
        ("+45 20 12 34 56", "20 12 34 56"),
        ("0045 20123456", "20 12 34 56"),
        ("2012", "Der mangler 4"),
        ("201234567", "Det er ikke et telefonnummer"),
        ("<b>", "Der mangler 8"),
    ],
)
def test_a_number_is_checked_while_it_is_typed(clinician: Desk, typed: str, shown: str) -> None:
    clinician.text("/tilmeld")
    for field in ("phone", "doctor_phone"):
        assert shown in clinician.post("/tilmeld/telefon", **{field: typed}).get_data(as_text=True)


def test_an_empty_number_says_nothing(clinician: Desk) -> None:
    clinician.text("/tilmeld")
    assert clinician.post("/tilmeld/telefon", phone=" ").get_data(as_text=True).strip() == ""


def test_a_number_that_is_followed_already_leads_to_the_patient(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol(name="Karen Testsen")
    clinician.text("/tilmeld")
    page = clinician.post("/tilmeld/telefon", phone="20123456").get_data(as_text=True)
    assert "Karen Testsen" in page
    assert 'href="/patienter/1"' in page


def test_another_clinics_patient_is_not_given_away(lite_world: World, clinician: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.enrol(clinic_id="nord", name="Fremmed Person")
    clinician.text("/tilmeld")
    assert "Fremmed" not in clinician.post("/tilmeld/telefon", phone="20123456").get_data(as_text=True)


def test_a_reader_cannot_enrol(sit: Sit) -> None:
    reader = sit("reader")
    assert reader.get("/tilmeld").status_code == 403
    assert "Tilmeld" not in reader.text("/patienter")


def fragment(desk: Desk, **fields: str) -> str:
    """The first week for what is chosen so far, as the page fetches it."""
    data = {"csrf_token": desk.token, "time_of_day": "aften", **fields}
    response = desk.client.post("/tilmeld/uge", data=data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.get_data(as_text=True)


def bodies(page: str) -> list[tuple[str, str]]:
    """What stands on a page as the first week: when, and what is sent."""
    return re.findall(r'<strong class="nowrap">([^<]*)</strong>.*?<span>([^<]*)</span></li>', page)


@pytest.mark.parametrize("programme", sorted(load_content().programmes))
@pytest.mark.parametrize("chosen", [{}, {"time_of_day": "aften", "instructed": "ja"}, {"start_date": "2026-12-23"}])
def test_the_first_week_shown_before_saving_is_what_is_then_planned(
    clinician: Desk, programme: str, chosen: dict[str, str]
) -> None:
    clinician.text("/tilmeld")
    before = bodies(fragment(clinician, programme=programme, **chosen))
    after = bodies(enrol(clinician, programme=programme, **chosen))
    assert [body for _, body in before] == [body for _, body in after]
    assert [when for when, _ in before][1:] == [when for when, _ in after][1:]
    assert before[0][0] in {"Med det samme", after[0][0]}
    assert len(before) >= 3


@pytest.mark.parametrize("fields", [{}, {"programme": "x"}, {"start_date": "i morgen"}, {"time_of_day": "nat"}])
def test_what_cannot_be_planned_shows_no_week(clinician: Desk, fields: dict[str, str]) -> None:
    clinician.text("/tilmeld")
    assert "Vælg et forløb" in fragment(clinician, **{"programme": "hekseskud" if fields else "", **fields})


def test_without_scripts_a_button_shows_the_week_and_keeps_what_was_typed(lite_world: World, clinician: Desk) -> None:
    assert 'formaction="/tilmeld/uge">Se den første uge' in clinician.text("/tilmeld")
    response = clinician.post("/tilmeld/uge", **GOOD)
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert 'value="Karen Østergaard"' in page
    assert len(bodies(page)) >= 3
    assert "error" not in page.partition("<main")[2]
    assert lite_world.messages() == []


def test_the_programme_last_used_today_is_chosen_and_said_so(lite_world: World, clinician: Desk) -> None:
    assert "Valgt på forhånd" not in clinician.text("/tilmeld")
    enrol(clinician, programme="langvarig", region="sjaelland")
    page = clinician.text("/tilmeld")
    assert '<option value="langvarig" selected>' in page
    assert "Valgt på forhånd" in page
    assert '<option value="midtjylland" selected>' in page, "the clinic's own region, not the last patient's"
    lite_world.clock.forward(hours=15)
    clinician.log_in("clinician@vest.example")
    assert "Valgt på forhånd" not in clinician.text("/tilmeld")


def test_what_a_colleague_used_is_not_chosen(lite_world: World, sit: Sit) -> None:
    enrol(sit("admin"))
    assert "Valgt på forhånd" not in sit("clinician").text("/tilmeld")


def test_the_clinics_own_doctors_are_offered_the_most_used_first(lite_world: World, clinician: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.enrol(phone="20999999", clinic_id="nord", doctor_phone="98123456")
    for number, doctor in enumerate(["86123456", "86123457", "86123457"]):
        lite_world.enrol(phone=f"2012340{number}", doctor_phone=doctor)
    page = clinician.text("/tilmeld")
    assert re.findall(r'<option value="([\d ]+)"></option>', page) == ["86 12 34 57", "86 12 34 56"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({}, "phone"), ({"phone": "1", "consent": "-"}, "phone"), ({"name": " ", "phone": "1"}, "name")],
)
def test_the_cursor_stands_in_the_first_field_with_an_error(
    lite_world: World, clinician: Desk, changes: dict[str, str], field: str
) -> None:
    lite_world.enrol()
    page = enrol(clinician, **changes)
    (focused,) = re.findall(r'name="(\w+)"[^>]*autofocus', page)
    assert focused == field


def test_the_text_agreed_to_stands_with_the_patient_by_its_version(lite_world: World, clinician: Desk) -> None:
    enrol(clinician)
    newest = lite_world.runtime.content.consent.newest
    assert lite_world.enrolment().consent_version == newest.version
    page = clinician.text("/patienter/1")
    assert newest.words in page
    assert "23-11-2026 kl. 10.00, noteret af Clinician" in page


def test_a_consent_text_that_changed_while_the_page_stood_open_is_read_again(
    lite_world: World, clinician: Desk
) -> None:
    assert "er blevet ændret" in enrol(clinician, consent_version="2020-01")
    assert lite_world.messages() == []
    newest = lite_world.runtime.content.consent.newest.version
    assert "er tilmeldt" in enrol(clinician, consent_version=newest)
