"""The page where an administrator turns neutral texts on, and what staff see once they are on."""

from __future__ import annotations

from html import unescape

import pytest
from sqlalchemy import select

from core.models import Audit, Clinic, MessageState
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

PAGE = "/indstillinger/neutral"


@pytest.fixture
def neutral_world(lite_world: World) -> World:
    with lite_world.session() as session, session.begin():
        session.get_one(Clinic, "vest").neutral = True
    return lite_world


def shown(desk: Desk, path: str = PAGE) -> str:
    return unescape(desk.text(path))


def test_everybody_sees_whether_it_is_on_and_what_it_costs(sit: Sit) -> None:
    page = shown(sit("clinician"))
    assert "Slået fra" in page
    assert "Hver patient skal derfor have arket med hjem." in page
    assert "Kun en administrator kan ændre det." in page
    assert 'name="neutral"' not in page


def test_an_administrator_turns_it_on_and_off_and_is_told_how_many_texts_changed(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    admin = sit("admin")
    waiting = len(lite_world.messages(MessageState.PLANNED, MessageState.HELD))
    assert f"{waiting} sms'er venter på at blive sendt til 1 patient i forløb." in shown(admin)
    on = unescape(admin.follow(PAGE, neutral="til"))
    assert "Neutrale sms'er er slået til." in on
    assert "sms'er, der ventede, er skrevet om." in on
    assert "Slå neutrale sms'er fra</button>" in on
    assert "Neutrale sms'er er slået fra." in unescape(admin.follow(PAGE, neutral="fra"))
    with lite_world.session() as session:
        lines = session.scalars(select(Audit).where(Audit.object_type == "clinic").order_by(Audit.id)).all()
        assert [line.action for line in lines] == ["clinic.neutral_on", "clinic.neutral_off"]
        assert all(line.staff_id for line in lines)


def test_patients_under_way_must_have_their_sheet_first(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    assert "før du slår til" not in shown(admin)
    lite_world.enrol()
    assert "Sørg for, at hver patient, der er i gang, har sit ark, før du slår til." in shown(admin)


def test_a_name_that_tells_what_the_clinic_treats_is_pointed_out(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    assert "»Rygklinik« i navnet fortæller, hvad I behandler." in shown(admin)
    with lite_world.session() as session, session.begin():
        session.get_one(Clinic, "vest").name = "Klinikken på Torvet"
    assert "i navnet fortæller" not in shown(admin)


@pytest.mark.parametrize("value", ["", "ja", "1"])
def test_what_is_neither_on_nor_off_is_refused(lite_world: World, sit: Sit, value: str) -> None:
    assert sit("admin").post(PAGE, neutral=value).status_code == 400
    with lite_world.session() as session:
        assert session.get_one(Clinic, "vest").neutral is False


def test_without_the_pages_token_nothing_is_switched(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    assert admin.client.post(PAGE, data={"neutral": "til"}).status_code == 400
    with lite_world.session() as session:
        assert session.get_one(Clinic, "vest").neutral is False


REMINDER = "Udskriv arket, og giv det til patienten nu."


def test_after_enrolment_staff_are_reminded_to_print_the_sheet(neutral_world: World, clinician: Desk) -> None:
    neutral_world.enrol()
    page = shown(clinician, "/tilmeld/1")
    assert REMINDER in page
    assert "Gem arket, du fik af os." in page


def test_staff_of_an_ordinary_clinic_are_not_reminded(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    assert REMINDER not in shown(clinician, "/tilmeld/1")


def test_the_sheet_says_why_it_must_be_kept(neutral_world: World, clinician: Desk) -> None:
    neutral_world.enrol()
    assert "Gem arket. Vores" in shown(clinician, "/patienter/1/ark")


def test_the_sheet_of_an_ordinary_clinic_does_not(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    assert "Gem arket. Vores" not in shown(clinician, "/patienter/1/ark")


def test_the_calendar_shows_both_forms(sit: Sit) -> None:
    reader = sit("reader")
    assert "Prøv varme på ryggen." in shown(reader, "/forloeb?forloeb=hekseskud&ordvalg=almindelig")
    neutral = shown(reader, "/forloeb?forloeb=hekseskud&ordvalg=neutral")
    assert "Prøv, om varme hjælper dig." in neutral
    assert "Prøv varme på ryggen." not in neutral
    assert 'value="neutral" selected' in neutral


@pytest.mark.parametrize("query", ["", "&ordvalg=andet"])
def test_the_calendar_begins_with_the_clinics_own_form(neutral_world: World, sit: Sit, query: str) -> None:
    assert "Prøv, om varme hjælper dig." in shown(sit("reader"), f"/forloeb?forloeb=hekseskud{query}")


def test_the_rules_page_shows_the_advice_in_the_clinics_own_form(neutral_world: World, sit: Sit) -> None:
    assert "Feber sammen med smerter" not in shown(sit("reader"), "/regler")
