"""Replies whose processing failed or came late: promise 4."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy import text as text_clause

from bot import receive
from bot.receive import Inbound, keep, process, process_left_behind
from core.models import Enrolment, MessageState, Reply
from messages.schema import Purpose
from scheduler.planning import HELD_RED
from tests.world import PHONE, SENDER, World

RED = "kan ikke mærke mig selv i skridtet"


def ask_screening(world: World) -> None:
    world.enrol()
    world.drain()
    world.clock.forward(days=1, hours=1)
    world.drain()
    assert world.messages(MessageState.SENT)[-1].question == "screening"
    world.clock.forward(minutes=1)


def test_a_crash_in_the_checker_ends_in_a_human_queue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enrol()

    def broken(*_: object) -> None:
        raise RuntimeError("broken rule")

    monkeypatch.setattr(type(world.runtime.checker), "check", broken)
    world.write("alt er fint")
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("checker_failed", "amber")]


def test_a_reply_whose_request_died_is_taken_up_by_the_tick(world: World) -> None:
    world.enrol()
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, RED), world.clock())
    assert world.alerts() == []
    world.clock.forward(seconds=31)
    world.drain()
    assert [alert.colour for alert in world.alerts()] == ["red"]


def left_behind(world: World, times: int = 1) -> None:
    world.clock.forward(minutes=1)
    for _ in range(times):
        with world.session() as session:
            process_left_behind(
                session, world.runtime.content, world.runtime.checker, world.clock(), world.runtime.means
            )


def test_a_reply_that_can_never_be_processed_goes_to_staff_and_the_patient_is_told_whom_to_ring(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol()
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, "hej"), world.clock())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(receive, "read", broken)
    left_behind(world, receive.MAX_ATTEMPTS)
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("checker_failed", "red")]
    assert any(message.reason == HELD_RED for message in world.messages(MessageState.HELD))
    assert len(world.advice()) == 1


def test_two_workers_that_fail_at_the_same_reply_hand_it_to_staff_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.enrol()
    with world.session() as session:
        reply_id = keep(session, Inbound("SM1", PHONE, SENDER, "hej"), world.clock())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(receive, "read", broken)
    left_behind(world, receive.MAX_ATTEMPTS)
    with world.session() as another:
        receive._count_failure(another, world.runtime.content, reply_id, world.clock())
    assert len(world.alerts()) == 1
    assert len(world.advice()) == 1


def test_a_silent_patient_whose_reply_cannot_be_processed_gets_no_exercise_either(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply ends the silence; the red alert about it holds the texts all the same."""
    enrolment_id = world.enrol()
    with world.session() as session, session.begin():
        session.get_one(Enrolment, enrolment_id).silent_since = world.clock()
        keep(session, Inbound("SM1", PHONE, SENDER, "hej"), world.clock())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(receive, "read", broken)
    left_behind(world, receive.MAX_ATTEMPTS)
    assert world.enrolment().silent_since is None
    exercises = [message for message in world.messages() if message.purpose == Purpose.EXERCISE]
    assert {(message.state, message.reason) for message in exercises} == {(MessageState.HELD, HELD_RED)}


def test_a_fault_that_passes_costs_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enrol()
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, RED), world.clock())

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(receive, "read", broken)
    left_behind(world)
    monkeypatch.undo()
    left_behind(world)
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("reply", "red")]


def test_one_broken_reply_does_not_keep_the_others_waiting(world: World) -> None:
    world.enrol()
    with world.session() as session:
        first = keep(session, Inbound("SM1", PHONE, SENDER, "hej"), world.clock())
        keep(session, Inbound("SM2", PHONE, SENDER, RED), world.clock())
        session.execute(text_clause("UPDATE reply SET sender = :junk WHERE id = :id"), {"junk": b"junk", "id": first})
        session.commit()
    left_behind(world, receive.MAX_ATTEMPTS)
    assert ("reply", "red") in [(alert.kind, alert.colour) for alert in world.alerts()]


def test_a_reply_is_processed_once(world: World) -> None:
    world.enrol()
    reply_id = world.write(RED)
    with world.session() as session:
        runtime = world.runtime
        assert process(session, runtime.content, runtime.checker, reply_id, world.clock(), runtime.means) is None


def test_a_reply_taken_up_late_is_read_in_the_light_of_what_was_asked_then(world: World) -> None:
    ask_screening(world)
    with world.session() as session:
        keep(session, Inbound("SM1", PHONE, SENDER, "ja"), world.clock())
    world.clock.forward(days=6)
    world.drain()
    with world.session() as session:
        assert session.scalars(select(Reply.question)).one() == "screening"
