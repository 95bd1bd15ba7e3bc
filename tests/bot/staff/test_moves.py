"""The pages on which staff see what a newer version changes, and move one course or all that are shown."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from bot.staff import versions
from core.models import Audit, Enrolment, EnrolmentState, MessageState
from tests.bot.staff.conftest import Desk, Sit, app_of
from tests.programmes import NAME, bring_out
from tests.world import World

PAGE = "/patienter/1/udgave"
ALL = "/forloeb/udgaver"


@pytest.fixture
def seen(lite_world: World) -> dict[str, str]:
    """A patient whose course has a newer version; the numbers, as the form carries them."""
    lite_world.enrol(name="Karen Testsen")
    lite_world.drain()
    old, new = bring_out(lite_world)
    return {"version_from": str(old), "version_to": str(new)}


@pytest.fixture
def app(lite_world: World, seen: dict[str, str]) -> Flask:
    return app_of(lite_world)


def version(world: World) -> int:
    return world.enrolment().programme_version


def shown(desk: Desk, path: str) -> str:
    return unescape(desk.text(path))


def test_the_patients_page_says_that_there_is_a_newer_version(clinician: Desk, seen: dict[str, str]) -> None:
    page = shown(clinician, "/patienter/1")
    assert f"Der er en nyere udgave af forløbet (udgave {seen['version_to']})" in page
    assert f'href="{PAGE}"' in page


def test_what_would_change_stands_side_by_side_with_dates(clinician: Desk) -> None:
    page = shown(clinician, PAGE)
    assert "Fra nu af er der forskel på 4 sms'er: 1 ny, 1 med anden tekst, 1 på et andet tidspunkt, 1 udgår." in page
    assert "Rygklinik Vest: Vi har skrevet den her om." in page
    assert "Nu: 25-11-2026 kl. 10.30" in page
    assert "{klinik}" not in page


def test_a_reader_sees_it_but_has_no_button(sit: Sit) -> None:
    page = shown(sit("reader"), PAGE)
    assert "Anden tekst" in page
    assert "Flyt til udgave" not in page


def test_the_course_is_moved_and_the_notice_is_gone(clinician: Desk, lite_world: World, seen: dict[str, str]) -> None:
    clinician.get(PAGE)
    page = unescape(clinician.follow(PAGE, **seen))
    assert f"Forløbet fortsætter i udgave {seen['version_to']}" in page
    assert "nyere udgave" not in page
    assert "Dette er helt nyt." in page
    assert "aflyst" not in page, "what the move replaced is no news to staff"
    assert str(version(lite_world)) == seen["version_to"]


def test_what_was_decided_on_another_version_is_not_done(
    clinician: Desk, lite_world: World, seen: dict[str, str]
) -> None:
    before = version(lite_world)
    page = unescape(clinician.follow(PAGE, **{**seen, "version_to": "99"}))
    assert "Intet er flyttet: Forløbet eller udgaven er ændret" in page
    assert "Intet er flyttet" in unescape(clinician.follow(PAGE))
    assert version(lite_world) == before


def test_a_course_that_ended_meanwhile_is_not_moved(clinician: Desk, lite_world: World, seen: dict[str, str]) -> None:
    lite_world.write("STOP")
    page = unescape(clinician.follow(PAGE, **seen))
    assert "Intet er flyttet: Forløbet er slut" in page
    assert lite_world.messages(MessageState.HELD) == []


def test_a_course_on_the_newest_version_has_nothing_to_move(clinician: Desk, seen: dict[str, str]) -> None:
    clinician.follow(PAGE, **seen)
    response = clinician.get(PAGE)
    assert response.status_code == 303
    assert "Der er ikke noget at flytte" in unescape(clinician.text(response.location))


def test_a_course_whose_version_is_gone_says_so_and_can_be_moved(
    lite_world: World, seen: dict[str, str], clinician: Desk
) -> None:
    with lite_world.session() as session, session.begin():
        session.execute(update(Enrolment).values(programme_version=77))
    assert "Udgave 77 findes ikke mere i systemet" in shown(clinician, PAGE)
    assert "Udgave 77 findes ikke mere i systemet" in shown(clinician, ALL)
    assert "fortsætter i udgave" in clinician.follow(PAGE, **{**seen, "version_from": "77"})


def test_a_course_whose_programme_is_gone_goes_on_and_says_so(lite_world: World, clinician: Desk) -> None:
    with lite_world.session() as session, session.begin():
        session.execute(update(Enrolment).values(programme_id="nedlagt"))
    assert "Forløbet findes ikke mere i systemet" in shown(clinician, "/patienter/1")
    assert "nedlagt: 1 forløb" in shown(clinician, ALL)
    assert "nedlagt" in shown(clinician, "/patienter")


def test_the_list_names_every_course_that_is_behind(clinician: Desk, lite_world: World, seen: dict[str, str]) -> None:
    page = shown(clinician, ALL)
    assert f"1 forløb på udgave {seen['version_from']}" in page
    assert "Karen Testsen" in page
    assert "Der er forskel på 4 sms'er: 1 ny, 1 med anden tekst, 1 på et andet tidspunkt, 1 udgår." in page
    assert "Dag 4" in page


def enrol_more(world: World, seen: dict[str, str], count: int) -> None:
    """More patients whose courses are on the older version."""
    for number in range(count):
        world.enrol(phone=f"2012{number:04d}", name=f"Test Nummer{number}")
    with world.session() as session, session.begin():
        session.execute(update(Enrolment).values(programme_version=int(seen["version_from"])))


def test_all_that_were_shown_are_moved_and_the_rest_is_counted(
    clinician: Desk, lite_world: World, seen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "AT_ONCE", 2)
    enrol_more(lite_world, seen, 2)
    page = shown(clinician, ALL)
    assert "Flyt disse 2" in page
    page = unescape(clinician.follow(f"{ALL}/{NAME}", **seen, last="2"))
    assert f"2 forløb er flyttet til udgave {seen['version_to']}." in page
    assert f"1 forløb på udgave {seen['version_from']}" in page
    page = unescape(clinician.follow(f"{ALL}/{NAME}", **seen, last="3"))
    assert "Alle forløb kører på den nyeste udgave" in page
    with lite_world.session() as session:
        moves = session.scalars(select(Audit.object_id).where(Audit.action == "enrolment.move_version")).all()
    assert sorted(moves) == ["1", "2", "3"]


def test_a_course_that_came_after_the_list_was_shown_is_not_moved_with_it(
    clinician: Desk, lite_world: World, seen: dict[str, str]
) -> None:
    enrol_more(lite_world, seen, 1)
    clinician.follow(f"{ALL}/{NAME}", **seen, last="1")
    assert str(version(lite_world)) == seen["version_from"]


def test_a_list_of_another_version_moves_nothing(clinician: Desk, lite_world: World, seen: dict[str, str]) -> None:
    page = unescape(clinician.follow(f"{ALL}/{NAME}", **{**seen, "version_to": "99"}, last="1"))
    assert "Intet er flyttet: Listen er ændret" in page
    assert "ingen forløb at flytte" in clinician.follow(f"{ALL}/{NAME}", **seen)
    assert str(version(lite_world)) == seen["version_from"]


def test_a_course_that_has_sent_its_closing_is_told_as_not_moved(
    clinician: Desk, lite_world: World, seen: dict[str, str]
) -> None:
    closing = lite_world.messages()[-1]
    with lite_world.session() as session, session.begin():
        row = session.merge(closing)
        row.state, row.sent_at = MessageState.SENT, lite_world.clock()
    page = unescape(clinician.follow(f"{ALL}/{NAME}", **seen, last="1"))
    assert "Ingen forløb er flyttet." in page
    assert "1 blev ikke flyttet" in page
    assert lite_world.enrolment().state == EnrolmentState.ACTIVE


def test_a_programme_that_does_not_exist_has_no_page(clinician: Desk, seen: dict[str, str]) -> None:
    assert clinician.post(f"{ALL}/lumbago", **seen, last="1").status_code == 404


def test_another_clinics_courses_are_neither_listed_nor_moved(
    lite_world: World, app: Flask, seen: dict[str, str]
) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.add_staff("mette@nord.example", "clinician", "nord")
    desk = Desk(app)
    desk.log_in("mette@nord.example")
    assert "Alle forløb kører på den nyeste udgave" in shown(desk, ALL)
    desk.follow(f"{ALL}/{NAME}", **seen, last="1")
    assert desk.post(PAGE, **seen).status_code == 404
    assert str(version(lite_world)) == seen["version_from"]


def test_a_move_without_the_forms_token_is_refused(lite_world: World, app: Flask, seen: dict[str, str]) -> None:
    lite_world.add_staff("uden@vest.example", "clinician")
    desk = Desk(app)
    desk.log_in("uden@vest.example")
    desk.token = "forkert"
    assert desk.post(PAGE, **seen).status_code == 400
    assert desk.post(f"{ALL}/{NAME}", **seen, last="1").status_code == 400
    assert str(version(lite_world)) == seen["version_from"]
