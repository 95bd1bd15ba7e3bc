"""The settings' first page, and the page where an administrator changes the clinic's details."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from bot import rewording
from core.models import Audit, Clinic, Heartbeat, MessageState
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

PAGE = "/indstillinger/klinik"
FORM = {"name": "Rygklinik Vest", "phone": "87 65 43 21", "region": "midtjylland", "opens": "540", "closes": "1200"}


def shown(desk: Desk, path: str = PAGE) -> str:
    return unescape(desk.text(path))


def beat(world: World, ago: timedelta = timedelta(0)) -> None:
    with world.session() as session, session.begin():
        session.merge(Heartbeat(name="worker", at=world.clock() - ago))


def test_the_first_page_says_how_each_setting_stands(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    beat(lite_world, timedelta(minutes=2))
    page = shown(admin, "/indstillinger")
    for words in ("Rygklinik Vest, 87 65 43 21", "Slået fra", "1 har adgang", "Ingen i brug", "Sms'er sendes ikke"):
        assert words in page
    beat(lite_world)
    assert "Sms'er sendes ikke" not in shown(admin, "/indstillinger")


def test_who_is_no_administrator_sees_no_people_and_no_keys(sit: Sit) -> None:
    page = shown(sit("clinician"), "/indstillinger")
    assert "Klinik" in page
    assert 'href="/indstillinger/medarbejdere"' not in page
    assert 'href="/indstillinger/api"' not in page


@pytest.mark.parametrize("role", ["reader", "clinician"])
def test_everybody_sees_the_details_and_only_an_administrator_a_form(sit: Sit, role: str) -> None:
    page = shown(sit(role))
    assert "87 65 43 21" in page
    assert "kl. 9.00 til kl. 20.00" in page
    assert "Kun en administrator kan ændre det." in page
    assert 'name="phone"' not in page


def test_a_change_is_told_with_how_many_texts_followed(lite_world: World, sit: Sit) -> None:
    lite_world.enrol(time_of_day="aften")
    admin = sit("admin")
    told = unescape(admin.follow(PAGE, **FORM | {"name": "Klinikken på Torvet", "closes": "900"}))
    assert "Ændringerne er gemt." in told
    assert "sms'er, der ventede, er skrevet om." in told
    assert "sms'er, der ventede, har fået et nyt tidspunkt." in told
    waiting = lite_world.messages(MessageState.PLANNED, MessageState.HELD)
    assert all(message.body.startswith("Klinikken på Torvet: ") for message in waiting)
    assert "Klinikken på Torvet" in shown(admin, "/")


def test_the_pages_tell_how_many_patients_texts_still_follow_until_none_does(
    lite_world: World, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewording, "AT_ONCE", 2)
    for number in range(5):
        lite_world.enrol(phone=f"+452012340{number}")
    admin = sit("admin")
    told = unescape(admin.follow(PAGE, **FORM | {"name": "Klinikken på Torvet"}))
    assert "er skrevet om, resten følger nu." in told
    for path in (PAGE, "/indstillinger/neutral"):
        page = shown(admin, path)
        assert "3 patienters sms'er mangler." in page
        assert 'hx-trigger="every 3s"' in page
    rewording.go_on_rewording(lite_world.runtime.sessions, lite_world.runtime.content)
    assert 'hx-trigger="every 3s"' not in shown(admin, PAGE)


def test_saving_what_is_so_already_says_that_nothing_changed(sit: Sit) -> None:
    assert "Der var ingen ændringer at gemme." in unescape(sit("admin").follow(PAGE, **FORM))


def test_a_name_that_tells_or_is_cut_is_pointed_out(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    assert "»Rygklinik« fortæller, hvad I behandler" in shown(admin)
    with lite_world.session() as session, session.begin():
        session.execute(update(Clinic).values(name="Sundhedshuset ved den gamle købstads nordre port"))
    page = shown(admin)
    assert "fortæller, hvad I behandler" not in page
    assert "Sms'erne begynder med »Sundhedshuset ved den gamle kø:«. Navnet er for langt" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": ""}, "name"), ({"phone": "12"}, "phone"), ({"region": "x"}, "region"), ({"closes": "540"}, "closes")]
    + [({"per_second": typed}, "per_second") for typed in ("1001", "mange", "-3", "")],
)
@pytest.mark.parametrize("more", [{}, {"opens": "ni"}])
def test_what_cannot_be_used_is_shown_again_as_it_was_typed(
    lite_world: World, sit: Sit, change: dict[str, str], field: str, more: dict[str, str]
) -> None:
    response = sit("admin").post(PAGE, **FORM | {"name": "Ny"} | more | change)
    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert f'id="{field}-error"' in page
    with lite_world.session() as session:
        assert session.get_one(Clinic, "vest").name == "Rygklinik Vest"


def test_a_second_step_can_be_asked_of_all_and_leads_each_to_set_it_up(lite_world: World, sit: Sit) -> None:
    admin, clinician = sit("admin"), sit("clinician")
    admin.post(PAGE, **FORM, second_factor="ja")
    lite_world.clock.now += timedelta(minutes=1)
    assert clinician.get("/patienter").location == "/konto"


def test_without_the_pages_token_nothing_is_changed(lite_world: World, sit: Sit) -> None:
    assert sit("admin").client.post(PAGE, data=FORM | {"name": "Ny"}).status_code == 400
    with lite_world.session() as session:
        assert session.get_one(Clinic, "vest").name == "Rygklinik Vest"


def test_how_fast_the_number_sends_is_set_explained_and_logged(lite_world: World, sit: Sit) -> None:
    admin = sit("admin")
    page = shown(admin)
    assert "Segmenter i sekundet" in page
    assert "Alle klinikker sender fra samme afsender" not in page
    assert "Ændringerne er gemt." in unescape(admin.follow(PAGE, **FORM, per_second="25"))
    with lite_world.session() as session:
        assert session.get_one(Clinic, "vest").segments_per_second == 25
        assert session.scalars(select(Audit.detail).where(Audit.action == "clinic.change")).all() == ["fart"]
    reader = sit("reader")
    assert "25 segmenter i sekundet" in shown(reader)
    admin.follow(PAGE, **FORM, per_second="0")
    assert "Ingen grænse" in shown(reader)
