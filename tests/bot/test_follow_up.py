"""What follows a red reply: holds, the contact check, alerts that close. Promise 6."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy import text as text_clause
from sqlalchemy.exc import OperationalError

from bot.alerts import acknowledge, resolve
from bot.course import stop
from core.gateway import SendError, Verdict
from core.models import Enrolment, Message, MessageKind, MessageState
from scheduler.holding import apply_holds
from scheduler.outbox import lock_patient
from scheduler.planning import HELD_RED, Facts
from tests.world import MONDAY, World, make_world

RED = "kan ikke mærke mig selv i skridtet"


def ask_about_doctor(world: World) -> None:
    """A red reply, its advice, and 46 minutes later the question whether a doctor was reached."""
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.drain()


def test_exercise_and_reassurance_wait_until_staff_resolve_the_alert(world: World) -> None:
    world.enrol()
    staff = world.add_staff()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    world.write(RED)
    held = [message for message in world.messages(MessageState.HELD) if message.reason == HELD_RED]
    assert {message.purpose for message in held} >= {"exercise", "reassurance", "activity"}
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        acknowledge(session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), note="")
    assert any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    with world.session() as session, session.begin():
        resolve(
            session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), outcome="talked", note="set i dag"
        )
    assert not any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    planned = {message.purpose for message in world.messages(MessageState.PLANNED)}
    assert "exercise" in planned
    assert "reassurance" not in planned


def test_reassurance_is_released_by_a_clean_answer_to_the_screening(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    assert "reassurance" not in {message.purpose for message in world.messages(MessageState.PLANNED)}
    world.write("NEJ!!")
    released = [m for m in world.messages(MessageState.PLANNED) if m.purpose == "reassurance"]
    assert len(released) == 1


def test_the_bot_asks_once_whether_a_doctor_was_reached_and_silence_is_red(world: World) -> None:
    ask_about_doctor(world)
    assert "Fik du fat i en læge" in world.sent_bodies()[-1]
    world.clock.forward(minutes=31)
    world.drain()
    world.clock.forward(minutes=31)
    world.drain()
    assert [alert.kind for alert in world.alerts()] == ["reply", "no_contact"]
    assert sum("Fik du fat" in body for body in world.sent_bodies()) == 1


@pytest.mark.parametrize(("answer", "kinds"), [("ja", ["reply"]), ("nej", ["reply", "no_contact"])])
def test_the_answer_to_the_contact_check_is_read_as_such(world: World, answer: str, kinds: list[str]) -> None:
    ask_about_doctor(world)
    world.clock.forward(minutes=1)
    world.write(answer)
    assert [alert.kind for alert in world.alerts()] == kinds


def test_two_red_replies_in_a_row_lead_to_one_contact_check(world: World) -> None:
    world.enrol()
    world.write(RED)
    world.clock.forward(minutes=2)
    world.write("og jeg kan ikke tisse")
    waiting = [m for m in world.messages(MessageState.PLANNED) if m.kind == MessageKind.CONTACT_CHECK]
    assert len(waiting) == 1


def test_advice_that_expires_is_red(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.clock.forward(hours=25)
    world.drain()
    assert {alert.kind for alert in world.alerts()} >= {"reply", "call_back", "no_contact"}
    assert {alert.colour for alert in world.alerts()} == {"red"}


def test_a_contact_check_that_cannot_be_sent_is_red(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.gateway.errors = [SendError(Verdict.REFUSED, "21614")]
    world.drain()
    assert ("no_contact", "red") in [(alert.kind, alert.colour) for alert in world.alerts()]


def test_an_unknown_fate_of_the_contact_check_does_not_hide_the_silence(world: World) -> None:
    world.enrol()
    world.drain()
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.gateway.errors = [SendError(Verdict.UNKNOWN, "no answer")]
    world.book.unreadable = 10**6
    world.drain()
    world.clock.forward(minutes=40)
    world.drain()
    assert [alert.kind for alert in world.alerts()] == ["reply", "unsettled", "no_contact"]


@pytest.mark.parametrize("text", ["hjælp", "pause", "start", "?"])
def test_a_command_is_no_answer_to_whether_a_doctor_was_reached(world: World, text: str) -> None:
    ask_about_doctor(world)
    world.clock.forward(minutes=1)
    world.write(text)
    assert [alert.kind for alert in world.alerts()] == ["reply", "no_contact"]


def test_a_closed_alarm_takes_the_contact_check_with_it(world: World) -> None:
    world.enrol()
    staff = world.add_staff()
    world.drain()
    world.write(RED)
    world.drain()
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        resolve(session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), outcome="false_alarm", note="")
    world.clock.forward(hours=2)
    world.drain()
    assert not any("Fik du fat" in body for body in world.sent_bodies())
    assert len(world.alerts()) == 1


def test_a_later_course_is_held_and_released_by_the_patients_alerts(world: World) -> None:
    first = world.enrol()
    staff = world.add_staff()
    world.write(RED)
    with world.session() as session, session.begin():
        stop(session, session.get_one(Enrolment, first), now=world.clock(), reason="skift", staff_id=None)
    world.enrol(programme="langvarig")
    assert any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        resolve(session, alert.id, clinic_id="vest", staff_id=staff, now=world.clock(), outcome="talked", note="")
    assert not any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))


def test_one_patient_is_changed_by_one_transaction_at_a_time(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    world.enrol()
    staff = world.add_staff()
    world.write(RED)
    (alert,) = world.alerts()
    with world.session() as first, world.session() as second:
        lock_patient(first, alert.patient_id or 0)
        second.execute(text_clause("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            resolve(second, alert.id, clinic_id="vest", staff_id=staff, now=MONDAY, outcome="talked", note="")
    world.close()


def test_a_hold_never_touches_a_text_that_a_worker_has_sent_meanwhile(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    enrolment_id = world.enrol()
    with world.session() as session:
        rows = session.scalars(select(Message).where(Message.purpose == "activity")).all()
        with world.session() as worker, worker.begin():
            worker.execute(update(Message).where(Message.id == rows[0].id).values(state=MessageState.SENT))
        apply_holds(session, enrolment_id, Facts(red_open=True, paused=False, clean_at=None), world.clock())
        session.commit()
    assert rows[0].id in [message.id for message in world.messages(MessageState.SENT)]
    world.close()
