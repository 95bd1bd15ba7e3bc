"""A reply from the raw text to what patient and staff see: promises 1 to 3 and 7."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select

from bot.course import stop
from core.models import Enrolment, MessageKind, MessageState, Reply, Triage
from scheduler.calendar import TZ
from scheduler.claims import claim
from tests.world import DOCTOR, MONDAY, PHONE, SENDER, World

RED = "kan ikke mærke mig selv i skridtet"


def count(world: World, table: type) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def ask_screening(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    assert world.messages(MessageState.SENT)[-1].question == "screening"
    world.clock.forward(minutes=1)


def test_a_red_reply_commits_triage_alert_and_advice_together(world: World) -> None:
    world.enrol()
    reply_id = world.write(RED)
    (alert,) = world.alerts()
    assert (alert.reply_id, alert.kind, alert.colour, alert.state) == (reply_id, "reply", "red", "open")
    (text,) = world.advice()
    assert text.reply_id == reply_id
    assert text.due_at == world.clock()
    with world.session() as session:
        triage = session.scalars(select(Triage)).one()
        assert (triage.level, triage.flags) == ("red", ["saddle_anaesthesia"])
        assert triage.rule_version
        for evidence in triage.evidence:
            assert RED[evidence["start"] : evidence["end"]] == evidence["text"]


@pytest.mark.parametrize(
    ("wall", "called"),
    [
        (datetime(2026, 11, 23, 10, 0), "86 12 34 56"),
        (datetime(2026, 11, 23, 23, 30), "70 11 31 31"),
        (datetime(2026, 11, 22, 12, 0), "70 11 31 31"),
        (datetime(2026, 12, 24, 10, 0), "70 11 31 31"),
    ],
)
def test_advice_leaves_at_once_at_any_hour_with_the_number_that_answers_then(
    lite_world: World, wall: datetime, called: str
) -> None:
    lite_world.enrol(doctor_phone=DOCTOR)
    lite_world.clock.now = wall.replace(tzinfo=TZ).astimezone(MONDAY.tzinfo)
    lite_world.write(RED)
    lite_world.drain()
    told = [body for body in lite_world.sent_bodies() if "Vent ikke på svar" in body]
    assert len(told) == 1
    assert called in told[0]
    assert "112" in told[0]


@pytest.mark.parametrize(
    ("region", "number"),
    [
        ("hovedstaden", "1813"),
        ("sjaelland", "1818"),
        ("syddanmark", "70 11 07 07"),
        ("midtjylland", "70 11 31 31"),
        ("nordjylland", "70 15 03 00"),
    ],
)
def test_advice_names_the_patients_own_region(lite_world: World, region: str, number: str) -> None:
    lite_world.enrol(region=region)
    lite_world.clock.forward(hours=10)
    lite_world.write(RED)
    assert number in lite_world.advice()[0].body


def test_red_is_read_before_stop(world: World) -> None:
    world.enrol()
    world.write("STOP kan ikke tisse")
    assert [alert.colour for alert in world.alerts()] == ["red"]
    assert len(world.advice()) == 1


def test_a_replayed_provider_id_is_one_reply(world: World) -> None:
    world.enrol()
    first = world.write(RED, provider_id="SM1")
    assert world.write("noget andet", provider_id="SM1") == first
    assert count(world, Reply) == 1
    assert len(world.alerts()) == 1
    assert len(world.advice()) == 1


def test_stop_cancels_the_course_and_is_confirmed_once(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(hours=1)
    world.write("Stop. Tak")
    world.drain()
    assert "START" in world.sent_bodies()[-1]
    assert world.enrolment().state == "stopped"
    sent = len(world.gateway.sent)
    world.write("STOP")
    world.clock.forward(days=8)
    world.drain()
    assert len(world.gateway.sent) == sent


def test_a_red_reply_after_stop_is_a_call_for_staff_and_sends_nothing(world: World) -> None:
    world.enrol()
    world.write("stop")
    world.drain()
    sent = len(world.gateway.sent)
    world.clock.forward(days=1)
    world.write(RED)
    world.drain()
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("call_back", "red")]
    assert len(world.gateway.sent) == sent


def test_start_opens_the_line_and_takes_the_course_up_where_it_is_now(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=3)
    world.write("stop")
    world.clock.forward(days=10)
    world.write("START")
    assert world.patient().opted_out_at is None
    assert world.enrolment().state == "active"
    waiting = world.messages(MessageState.PLANNED, MessageState.HELD)
    steps = [message for message in waiting if message.kind == MessageKind.STEP]
    assert {message.plan_version for message in steps} == {2}
    assert all(message.due_at > world.clock() for message in steps)
    world.drain()
    assert "Nu får du sms" in world.sent_bodies()[-1]


def test_start_does_not_revive_a_course_that_staff_stopped(world: World) -> None:
    enrolment_id = world.enrol()
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, enrolment_id)
        stop(session, enrolment, now=world.clock(), reason="flyttet", staff_id=None)
    world.write("START")
    assert world.enrolment().state == "stopped"


def test_an_unknown_sender_goes_to_staff_with_one_polite_answer_a_day(world: World) -> None:
    for _ in range(3):
        world.write("hvem er det", sender="+4520999999")
    world.drain()
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("unknown_sender", "amber")] * 3
    assert len(world.gateway.sent) == 1
    world.clock.forward(hours=25)
    world.write("hallo", sender="+4520999999")
    world.drain()
    assert len(world.gateway.sent) == 2


def test_a_red_text_from_an_unknown_sender_is_red(world: World) -> None:
    world.write(RED, sender="+4520999999")
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("unknown_sender", "red")]


@pytest.mark.parametrize("sender", ["PostNord", "1244", ""])
def test_a_sender_that_is_no_telephone_is_seen_but_not_answered(world: World, sender: str) -> None:
    world.write("Din pakke er klar", sender=sender)
    world.drain()
    assert len(world.alerts()) == 1
    assert world.gateway.sent == []


def test_a_patient_writing_by_whatsapp_is_known(world: World) -> None:
    world.enrol()
    world.write(RED, sender=f"whatsapp:{PHONE}")
    assert [alert.kind for alert in world.alerts()] == ["reply"]


def test_an_empty_text_goes_to_staff(world: World) -> None:
    world.enrol()
    world.write("")
    assert [alert.kind for alert in world.alerts()] == ["unreadable"]


def test_a_reply_after_the_course_is_seen(world: World) -> None:
    world.enrol()
    world.clock.forward(days=100)
    world.drain()
    world.write("tak for hjælpen")
    assert [alert.kind for alert in world.alerts()] == ["outside_course"]


def test_a_bare_yes_answers_the_last_question_asked(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    world.write("ja")
    assert [alert.colour for alert in world.alerts()] == ["red"]


def test_a_bare_yes_days_after_an_open_screening_is_still_its_answer(world: World) -> None:
    ask_screening(world)
    world.clock.forward(hours=100)
    world.write("ja")
    assert [alert.colour for alert in world.alerts()] == ["red"]


def test_a_yes_that_is_quicker_than_the_workers_record_is_read_as_the_answer(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    with world.session() as session, session.begin():
        assert claim(session, "w", 5, world.clock())
    world.clock.forward(seconds=8)
    world.write("JA")
    assert [alert.colour for alert in world.alerts()] == ["red"]


def test_an_answered_question_is_not_open_any_more(world: World) -> None:
    ask_screening(world)
    world.write("Nej")
    world.clock.forward(minutes=1)
    world.write("Tak")
    assert world.alerts() == []
    with world.session() as session:
        assert session.scalars(select(Reply.question).order_by(Reply.id)).all() == ["screening", None]


def test_advice_already_owed_leaves_though_the_patient_sends_stop_and_staff_must_ring(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.clock.forward(seconds=1)
    world.write("STOP")
    world.drain()
    assert any("Vent ikke på svar" in body for body in world.sent_bodies())
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("reply", "red"), ("call_back", "red")]


def test_many_small_replies_do_not_use_up_the_advice(world: World) -> None:
    world.enrol()
    for number in range(25):
        world.write(f"har gået en tur på {number} minutter")
    world.write(RED)
    assert len(world.advice()) == 1


def test_two_machines_talking_are_cut_off_while_the_alerts_go_on(world: World) -> None:
    world.enrol()
    for _ in range(30):
        world.write("Automatisk svar: jeg kan ikke tisse")
    assert len(world.alerts()) == 30
    assert len(world.advice()) == 20


def test_a_number_two_clinics_know_belongs_to_the_one_written_to(world: World) -> None:
    world.add_clinic("oest", sender="+4552599999")
    world.enrol()
    world.clock.forward(minutes=1)
    world.enrol(clinic_id="oest")
    world.write(RED, to=SENDER)
    assert [alert.clinic_id for alert in world.alerts()] == ["vest"]
