"""The enrolment form: nothing typed is lost, and what is agreed to is shown."""

from __future__ import annotations

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
