"""A staff member's text to a patient: once, in its hours, never to somebody who said STOP; the answer is for people."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.writing import Refusal, Written, write
from core.models import AlertKind, Audit, Colour, Message, MessageKind, MessageState, Patient, Reply
from scheduler.calendar import local
from tests.world import MONDAY, World


@pytest.fixture
def begun(world: World) -> World:
    world.add_staff()
    world.enrol()
    world.drain()
    return world


def send(world: World, text: str, token: str = "t1", when: str = "now", *, sure: bool = False) -> Message | Refusal:
    with world.session() as session:
        patient = session.scalars(select(Patient)).one()
        result = write(session, patient, Written(text, token, when, sure=sure), now=world.clock(), staff_id=1)
        session.commit()
    return result


def written(world: World) -> list[Message]:
    return [row for row in world.messages() if row.kind == MessageKind.STAFF]


def test_a_text_leaves_at_once_with_the_clinics_name_and_who_wrote_it(begun: World) -> None:
    assert isinstance(send(begun, "Vi ringer i dag"), Message)
    begun.drain()
    assert begun.sent_bodies()[-1] == "Rygklinik Vest: Vi ringer i dag"
    assert [(row.state, row.staff_id) for row in written(begun)] == [(MessageState.SENT, 1)]
    with begun.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.action == "message.write")).all()


def test_the_same_form_sends_one_text_however_often_it_comes(begun: World) -> None:
    send(begun, "Vi ringer i dag")
    assert send(begun, "Vi ringer i dag") is Refusal.ALREADY
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(send, begun, "Ring til os", "t2") for _ in range(2)]
    assert sorted(future.result() is Refusal.ALREADY for future in both) == [False, True]
    assert len(written(begun)) == 2


def test_who_has_sent_stop_is_not_written_to(begun: World) -> None:
    begun.write("STOP")
    assert send(begun, "Vi ringer i dag") is Refusal.OPTED_OUT
    assert written(begun) == []


def test_what_must_not_go_is_stopped_and_what_is_doubtful_wants_a_yes(begun: World) -> None:
    assert send(begun, "Dit nummer er 010203-1234", sure=True) is Refusal.STOP
    assert send(begun, "Det er en prolaps") is Refusal.DOUBT
    assert isinstance(send(begun, "Det er en prolaps", sure=True), Message)
    with begun.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.action == "message.write_in_doubt")).all()


def test_reassurance_beside_an_open_red_alert_wants_a_yes(begun: World) -> None:
    assert isinstance(send(begun, "Det er helt normalt", "a"), Message)
    begun.write("jeg kan ikke tisse")
    assert send(begun, "Det er helt normalt", "b") is Refusal.DOUBT


def test_outside_the_clinics_hours_one_says_when(begun: World) -> None:
    begun.clock.now = MONDAY.replace(hour=21)
    assert send(begun, "Vi ringer i morgen") is Refusal.ASK
    morning = send(begun, "Vi ringer i morgen", when="opening")
    assert isinstance(morning, Message)
    assert local(morning.due_at) == local(MONDAY).replace(hour=9) + timedelta(days=1)
    assert isinstance(send(begun, "Ring 112 nu", "t2", when="night"), Message)
    begun.drain()
    assert begun.sent_bodies()[-1].endswith("Ring 112 nu")
    begun.run_until(morning.due_at + timedelta(minutes=1))
    assert "Rygklinik Vest: Vi ringer i morgen" in begun.sent_bodies()


def test_a_no_to_a_question_of_the_staff_is_no_clean_screening_but_theirs_to_read(begun: World) -> None:
    begun.run_until(MONDAY + timedelta(days=1, hours=3))
    assert begun.enrolment().screening_clean_at is None
    send(begun, "Har du fået det værre?")
    begun.drain()
    begun.clock.forward(minutes=10)
    reply_id = begun.write("Nej")
    assert begun.enrolment().screening_clean_at is None
    assert [(alert.kind, alert.colour) for alert in begun.alerts()] == [(AlertKind.REPLY, Colour.AMBER)]
    asked = written(begun)[0].id
    with begun.session() as session:
        assert session.get_one(Reply, reply_id).answers_id == asked
    begun.clock.forward(minutes=10)
    begun.write("Nej")
    assert begun.enrolment().screening_clean_at is not None, "the next no is for the question that is still open"


def test_a_no_to_the_staff_beside_an_open_red_alert_is_red(begun: World) -> None:
    begun.write("jeg kan ikke tisse")
    send(begun, "Har du fået fat i en læge?")
    begun.drain()
    begun.clock.forward(minutes=5)
    begun.write("Nej")
    assert begun.alerts()[-1].colour == Colour.RED


def test_a_symptom_in_answer_to_the_staff_is_red_as_always(begun: World) -> None:
    send(begun, "Hvordan går det?")
    begun.drain()
    begun.write("Jeg kan ikke holde på vandet mere")
    assert begun.alerts()[-1].colour == Colour.RED
    assert begun.advice()


def test_a_text_that_asks_nothing_leaves_the_screening_open(begun: World) -> None:
    begun.run_until(MONDAY + timedelta(days=1, hours=3))
    send(begun, "Vi ses på torsdag")
    begun.drain()
    begun.write("Nej")
    assert begun.enrolment().screening_clean_at == begun.clock()


def test_a_text_that_does_not_arrive_is_told(begun: World) -> None:
    from bot.delivery import take_receipt

    send(begun, "Vi ringer i dag")
    begun.drain()
    row = written(begun)[0]
    with begun.session() as session, session.begin():
        take_receipt(
            session, message_id=row.id, provider_id=row.provider_id or "", status="undelivered", error_code="30005",
            now=begun.clock(),
        )  # fmt: skip
    assert [alert.kind for alert in begun.alerts()] == [AlertKind.UNDELIVERED]
