"""The acts on an alert as staff make them: plain forms, nothing typed is lost, and the one who is second is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.heartbeat import beat
from core.models import AlertState, Colour
from tests.bot.staff.conftest import Desk, Sit
from tests.bot.staff.inbox_page import add_alert, cards_in, state_of
from tests.world import World

SENDING_LOST = re.compile(r'id="sending-lost" role="alert"( hidden)?')


@pytest.fixture
def red(lite_world: World) -> int:
    return add_alert(lite_world, Colour.RED)


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def undo_in(page: str) -> dict[str, str]:
    found = re.search(r'name="event" value="(\d+)"', page)
    assert found is not None
    return {"event": found[1]}


def test_an_alert_is_handed_to_a_colleague_who_sees_it_among_her_own(red: int, sit: Sit) -> None:
    clinician, admin = sit("clinician"), sit("admin")
    page = clinician.follow(f"/alarmer/{red}/kvitter")
    receiver = re.search(r'<option value="(\d+)">Admin</option>', page)
    assert receiver is not None
    page = clinician.follow(f"/alarmer/{red}/giv-videre", receiver=receiver[1], note="ring kl. 12")
    assert "Givet videre til Admin." in page
    assert "<strong>Admin</strong>" in page
    page = admin.text("/?vis=mine")
    assert cards_in(page) == [red]
    assert "har den, givet videre af Clinician 23-11-2026 kl. 10.00</span>: »ring kl. 12«" in page


def test_handing_over_needs_somebody_to_hand_to(red: int, clinician: Desk) -> None:
    clinician.follow(f"/alarmer/{red}/kvitter")
    page = clinician.lose(f"/alarmer/{red}/giv-videre", status=400, receiver="", note="til hvem?")
    assert "Vælg, hvem du giver den videre til." in page
    assert 'value="til hvem?"' in page


def test_what_a_colleague_has_is_taken_over_by_name(red: int, sit: Sit) -> None:
    clinician, admin = sit("clinician"), sit("admin")
    clinician.text("/")
    clinician.follow(f"/alarmer/{red}/kvitter")
    assert "Overtag fra Clinician" in admin.text("/")
    page = admin.follow(f"/alarmer/{red}/overtag")
    assert "Du har overtaget den fra Clinician." in page
    assert "<strong>Du</strong>" in page


def test_an_alert_laid_back_has_nobody(red: int, clinician: Desk) -> None:
    page = clinician.follow(f"/alarmer/{red}/kvitter")
    assert "Læg tilbage" in page
    page = clinician.follow(f"/alarmer/{red}/laeg-tilbage")
    assert "Nu er der ingen, der har den." in page
    assert "Kvittér</button>" in page


def test_a_closed_alert_is_opened_again_with_the_reason(red: int, clinician: Desk) -> None:
    clinician.text("/")
    clinician.follow(f"/alarmer/{red}/afslut", outcome="talked")
    assert "Hvorfor genåbnes den?" in clinician.text("/afsluttede")
    assert "Skriv, hvorfor" in clinician.lose(f"/alarmer/{red}/genaabn", status=400, note=" ")
    page = clinician.follow(f"/alarmer/{red}/genaabn", note="ringede tilbage", next="/")
    assert "Genåbnet." in page
    assert "om øvelser og de beroligende holdes tilbage" in page
    assert cards_in(page) == [red]
    assert 'genåbnet af Clinician: <span class="note">»ringede tilbage«' in page


def test_a_reader_opens_nothing_again(red: int, sit: Sit) -> None:
    clinician = sit("clinician")
    clinician.text("/")
    clinician.follow(f"/alarmer/{red}/afslut", outcome="talked")
    assert "Genåbn" not in sit("reader").text("/afsluttede")


def test_an_act_is_taken_back_by_the_button_in_its_notice(red: int, clinician: Desk) -> None:
    clinician.text("/")
    page = clinician.follow(f"/alarmer/{red}/afslut", outcome="false_alarm")
    page = clinician.follow(f"/alarmer/{red}/fortryd", next="/", **undo_in(page))
    assert "Fortrudt." in page
    assert cards_in(page) == [red]
    assert "fortrudt af Clinician" in page


def test_an_undo_that_comes_too_late_says_so(lite_world: World, red: int, clinician: Desk) -> None:
    page = clinician.follow(f"/alarmer/{red}/kvitter")
    lite_world.clock.forward(minutes=11)
    assert "i 10 minutter" in clinician.follow(f"/alarmer/{red}/fortryd", **undo_in(page))
    assert state_of(lite_world, red).state == AlertState.ACKNOWLEDGED


def test_an_undo_after_a_colleagues_act_says_what_happened(lite_world: World, red: int, sit: Sit) -> None:
    clinician, admin = sit("clinician"), sit("admin")
    page = clinician.follow(f"/alarmer/{red}/kvitter")
    admin.text("/")
    admin.follow(f"/alarmer/{red}/overtag")
    page = clinician.follow(f"/alarmer/{red}/fortryd", **undo_in(page))
    assert "En anden kom først: overtaget af Admin" in page


def test_nobody_takes_back_what_another_did(lite_world: World, red: int, sit: Sit) -> None:
    clinician, admin = sit("clinician"), sit("admin")
    page = clinician.follow(f"/alarmer/{red}/kvitter")
    admin.text("/")
    assert "Det kan ikke fortrydes" in admin.follow(f"/alarmer/{red}/fortryd", **undo_in(page))
    assert state_of(lite_world, red).state == AlertState.ACKNOWLEDGED


def test_the_second_of_two_keeps_what_was_typed(red: int, sit: Sit) -> None:
    clinician, admin = sit("clinician"), sit("admin")
    seen = seen_in(admin.text("/"))
    clinician.text("/")
    clinician.follow(f"/alarmer/{red}/kvitter")
    page = admin.lose(f"/alarmer/{red}/afslut", outcome="talked", note="set <nu>", seen=seen, next="/patienter")
    assert "En anden kom først: kvitteret af Clinician" in page
    assert 'value="set &lt;nu&gt;"' in page
    assert '<option value="talked" selected>' in page
    assert 'href="/patienter"' in page
    page = admin.follow(f"/alarmer/{red}/afslut", outcome="talked", note="set <nu>", seen=seen_in(page))
    assert "Afsluttet." in page


def test_a_button_pressed_twice_says_that_it_was_oneself(red: int, clinician: Desk) -> None:
    seen = seen_in(clinician.text("/"))
    clinician.follow(f"/alarmer/{red}/kvitter", seen=seen)
    page = clinician.lose(f"/alarmer/{red}/kvitter", seen=seen)
    assert "Du har selv været her: kvitteret 23-11-2026 kl. 10.00." in page


def test_one_alert_has_a_page_of_its_own(red: int, sit: Sit) -> None:
    page = sit("reader").text(f"/alarmer/{red}")
    assert cards_in(page) == [red]
    assert "kom ind" in page


def test_a_growing_timeline_can_be_unfolded(red: int, clinician: Desk) -> None:
    clinician.follow(f"/alarmer/{red}/kvitter")
    assert "Hvad er der sket?" in clinician.follow(f"/alarmer/{red}/laeg-tilbage")


def test_every_page_says_when_no_texts_are_sent(lite_world: World, clinician: Desk) -> None:
    with lite_world.session() as session, session.begin():
        beat(session, lite_world.clock() - timedelta(seconds=61))
    for path in ("/", "/afsluttede", "/patienter"):
        assert SENDING_LOST.search(clinician.text(path)).group(1) is None  # type: ignore[union-attr]
    with lite_world.session() as session, session.begin():
        beat(session, lite_world.clock() - timedelta(seconds=59))
    for path in ("/", "/afsluttede", "/patienter"):
        assert SENDING_LOST.search(clinician.text(path)).group(1) == " hidden"  # type: ignore[union-attr]


def test_a_poll_learns_that_no_texts_are_sent(lite_world: World, red: int, clinician: Desk) -> None:
    with lite_world.session() as session, session.begin():
        beat(session, lite_world.clock())
    found = re.search(r'hx-get="([^"]+)"', clinician.text("/"))
    assert found is not None
    lite_world.clock.forward(seconds=59)
    assert clinician.get(found[1]).status_code == 204
    with lite_world.session() as session, session.begin():
        beat(session, lite_world.clock() - timedelta(seconds=61))
    assert 'data-sending="nej"' in clinician.text(found[1])


def test_the_conversation_learns_of_a_new_reply(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    found = re.search(r'hx-get="(/patienter/1/samtale[^"]+)"', clinician.text("/patienter/1"))
    assert found is not None
    assert clinician.get(found[1]).status_code == 204
    lite_world.write("Har det fint")
    page = clinician.text(found[1])
    assert "Har det fint" in page
    assert 'id="samtale"' in page
