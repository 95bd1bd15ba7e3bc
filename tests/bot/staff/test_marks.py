"""Marking a reading in the conversation, the list of marks, and the file for those who mend the rules."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from bot.staff.marks import PER_PAGE
from core.models import AlertKind, Audit, Clinic, Reply, Triage, TriageMark, Verdict
from tests.bot.staff.conftest import Desk, Sit
from tests.world import World

FIRST = "/patienter/1"
LIST = "/maerkede-svar"
FETCH = "/maerkede-svar/hent"
GREEN = "Har det fint, kaffen løber ned ad hagen"
RED = "jeg kan ikke tisse"
QUESTION = "Er læsningen forkert?"


def seen(desk: Desk, reply: int) -> str:
    """The reply on the page, up to the next entry of the conversation."""
    page = desk.text(FIRST)
    start = page.index(f'id="svar-{reply}"')
    ends = [
        at
        for mark in ('<div class="in"', '<div class="out', "<article", 'id="seneste"')
        if (at := page.find(mark, start)) > 0
    ]
    return page[start : min(ends)]


def actions(world: World) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Audit.action).where(Audit.staff_id.is_not(None)).order_by(Audit.id)))


@pytest.mark.parametrize(
    ("text", "offered", "withheld"),
    [
        (GREEN, ["Burde være rød", "Burde være gul"], ["Ikke rød"]),
        ("Er bekymret og vil gerne ringes op", ["Burde være rød"], ["Burde være gul", "Ikke rød"]),
        (RED, ["Burde være gul", "Ikke rød"], ["Burde være rød"]),
    ],
)
def test_every_read_reply_offers_what_could_be_said_against_it(
    lite_world: World, clinician: Desk, text: str, offered: list[str], withheld: list[str]
) -> None:
    lite_world.enrol()
    shown = seen(clinician, lite_world.write(text))
    assert QUESTION in shown
    for word in offered:
        assert f">{word}</button>" in shown
    for word in withheld:
        assert f">{word}</button>" not in shown


def test_a_reply_that_nothing_has_read_yet_offers_nothing(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    with lite_world.session() as session, session.begin():
        session.delete(session.scalars(select(Triage).where(Triage.reply_id == reply)).one())
    assert QUESTION not in seen(clinician, reply)


def test_the_page_says_before_and_after_that_staff_are_alarmed_and_the_patient_is_not_written_to(
    lite_world: World, clinician: Desk
) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    assert "lægger straks en rød alarm i indbakken. Patienten får ingen sms af det" in seen(clinician, reply)
    page = clinician.follow(f"/svar/{reply}/maerk", verdict="should_be_red", note="")
    assert "der ligger nu en rød alarm i indbakken" in page
    assert "Patienten har ikke fået en sms af det" in page
    assert "Ring op: En medarbejder har vurderet svaret som rødt" in page
    assert "Ring op: En medarbejder har vurderet svaret som rødt" in clinician.text("/")
    assert [alert.kind for alert in lite_world.alerts()] == [AlertKind.MARKED]


def test_a_mark_leads_back_to_its_reply_and_is_shown_with_who_when_and_note(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    clinician.text(FIRST)
    response = clinician.post(f"/svar/{reply}/maerk", verdict="should_be_amber", note="lød <træt>")
    assert response.location == f"{FIRST}#svar-{reply}"
    shown = seen(clinician, reply)
    for part in ("Burde være gul", "mener Clinician, 23-11-2026 kl. 10.00", "»lød &lt;træt&gt;«", "Fortryd"):
        assert part in shown
    assert 'value="lød &lt;træt&gt;"' in shown, "changing it starts from what was written"


def test_a_mark_can_be_changed_and_taken_back(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    clinician.text(FIRST)
    clinician.follow(f"/svar/{reply}/maerk", verdict="should_be_amber", note="")
    clinician.follow(f"/svar/{reply}/maerk", verdict="should_be_red", note="")
    assert "mener Clinician" in seen(clinician, reply)
    page = clinician.follow(f"/svar/{reply}/fortryd")
    assert "Svarets røde alarm står der stadig" in page
    assert "mener Clinician" not in seen(clinician, reply)
    assert "Du har ikke mærket dette svar" in clinician.follow(f"/svar/{reply}/fortryd")
    made = [action for action in actions(lite_world) if action.startswith("mark.")]
    assert made == ["mark.should_be_amber", "mark.should_be_red", "mark.withdraw"]


def test_a_colleagues_mark_is_seen_but_not_taken_back(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    first, second = sit("clinician"), sit("admin")
    first.text(FIRST)
    first.follow(f"/svar/{reply}/maerk", verdict="should_be_amber", note="")
    shown = seen(second, reply)
    assert "mener Clinician" in shown
    assert "Fortryd" not in shown
    second.follow(f"/svar/{reply}/fortryd")
    assert "mener Clinician" in seen(second, reply)


def test_a_reader_sees_marks_and_makes_none(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    clinician, reader = sit("clinician"), sit("reader")
    clinician.text(FIRST)
    clinician.follow(f"/svar/{reply}/maerk", verdict="should_be_amber", note="")
    shown = seen(reader, reply)
    assert "mener Clinician" in shown
    assert QUESTION not in shown
    assert "Fortryd" not in shown


@pytest.mark.parametrize("verdict", ["", "should_not_be_red", "grøn"])
def test_a_verdict_that_does_not_fit_is_refused_in_words(lite_world: World, clinician: Desk, verdict: str) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    clinician.text(FIRST)
    assert "Intet er gemt" in clinician.follow(f"/svar/{reply}/maerk", verdict=verdict, note="")
    with lite_world.session() as session:
        assert session.scalars(select(TriageMark)).all() == []


def test_a_mark_without_the_forms_token_is_refused(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    response = clinician.client.post(f"/svar/{reply}/maerk", data={"verdict": "should_be_red"})
    assert response.status_code == 400
    assert lite_world.alerts() == []


def test_the_list_shows_the_newest_first_with_what_it_was_read_as(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol(name="Karen Testsen")
    older, newer = lite_world.write(RED), lite_world.write(GREEN)
    clinician.text(FIRST)
    clinician.follow(f"/svar/{older}/maerk", verdict="should_not_be_red", note="talte med hende")
    lite_world.clock.forward(minutes=5)
    clinician.follow(f"/svar/{newer}/maerk", verdict="should_be_amber", note="")
    page = clinician.text(LIST)
    parts = ["kaffen løber", "Ingen flag fundet", "RØD", "kan ikke tisse", "»talte med hende«"]
    places = [page.index(part, page.index('id="maerke-')) for part in ("kaffen løber", "talte med hende")]
    assert all(part in page for part in parts)
    assert places == sorted(places)
    assert f'href="{FIRST}#svar-{older}"' in page
    assert lite_world.runtime.checker.rule_version in page
    assert actions(lite_world)[-1] == "mark.list"


def test_an_empty_list_says_how_to_mark(clinician: Desk) -> None:
    assert QUESTION in clinician.text(LIST)


def test_a_long_list_comes_in_pages(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    now = lite_world.clock()
    with lite_world.session() as session, session.begin():
        for number in range(PER_PAGE + 1):
            ids = {"provider_id": f"SM{number}", "clinic_id": "vest", "patient_id": 1, "sender": "", "recipient": ""}
            reply = Reply(body=f"svar nr. {number}.", received_at=now, processed_at=now, **ids)
            session.add(reply)
            session.flush()
            said = {"verdict": Verdict.SHOULD_BE_RED, "note": "", "level": "green", "rule_version": "1-x"}
            session.add(TriageMark(clinic_id="vest", reply_id=reply.id, staff_id=1, created_at=now, **said))
    assert clinician.text(LIST).count("<article") == PER_PAGE
    last = clinician.text(f"{LIST}?side=2")
    assert last.count("<article") == 1
    assert "svar nr. 0." in last
    for strange in ("0", "-3", "999999999999999999999", "x"):
        assert clinician.get(f"{LIST}?side={strange}").status_code == 200


def test_another_clinics_marks_are_neither_listed_nor_fetched(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    admin = sit("admin")
    admin.text(FIRST)
    admin.follow(f"/svar/{reply}/maerk", verdict="should_be_amber", note="")
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.add_staff("admin@nord.example", "admin", "nord")
    other = Desk(admin.app)
    other.log_in("admin@nord.example")
    assert "kaffen" not in other.text(LIST)
    assert other.post(FETCH).get_data(as_text=True) == ""
    assert "kaffen" in admin.post(FETCH).get_data(as_text=True)


def test_the_file_is_a_download_in_the_corpus_schema_without_what_names_the_patient(
    lite_world: World, sit: Sit
) -> None:
    lite_world.enrol(name="Karen Testsen")
    reply = lite_world.write("Hilsen Karen 20 12 34 56, kaffen løber")
    admin = sit("admin")
    admin.text(FIRST)
    admin.follow(f"/svar/{reply}/maerk", verdict="should_be_red", note="Karen ringede")
    assert "filen er helbredsoplysninger" in admin.text(LIST)
    response = admin.post(FETCH)
    assert response.headers["Content-Disposition"] == 'attachment; filename="maerkede-svar-vest-2026-11-23.jsonl"'
    assert response.headers["Cache-Control"] == "no-store"
    (line,) = (json.loads(line) for line in response.get_data(as_text=True).splitlines())
    assert line["text"] == "Hilsen [navn] [nummer], kaffen løber"
    assert (line["id"], line["level"], line["accept"]) == (f"M{reply}", "red", ["red"])
    assert actions(lite_world)[-1] == "mark.export"


def test_only_administrators_are_offered_the_file(lite_world: World, sit: Sit) -> None:
    lite_world.enrol()
    reply = lite_world.write(GREEN)
    clinician = sit("clinician")
    clinician.text(FIRST)
    clinician.follow(f"/svar/{reply}/maerk", verdict="should_be_amber", note="")
    assert FETCH not in clinician.text(LIST)
    assert clinician.post(FETCH).status_code == 403
    assert "mark.export" not in actions(lite_world)


def test_a_clinic_with_a_long_name_is_fetched_under_its_short_one(lite_world: World, sit: Sit) -> None:
    with lite_world.session() as session, session.begin():
        session.get_one(Clinic, "vest").name = 'Ryg "& Nakke'
    assert "vest" in sit("admin").post(FETCH).headers["Content-Disposition"]
