"""The page that says how long things are kept, and erasing one patient."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import select, update

from core.models import Clinic, Enrolment, Message, MessageState, Patient
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

PAGE = "/indstillinger/opbevaring"


def ended(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        session.execute(update(Enrolment).values(state="stopped", ended_at=world.clock()))
        session.execute(update(Message).values(state=MessageState.CANCELLED))


def test_an_administrator_sets_the_months_and_others_see_them(lite_world: World, sit: Sit) -> None:
    assert "Gemt." in unescape(sit("admin").follow(PAGE, months="6"))
    page = unescape(sit("clinician").text(PAGE))
    assert "6 måneder" in page
    assert 'name="months"' not in page


@pytest.mark.parametrize("typed", ["", "0", "61", "seks", "-1", "٣", "9" * 400])
def test_months_that_make_no_sense_are_refused_with_what_was_typed(lite_world: World, sit: Sit, typed: str) -> None:
    admin = sit("admin")
    admin.get(PAGE)
    response = admin.post(PAGE, months=typed)
    page = unescape(response.get_data(as_text=True))
    assert response.status_code == 400
    assert "Skriv et helt antal måneder fra 1 til 60." in page
    assert f'value="{typed}"' in page
    with lite_world.session() as session:
        assert session.get_one(Clinic, "vest").keep_months == 12


def test_an_erased_patient_stands_nowhere(lite_world: World, sit: Sit) -> None:
    ended(lite_world)
    admin = sit("admin")
    assert "Slet patientens oplysninger" in admin.text("/patienter/1")
    assert "Slet Karen Testsen?" in admin.text("/patienter/1/slet")
    page = unescape(admin.follow("/patienter/1/slet"))
    assert "Patientens navn, numre og ord er slettet." in page
    assert "Karen" not in page
    assert "Slettet patient" not in page
    assert [admin.get(path).status_code for path in ("/patienter/1", "/patienter/1/slet")] == [404, 404]


def test_a_patient_in_a_course_is_not_erased_and_staff_are_told_what_to_do(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    admin = sit("admin")
    assert "Slet patientens oplysninger" not in admin.text("/patienter/1")
    assert "Stop forløbet først. Intet er slettet." in unescape(admin.follow("/patienter/1/slet"))
    with lite_world.session() as session:
        assert session.scalars(select(Patient.name)).one() == "Karen Testsen"


def test_a_clinician_does_not_erase(lite_world: World, clinician: Desk) -> None:
    ended(lite_world)
    assert "Slet patientens oplysninger" not in clinician.text("/patienter/1")
    assert clinician.post("/patienter/1/slet").status_code == 403
