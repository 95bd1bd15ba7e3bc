"""An unanswered screening: one reminder, then a blue alert and fewer texts until the patient writes. Promise 12."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.alerts import resolve
from bot.course import pause, stop
from bot.silence import raise_silences
from core.gateway import SendError, Verdict
from core.models import Audit, Clinic, Enrolment, Message, MessageKind, MessageState, Reply
from messages.schema import Purpose
from scheduler.outbox import Draft, enqueue
from scheduler.planning import OPTIONAL
from tests.bot.silent import (
    ASKED,
    RED,
    REMINDED,
    SECOND_ASKED,
    held_by_silence,
    kinds,
    reminders,
    silent_until,
    started,
)
from tests.world import MONDAY, World


def close(world: World, *, texts_again: bool) -> None:
    staff = world.add_staff()
    (alert,) = world.alerts()
    with world.session() as session, session.begin():
        resolve(
            session,
            alert.id,
            clinic_id="vest",
            staff_id=staff,
            now=world.clock(),
            outcome="talked",
            note="",
            texts_again=texts_again,
        )


def test_an_unanswered_screening_is_asked_again_after_a_day_and_then_raises_a_blue_alert(world: World) -> None:
    silent_until(world, 23)
    assert reminders(world) == []
    world.run_until(REMINDED)
    (reminder,) = reminders(world)
    assert reminder.body in world.sent_bodies()
    assert "så vi spørger igen. Er noget af dette nyt?" in reminder.body
    assert (reminder.question, reminder.due_at, world.alerts()) == ("screening", REMINDED, [])
    world.run_until(REMINDED + timedelta(hours=24, minutes=30))
    world.drain()
    assert kinds(world) == [("silent", "blue")]
    assert len(reminders(world)) == 1


@pytest.mark.parametrize("late", [timedelta(minutes=-20), timedelta(hours=2)])
def test_an_answer_before_or_after_the_reminder_settles_both(world: World, late: timedelta) -> None:
    started(world)
    world.run_until(REMINDED + late)
    reply_id = world.write("nej")
    world.run_until(REMINDED + timedelta(days=2))
    assert world.alerts() == []
    assert len(reminders(world)) == (late > timedelta(0))
    assert world.enrolment().screening_clean_at is not None
    with world.session() as session:
        screening = session.scalar(select(Message).where(Message.step_id == "tjek-uge-1"))
        reply = session.get_one(Reply, reply_id)
        assert screening is not None
        assert (reply.question, reply.answers_id) == ("screening", screening.id)


def test_a_no_to_the_next_question_is_not_read_as_another_answer_to_the_screening(world: World) -> None:
    silent_until(world, 25)
    world.write("nej")
    world.clock.forward(minutes=5)
    reply_id = world.write("nej")
    with world.session() as session:
        assert session.get_one(Reply, reply_id).question is None


def test_a_yes_to_the_reminder_is_red(world: World) -> None:
    silent_until(world, 25)
    world.write("ja")
    assert kinds(world) == [("reply", "red")]


def test_a_reply_takes_back_a_reminder_that_has_not_left(world: World) -> None:
    silent_until(world, 23)
    world.clock.forward(hours=1)
    with world.session() as session, session.begin():
        raise_silences(session, world.runtime.content, world.clock())
    world.write("det går fint")
    world.drain()
    assert [row.state for row in reminders(world)] == [MessageState.CANCELLED]


def test_a_reminder_yields_to_a_text_on_its_day_and_staff_are_told_at_once(world: World) -> None:
    started(world, programme="hekseskud")
    world.run_until(ASKED)
    world.write("nej")
    world.run_until(SECOND_ASKED + timedelta(hours=24))
    assert reminders(world) == []
    assert kinds(world) == [("silent", "blue")]


def test_a_reminder_that_cannot_be_sent_does_not_hide_the_silence(world: World) -> None:
    silent_until(world, 23)
    world.clock.forward(hours=1)
    world.gateway.errors = [SendError(Verdict.REFUSED, "21614")]
    world.drain()
    world.drain()
    assert ("silent", "blue") in kinds(world)


def test_an_unknown_fate_of_the_reminder_does_not_hide_the_silence(world: World) -> None:
    silent_until(world, 23)
    world.clock.forward(hours=1)
    world.gateway.errors = [SendError(Verdict.UNKNOWN, "no answer")]
    world.book.unreadable = 10**6
    world.run_until(REMINDED + timedelta(hours=25))
    assert [row.state for row in reminders(world)] == [MessageState.UNKNOWN]
    assert ("silent", "blue") in kinds(world)


def test_a_patient_with_an_open_red_alert_is_not_reminded(world: World) -> None:
    started(world)
    world.write(RED)
    world.drain()
    world.clock.forward(minutes=46)
    world.drain()
    world.write("ja")
    world.run_until(ASKED + timedelta(hours=25))
    assert reminders(world) == []
    assert kinds(world) == [("reply", "red"), ("silent", "blue")]


def test_nobody_is_reminded_in_a_pause_or_after_a_stop(world: World) -> None:
    enrolment_id = started(world)
    started(world, phone="+4520123457")
    world.run_until(ASKED + timedelta(hours=23))
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, enrolment_id)
        pause(session, enrolment, now=world.clock(), until=None, staff_id=None)
    world.write("STOP", sender="+4520123457")
    world.run_until(ASKED + timedelta(days=5))
    assert reminders(world) == []
    assert ("silent", "blue") not in kinds(world)


def test_a_reminder_waits_in_the_outbox_while_staff_pause_the_course(world: World) -> None:
    silent_until(world, 23)
    world.clock.forward(hours=1)
    with world.session() as session, session.begin():
        raise_silences(session, world.runtime.content, world.clock())
        pause(session, session.scalars(select(Enrolment)).one(), now=world.clock(), until=None, staff_id=None)
    before = len(world.gateway.sent)
    world.run_until(REMINDED + timedelta(days=1))
    assert len(world.gateway.sent) == before
    assert [row.state for row in reminders(world)] == [MessageState.EXPIRED]


def test_a_course_that_staff_stop_takes_the_reminder_with_it(world: World) -> None:
    silent_until(world, 23)
    world.clock.forward(hours=1)
    with world.session() as session, session.begin():
        raise_silences(session, world.runtime.content, world.clock())
        stop(session, session.scalars(select(Enrolment)).one(), now=world.clock(), reason="Andet", staff_id=None)
    assert [row.state for row in reminders(world)] == [MessageState.CANCELLED]


def test_a_reminder_that_did_not_leave_in_time_does_not_go_out_at_night_and_staff_are_told(world: World) -> None:
    with world.session() as session, session.begin():
        session.get_one(Clinic, "vest").window_closes = 11 * 60
    silent_until(world, 23)
    world.clock.forward(hours=1)
    world.gateway.errors = [SendError(Verdict.NOT_SENT, "20429")] * 3
    world.drain()
    before = len(world.gateway.sent)
    world.clock.forward(minutes=31)
    world.gateway.errors = []
    world.drain()
    assert len(world.gateway.sent) == before
    world.run_until(REMINDED + timedelta(hours=13))
    world.drain()
    assert [row.state for row in reminders(world)] == [MessageState.EXPIRED]
    assert kinds(world) == [("silent", "blue")]


def test_a_silence_has_one_reminder_and_one_open_alert_however_long_it_lasts(lite_world: World) -> None:
    started(lite_world)
    lite_world.run_until(MONDAY + timedelta(days=20))
    assert len(reminders(lite_world)) == 1
    assert kinds(lite_world) == [("silent", "blue")]


def test_a_new_silence_has_a_reminder_of_its_own(lite_world: World) -> None:
    silent_until(lite_world, 25)
    lite_world.write("nej")
    lite_world.run_until(SECOND_ASKED + timedelta(hours=25))
    assert len(reminders(lite_world)) == 2


def test_from_the_blue_alert_on_optional_texts_are_held_until_the_patient_writes(world: World) -> None:
    silent_until(world, 49)
    assert held_by_silence(world) == set(OPTIONAL)
    planned = {row.purpose for row in world.messages(MessageState.PLANNED)}
    assert planned == {Purpose.SCREENING, Purpose.QUESTION, Purpose.EXERCISE, Purpose.CLOSING}
    assert world.enrolment().silent_since is not None
    world.write("hej, jeg har været på ferie")
    assert held_by_silence(world) == set()
    assert world.enrolment().silent_since is None
    assert "activity" in {row.purpose for row in world.messages(MessageState.PLANNED)}


@pytest.mark.parametrize("texts_again", [True, False])
def test_a_closed_alert_lets_the_texts_go_only_when_staff_say_so(world: World, *, texts_again: bool) -> None:
    silent_until(world, 49)
    close(world, texts_again=texts_again)
    assert bool(held_by_silence(world)) is not texts_again
    with world.session() as session:
        actions = session.scalars(select(Audit.action)).all()
    assert ("enrolment.texts_again" in actions) is texts_again
    world.run_until(SECOND_ASKED + timedelta(hours=25))
    assert len(reminders(world)) == 1
    assert kinds(world) == [("silent", "blue")] * 2


def test_the_database_takes_one_reminder_of_a_question(world: World) -> None:
    silent_until(world, 25)
    (reminder,) = reminders(world)
    again = Draft(MessageKind.REMINDER, reminder.body, "screening", reminds_id=reminder.reminds_id)
    with world.session() as session, pytest.raises(IntegrityError):
        enqueue(session, again, clinic_id="vest", to_phone=reminder.to_phone, now=world.clock())
