"""The list at a glance, the conversation, and pausing, resuming and stopping."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from bot.forms import set_form
from core.models import Audit, Enrolment, EnrolmentState, Message, MessageState, Reply
from scheduler.calendar import local
from tests.bot.staff.conftest import Desk, app_of
from tests.world import PHONE, SENDER, World

FIRST = "/patienter/1"


def test_the_list_shows_state_programme_week_and_last_reply(world: World) -> None:
    world.add_staff("mette@vest.example")
    world.enrol(name="Karen Testsen")
    world.drain()
    world.clock.forward(days=8)
    world.write("Tak, det går fint")
    desk = Desk(app_of(world))
    desk.log_in("mette@vest.example")
    page = desk.text("/patienter")
    weeks = world.runtime.content.programmes["akut-laend"].weeks
    for shown in ("Karen Testsen", "20 12 34 56", "I gang", f"uge 2 af {weeks}", "01-12-2026 kl. 10.00"):
        assert shown in page


def test_the_list_shows_the_worst_open_alert(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    assert "badge-red" not in clinician.text("/patienter")
    lite_world.write("jeg kan ikke tisse")
    assert "badge-red" in clinician.text("/patienter")


def test_another_clinics_patients_are_not_listed_or_shown(lite_world: World, clinician: Desk) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    lite_world.enrol(clinic_id="nord", name="Fremmed Person")
    assert "Fremmed" not in clinician.text("/patienter")
    assert clinician.get(FIRST).status_code == 404


def test_the_conversation_holds_texts_replies_and_alerts_in_order(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.drain()
    lite_world.clock.forward(minutes=20)
    lite_world.write("Hej, jeg kan ikke tisse")
    lite_world.drain()
    page = clinician.text(FIRST)
    thread = page[page.index('class="thread"') : page.index('id="seneste"')]
    welcome, reply, alert, advice = (
        thread.index(text) for text in ("STOP", 'id="svar-1"', 'id="alarm-1"', "Automatisk råd")
    )
    assert welcome < reply < alert < advice
    assert "<mark title=" in thread
    assert "RØD" in thread
    assert "Mandag 23-11-2026 · uge 48" in thread


def test_the_head_names_the_numbers_to_call(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    page = clinician.text(FIRST)
    for shown in ("20 12 34 56", "86 12 34 56", "Region Midtjylland", "70 11 31 31", "Akutte", "uge 1 af"):
        assert shown in page


def test_a_text_that_was_not_delivered_says_why(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        message = session.scalars(select(Message).order_by(Message.due_at)).first()
        assert message is not None
        message.state, message.error_code, message.sent_at = MessageState.UNDELIVERED, "30003", lite_world.clock()
    assert "ikke leveret: telefonen er slukket eller uden dækning" in clinician.text(FIRST)


@pytest.mark.parametrize("state", list(MessageState))
def test_every_state_a_text_can_be_in_is_said_in_danish(
    lite_world: World, clinician: Desk, state: MessageState
) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        for message in session.scalars(select(Message)):
            message.state = state
    page = clinician.text(FIRST)
    assert f">{state}<" not in page
    assert f">{state}:" not in page


def test_a_reply_of_the_patient_is_shown_as_text(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.write('<img src=x onerror="alert(1)"> kan ikke tisse')
    page = clinician.text(FIRST)
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_acting_on_an_alert_in_the_conversation_leads_back_to_it(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.write("jeg kan ikke tisse")
    clinician.text(FIRST)
    assert clinician.post("/alarmer/1/kvitter", next=FIRST).location == f"{FIRST}#alarm-1"
    assert "kvitteret af Clinician" in clinician.text(FIRST)


def test_pausing_until_a_day_and_resuming(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    clinician.text(FIRST)
    page = clinician.follow(f"{FIRST}/pause", until="2026-12-01")
    assert "Forløbet er på pause til 01-12-2026" in page
    assert "På pause" in page
    until = lite_world.enrolment().paused_until
    assert until is not None
    assert local(until).date() == date(2026, 12, 1)
    assert "i gang igen" in clinician.follow(f"{FIRST}/genoptag")
    assert lite_world.enrolment().state == EnrolmentState.ACTIVE


def test_pausing_without_a_day_waits_for_somebody(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    clinician.text(FIRST)
    assert "indtil nogen genoptager" in clinician.follow(f"{FIRST}/pause", until="")
    assert lite_world.enrolment().paused_until is None


@pytest.mark.parametrize("until", ["2026-11-23", "2020-01-01", "i morgen", "31-02-2027"])
def test_a_pause_until_a_day_that_cannot_be_is_refused(lite_world: World, clinician: Desk, until: str) -> None:
    lite_world.enrol()
    clinician.text(FIRST)
    assert "Vælg en dato efter i dag" in clinician.follow(f"{FIRST}/pause", until=until)
    assert lite_world.enrolment().state == EnrolmentState.ACTIVE


def test_stopping_asks_first_and_then_cancels_what_is_planned(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol(name="Karen Testsen")
    assert "Stop forløbet for Karen Testsen?" in clinician.text(f"{FIRST}/stop")
    page = clinician.follow(f"{FIRST}/stop", reason="Patienten ønsker det")
    assert "Forløbet er stoppet" in page
    assert "Stop forløbet</a>" not in page
    assert lite_world.enrolment().state == EnrolmentState.STOPPED
    assert {message.state for message in lite_world.messages()} == {MessageState.CANCELLED}


def test_stopping_needs_a_reason_from_the_list(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    clinician.text(f"{FIRST}/stop")
    response = clinician.post(f"{FIRST}/stop", reason="fordi")
    assert response.status_code == 400
    assert "Vælg, hvorfor forløbet stoppes" in response.get_data(as_text=True)
    assert lite_world.enrolment().state == EnrolmentState.ACTIVE


@pytest.mark.parametrize("act", ["pause", "genoptag", "stop", "saedvanlige-oevelser"])
def test_acting_on_a_course_that_is_over_says_so(lite_world: World, clinician: Desk, act: str) -> None:
    lite_world.enrol()
    with lite_world.session() as session, session.begin():
        session.scalars(select(Enrolment)).one().state = EnrolmentState.COMPLETED
    clinician.text(FIRST)
    page = clinician.follow(f"{FIRST}/{act}", reason="Andet", until="")
    assert "slut" in page
    assert lite_world.enrolment().state == EnrolmentState.COMPLETED


def test_seeing_a_patient_stands_in_the_audit_log(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    clinician.text(FIRST)
    clinician.text("/patienter")
    with lite_world.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action.like("patient.%")).order_by(Audit.id)).all()
    assert [(row.action, row.object_type, row.object_id) for row in rows] == [
        ("patient.view", "patient", "1"),
        ("patient.list", "clinic", "vest"),
    ]


def test_the_patients_wishes_stand_among_the_facts_and_staff_reset_them(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    assert "Ønsker" not in clinician.text(FIRST)
    lite_world.write("om morgenen")
    lite_world.write("færre beskeder")
    page = clinician.text(FIRST)
    assert "<dt>Ønsker</dt><dd>om morgenen, færre beskeder" in page
    assert "Om morgenen: skrevet af patienten 23-11-2026 kl. 10.00" in page
    page = clinician.follow(f"{FIRST}/glem-oensker")
    assert "Ønskerne er nulstillet" in page
    assert "<dt>Ønsker</dt>" not in page
    with lite_world.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "enrolment.forget_wishes")).all()
    assert [row.staff_id for row in rows] == [1]


def test_a_pause_of_the_patients_own_is_shown_as_a_wish(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.write("pause til mandag")
    assert "pause til 30-11-2026" in clinician.text(FIRST)


def test_why_a_patient_stopped_is_shown(lite_world: World, clinician: Desk) -> None:
    lite_world.enrol()
    lite_world.drain()
    lite_world.write("STOP")
    lite_world.drain()
    lite_world.write("rask")
    assert "<dt>Hvorfor STOP</dt><dd>rask</dd>" in clinician.text(FIRST)


def test_easier_exercises_stand_among_the_facts_with_the_reason_and_staff_set_them_back(
    lite_world: World, clinician: Desk
) -> None:
    lite_world.enrol()
    assert "Øvelser</dt>" not in clinician.text(FIRST)
    with lite_world.session() as session, session.begin():
        enrolment = session.scalars(select(Enrolment)).one()
        reason = "øvelse eller gåtur er sprunget over to gange i træk"
        set_form(session, lite_world.runtime.content, enrolment, "easier", reason=reason, now=lite_world.clock())
    page = clinician.text(FIRST)
    assert f"<dt>Øvelser</dt><dd>Lettere øvelser siden 23-11-2026: {reason}" in page
    assert "lidt lettere" in page
    page = clinician.follow(f"{FIRST}/saedvanlige-oevelser")
    assert "Patienten får igen de sædvanlige øvelser" in page
    assert "Sædvanlige øvelser igen siden 23-11-2026: valgt af klinikken" in page
    assert "lidt lettere" not in page
    assert "Brug sædvanlige øvelser" not in page
    with lite_world.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "enrolment.form_usual")).all()
    assert [row.staff_id for row in rows] == [1]


def test_exercises_missed_again_are_shown(lite_world: World, clinician: Desk) -> None:
    enrolment_id = lite_world.enrol()
    with lite_world.session() as session, session.begin():
        for number in range(3):
            session.add(
                Reply(
                    provider_id=f"SM{number}", enrolment_id=enrolment_id, sender=PHONE, recipient=SENDER, body="nej",
                    question="exercise", answer_value="no", received_at=lite_world.clock(),
                )
            )  # fmt: skip
    assert "Sprunget over 3 gange i træk" in clinician.text(FIRST)
