"""Neutral mode: what a clinic's patients are sent names no illness, no part of the body and no symptom."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.course import pause, resume
from bot.enrolment import Application, enrol
from bot.neutral import Waiting, switch, telling_name, waiting
from bot.programmes import programme_of
from bot.voice import voice_of
from core.models import Audit, Clinic, Enrolment, Message, MessageKind, MessageState, Reply, Triage
from messages.languages import Language
from messages.lint_words import WORDS
from messages.schema import Purpose
from messages.wording import reminder_text
from scheduler.moving import AGAIN
from scheduler.outbox import Draft, enqueue
from tests.world import DOCTOR, PHONE, World, make_world

PREFIX = "Rygklinik Vest: "


def turn(world: World, *, on: bool = True, clinic_id: str = "vest") -> int:
    content, now = world.runtime.content, world.clock()
    with world.session() as session, session.begin():
        return switch(session, content, clinic_id, neutral=on, staff_id=None, now=now)


def told(message: Message) -> list[str]:
    """What a text tells of; the clinic's name in front is left out, for it is the clinic's own."""
    found = list(WORDS[Language(message.language)].telling.finditer(message.body.removeprefix(PREFIX)))
    found += WORDS[Language.DANISH].telling.finditer((message.body_in_danish or "").removeprefix(PREFIX))
    return [match.group() for match in found]


def steps(world: World, *states: MessageState) -> list[Message]:
    return [message for message in world.messages(*states) if message.kind == MessageKind.STEP]


def test_a_course_of_a_neutral_clinic_tells_nothing(world: World) -> None:
    turn(world)
    for number, programme in enumerate(world.runtime.content.programmes):
        world.enrol(phone=f"+452012340{number}", programme=programme, instructed=True)
    assert [(message.step_id, told(message)) for message in steps(world) if told(message)] == []


def test_an_ordinary_clinic_names_what_it_is_about(lite_world: World) -> None:
    lite_world.enrol()
    assert any("ondt" in told(message) for message in steps(lite_world))


def test_switching_rewrites_what_waits_and_leaves_what_has_left(world: World) -> None:
    world.enrol()
    world.run_until(world.clock.now + timedelta(days=3))
    left = {message.id: message.body for message in steps(world, MessageState.SENT)}
    due = len(steps(world, MessageState.PLANNED, MessageState.HELD))
    unchanged = sum(not told(message) for message in steps(world, MessageState.PLANNED, MessageState.HELD))
    rewritten = turn(world)
    assert due - unchanged <= rewritten <= due
    assert left
    assert {message.id: message.body for message in steps(world, MessageState.SENT)} == left
    assert not [message.body for message in steps(world, MessageState.PLANNED, MessageState.HELD) if told(message)]
    assert "øvelse 3 på dit ark" in " ".join(message.body for message in steps(world))


def test_switching_back_restores_every_text(world: World) -> None:
    world.enrol(programme="nerverod-laend", instructed=True)
    before = [(message.step_id, message.body, message.segments) for message in steps(world)]
    assert turn(world) == turn(world, on=False) > 0
    assert [(message.step_id, message.body, message.segments) for message in steps(world)] == before


def test_switching_to_what_is_already_so_changes_nothing(lite_world: World) -> None:
    lite_world.enrol()
    assert turn(lite_world, on=False) == 0
    with lite_world.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.object_type == "clinic")).all() == []


def test_a_switch_stands_in_the_audit_log(lite_world: World) -> None:
    turn(lite_world)
    turn(lite_world, on=False)
    with lite_world.session() as session:
        lines = session.execute(select(Audit.action, Audit.object_id).where(Audit.object_type == "clinic")).all()
    assert [tuple(line) for line in lines] == [("clinic.neutral_on", "vest"), ("clinic.neutral_off", "vest")]


def test_another_clinics_texts_stay_as_they_are(world: World) -> None:
    world.add_clinic("nord", sender="+4552512346")
    world.enrol(phone="+4520123499", clinic_id="nord")
    before = [message.body for message in steps(world)]
    assert turn(world) == 0
    assert [message.body for message in steps(world)] == before


def test_the_texts_of_a_stopped_course_stay_as_they_are(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.write("STOP")
    before = [message.body for message in steps(lite_world)]
    assert turn(lite_world) == 0
    assert [message.body for message in steps(lite_world)] == before


def test_a_screening_that_a_pause_swallowed_is_asked_in_the_new_form(lite_world: World) -> None:
    enrolment_id = lite_world.enrol()
    lite_world.drain()
    change_course(lite_world, enrolment_id, paused=True)
    lite_world.run_until(lite_world.clock.now + timedelta(days=4), every=timedelta(hours=6))
    assert steps(lite_world, MessageState.EXPIRED)
    turn(lite_world)
    change_course(lite_world, enrolment_id, paused=False)
    (again,) = [message for message in steps(lite_world) if message.reason == "efter pausen"]
    assert 'Find feltet "Ring straks" på dit ark.' in again.body


def test_a_screening_whose_turn_comes_again_is_rewritten_like_the_first(lite_world: World) -> None:
    lite_world.enrol(programme="nerverod-laend")
    with lite_world.session() as session, session.begin():
        screening = session.scalars(select(Message).where(Message.purpose == Purpose.SCREENING)).all()[-1]
        screening.step_id = f"{screening.step_id}{AGAIN}{AGAIN}"
        screening_id = screening.id
    turn(lite_world)
    (rewritten,) = [message for message in steps(lite_world) if message.id == screening_id]
    assert 'Find feltet "Ring straks" på dit ark.' in rewritten.body


def test_a_reminder_that_has_not_left_is_rewritten_and_counted(lite_world: World) -> None:
    enrolment_id = lite_world.enrol()
    before = len(steps(lite_world, MessageState.PLANNED, MessageState.HELD))
    with lite_world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, enrolment_id)
        programme = programme_of(lite_world.runtime.content, enrolment)
        assert programme is not None
        assert programme.reminder is not None
        body = reminder_text(programme.reminder, voice_of(enrolment.clinic))
        reminder = enqueue(
            session,
            Draft(MessageKind.REMINDER, body, "screening", timedelta(hours=9)),
            clinic_id="vest",
            to_phone=PHONE,
            now=lite_world.clock(),
            patient_id=enrolment.patient_id,
            enrolment_id=enrolment_id,
        )
        reminder_id = reminder.id
        assert waiting(session, "vest").texts == before + 1
    turn(lite_world)
    (rewritten,) = [message for message in lite_world.messages() if message.id == reminder_id]
    assert rewritten.body != body
    assert told(rewritten) == []


def change_course(world: World, enrolment_id: int, *, paused: bool) -> None:
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, enrolment_id)
        if paused:
            pause(session, enrolment, now=world.clock(), until=None, staff_id=None)
        else:
            resume(session, enrolment, now=world.clock(), staff_id=None)


def test_a_course_taken_up_after_stop_is_planned_in_the_new_form(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.write("STOP")
    turn(lite_world)
    lite_world.write("START")
    planned = steps(lite_world, MessageState.PLANNED, MessageState.HELD)
    assert planned
    assert not [message.body for message in planned if told(message)]


def test_what_waits_is_counted(lite_world: World) -> None:
    with lite_world.session() as session:
        assert waiting(session, "vest") == Waiting(0, 0)
    lite_world.enrol()
    lite_world.enrol(phone="+4520123499")
    with lite_world.session() as session:
        counted = waiting(session, "vest")
    assert counted == Waiting(len(steps(lite_world, MessageState.PLANNED, MessageState.HELD)), 2)


def enrol_somebody(world: World, session: Session) -> None:
    clinic = session.get_one(Clinic, "vest")
    application = Application("Karen", PHONE, "akut-laend", "midtjylland", DOCTOR, consent=True)
    enrol(session, world.runtime.content, clinic, application, now=world.clock(), staff_id=None)


def switch_on(world: World, session: Session) -> int:
    return switch(session, world.runtime.content, "vest", neutral=True, staff_id=None, now=world.clock())


@pytest.mark.parametrize("first", ["enrolment", "switch"])
def test_a_switch_and_an_enrolment_wait_for_each_other(postgres_url: str, first: str) -> None:
    """Otherwise a course could be put into the outbox in the old form just after its rows were rewritten."""
    world = make_world(postgres_url)
    world.add_clinic()
    acts: dict[str, Callable[[World, Session], object]] = {"enrolment": enrol_somebody, "switch": switch_on}
    with world.session() as one, world.session() as other:
        acts.pop(first)(world, one)
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        (second,) = acts.values()
        with pytest.raises(OperationalError, match="lock timeout"):
            second(world, other)
        other.rollback()
        one.commit()
        second(world, other)
        other.commit()
    assert not [message.body for message in steps(world) if told(message)]
    world.close()


REPLIES = (
    "ja", "nej", "måske", "3", "9", "10", "ondt", "bedre", "det samme", "værre", "tak", "STOP", "START", "pause",
    "hjælp", "færre beskeder", "om aftenen", "kl. 3", "pause i 3 dage", "rask", "👍", "", "jeg kan ikke tisse",
    "feber og ondt i ryggen", "jeg faldt i går og har voldsomt ondt", "mit ben er blevet svagt",
    "jeg vil ikke leve mere", "jeg tog 20 panodiler",
    "I have a fever and my back hurts", "Ich habe starke Schmerzen nach einem Sturz", "my legs tingle a bit",
    "jeg har tabt mig meget", "det prikker i foden", "kan I ringe til mig?", "jeg er bange", "asdf qwer",
    "har glemt øvelsen",
)  # fmt: skip
NUMBERS = itertools.count(20_200_000)


@given(st.lists(st.tuples(st.sampled_from(REPLIES), st.integers(1, 100)), min_size=1, max_size=12))
@example([(reply, 3) for reply in REPLIES])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_in_the_outbox_tells_anything_whatever_the_patient_writes(
    lite_world: World, said: list[tuple[str, int]]
) -> None:
    turn(lite_world)
    phone = f"+45{next(NUMBERS)}"
    enrolment_id = lite_world.enrol(phone=phone, programme="nerverod-laend", instructed=True)
    for reply, hours in said:
        lite_world.drain()
        lite_world.write(reply, sender=phone)
        lite_world.clock.forward(hours=hours)
    with lite_world.session() as session:
        patient_id = session.get_one(Enrolment, enrolment_id).patient_id
        written = session.scalars(select(Message).where(Message.patient_id == patient_id)).all()
        assert [message.body for message in written if told(message)] == []


@pytest.mark.parametrize("reply", ["JA", "nej", "ja tak", "måske", "5", "jeg kan ikke tisse", "👍", "nej, intet nyt"])
def test_a_reply_to_the_neutral_screening_is_read_as_to_the_ordinary_one(lite_world: World, reply: str) -> None:
    lite_world.add_clinic("nord", sender="+4552512346")
    turn(lite_world, clinic_id="nord")
    lite_world.enrol()
    lite_world.enrol(phone="+4520123499", clinic_id="nord")
    lite_world.run_until(lite_world.clock.now + timedelta(days=1, hours=3))
    lite_world.write(reply)
    lite_world.write(reply, sender="+4520123499", to="+4552512346")
    with lite_world.session() as session:
        read = session.execute(
            select(Reply.question, Reply.answers_id.is_(None), Triage.level, Triage.flags)
            .join(Triage, Triage.reply_id == Reply.id)
            .order_by(Reply.id)
        ).all()
    assert read[0] == read[1]
    assert read[0].question == "screening"


@pytest.mark.parametrize(
    ("name", "word"), [("Rygklinik Vest", "Rygklinik"), ("Klinikken på Torvet", None), ("Nakke og fod", "Nakke")]
)
def test_a_name_that_tells_what_the_clinic_treats_is_seen(name: str, word: str | None) -> None:
    assert telling_name(name) == word
