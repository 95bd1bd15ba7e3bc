"""One planned text, and another programme, from a patient's page."""

from __future__ import annotations

import re
from html import unescape

import pytest

from core.models import Message, MessageKind, MessageState
from tests.bot.staff.conftest import Desk
from tests.world import MONDAY, World

FIRST = "/patienter/1"
WRITE = f"{FIRST}/skriv"
TOKEN = re.compile(r'name="token" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([^"]+)"')


@pytest.fixture(autouse=True)
def enrolled(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.drain()


def shown(desk: Desk, path: str = FIRST) -> str:
    return unescape(desk.text(path))


def token(page: str) -> str:
    found = TOKEN.search(page)
    assert found
    return found[1]


def message_id(world: World, step_id: str) -> int:
    return max(row.id for row in world.messages() if row.step_id == step_id)


def texts_of_staff(world: World) -> list[Message]:
    return [row for row in world.messages() if row.kind == MessageKind.STAFF]


def test_a_planned_text_is_moved_and_of_two_the_second_is_told(clinician: Desk, lite_world: World) -> None:
    path = f"/sms/{message_id(lite_world, 'gaa-en-tur')}"
    page = shown(clinician, path)
    assert "lørdag 28-11-2026" in page
    found = SEEN.search(page)
    assert found
    fields = {"seen": found[1], "day": "2026-11-28", "time": "11.00"}
    assert "flyttet til lørdag 28-11-2026 kl. 11.00" in unescape(clinician.follow(f"{path}/flyt", **fields))
    again = unescape(clinician.follow(f"{path}/flyt", **{**fields, "day": "2026-11-30"}))
    assert "Intet er ændret. En kollega kom først" in again
    assert "28-11-2026 kl. 11.00" in again


@pytest.mark.parametrize(
    ("day", "time", "said"),
    [
        ("2026-12-04", "10.00", "mere end 8 dage"),
        ("2026-12-01", "21.00", "klinikkens sendetid"),
        ("2026-11-29", "10.00", "højst én"),
        ("2026-11-20", "10.00", "forbi"),
    ],
)
def test_a_screening_that_may_not_stand_there_stays_with_the_reason(
    clinician: Desk, lite_world: World, day: str, time: str, said: str
) -> None:
    path = f"/sms/{message_id(lite_world, 'tjek-uge-2')}"
    found = SEEN.search(shown(clinician, path))
    assert found
    page = unescape(clinician.follow(f"{path}/flyt", seen=found[1], day=day, time=time))
    assert said in page[page.index('class="notice') : page.index("<h1>")]
    assert "kan ikke aflyses alene" in page


def test_a_planned_text_is_cancelled_with_a_reason_and_set_in_again(clinician: Desk, lite_world: World) -> None:
    path = f"/sms/{message_id(lite_world, 'gaa-en-tur')}"
    shown(clinician, path)
    assert clinician.post(f"{path}/aflys", reason="fordi").status_code == 400
    page = unescape(clinician.follow(f"{path}/aflys", reason="Aftalt med patienten"))
    assert "aflyst: af klinikken, aftalt med patienten" in page
    assert "Sæt ind igen" in page
    assert "sat ind igen" in unescape(clinician.follow(f"{path}/genoptag"))
    page = shown(clinician)
    assert "aftalt med patienten" not in page


def test_a_text_of_the_staff_that_waits_can_be_cancelled(clinician: Desk, lite_world: World) -> None:
    once = token(shown(clinician))
    lite_world.clock.now = MONDAY.replace(hour=20)
    clinician.log_in("clinician@vest.example")
    clinician.follow(WRITE, text="Vi ringer", token=once, shown="ja", when="opening")
    path = f"/sms/{texts_of_staff(lite_world)[0].id}"
    assert "Ny dag" not in shown(clinician, path)
    clinician.follow(f"{path}/aflys", reason="Andet")
    assert [row.state for row in texts_of_staff(lite_world)] == [MessageState.CANCELLED]


def test_a_text_that_is_not_there_is_told_of_in_danish(clinician: Desk) -> None:
    response = clinician.get("/sms/999")
    assert response.status_code == 404
    assert "Siden findes ikke" in response.get_data(as_text=True)
    stray = clinician.get("/sms/findes-ikke")
    assert (stray.status_code, stray.mimetype) == (404, "text/plain")


def test_advice_is_not_among_what_can_be_changed(clinician: Desk, lite_world: World) -> None:
    lite_world.write("jeg kan ikke tisse")
    advice = lite_world.advice()[0]
    assert clinician.get(f"/sms/{advice.id}").status_code == 404


def test_another_programme_is_seen_in_full_and_then_begun(clinician: Desk, lite_world: World) -> None:
    path = f"{FIRST}/skift-forloeb"
    assert "Samtykket gælder" in shown(clinician, path)
    page = shown(clinician, f"{path}?forloeb=nerverod-laend&fra=7")
    assert "bliver aflyst" in page
    assert "Rygklinik Vest: " in page
    page = unescape(clinician.follow(path, forloeb="nerverod-laend", fra="7", tilmelding="1", plan="1"))
    assert "Patienten er nu i forløbet »Nerverodspåvirkning i lænden«" in page
    assert "uge 2 af" in page
    assert lite_world.enrolment().programme_id == "nerverod-laend"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"forloeb": "findes-ikke"}, "Vælg et andet forløb"),
        ({"forloeb": "akut-laend", "tilmelding": "1", "plan": "1"}, "allerede i det forløb"),
        ({"forloeb": "langvarig", "tilmelding": "1", "plan": "9"}, "ændret, siden siden blev vist"),
        ({"forloeb": "langvarig", "tilmelding": "1" * 30, "plan": "x", "fra": "-1"}, "Patienten er nu i forløbet"),
    ],
)
def test_what_cannot_be_switched_is_said(clinician: Desk, fields: dict[str, str], said: str) -> None:
    shown(clinician)
    assert said in unescape(clinician.follow(f"{FIRST}/skift-forloeb", **fields))
