"""Texts of unknown fate: looked up, recorded, sent again or handed to staff; never guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.delivery import take_receipt
from core.gateway import Found, SendError, Verdict
from core.models import AlertState, Enrolment, Message, MessageEvent, MessageKind, MessageState
from scheduler.claims import claim
from scheduler.outbox import LEASE
from scheduler.recording import Outcome, record
from scheduler.settling import SETTLES_IN, TOLD_AFTER, URGENT_SETTLES_IN, URGENT_TOLD_AFTER
from tests.world import MONDAY, PHONE, SENDER, World

NO_ANSWER = SendError(Verdict.UNKNOWN, "no answer")
A_SECOND = timedelta(seconds=1)


def lose(world: World, *, taken: bool) -> Message:
    """The welcome of a new patient goes out, and the answer is lost."""
    world.enrol()
    (world.gateway.taken_all_the_same if taken else world.gateway.errors).append(NO_ANSWER)
    assert world.drain().unknown == 1
    return world.messages(MessageState.UNKNOWN)[0]


def later(world: World, wait: timedelta) -> None:
    world.clock.now += wait
    world.drain()


def row(world: World, message_id: int) -> Message:
    with world.session() as session:
        return session.get_one(Message, message_id)


def causes(world: World, message_id: int) -> list[str]:
    with world.session() as session:
        query = select(MessageEvent.cause).where(MessageEvent.message_id == message_id).order_by(MessageEvent.id)
        return list(session.scalars(query))


def test_what_the_provider_took_is_found_and_written_down(world: World) -> None:
    lost = lose(world, taken=True)
    later(world, SETTLES_IN)
    found = row(world, lost.id)
    assert (found.state, found.provider_id) == (MessageState.SENT, world.book.went[0].provider_id)
    assert causes(world, lost.id) == ["claim", "no_answer", "found"]
    assert len(world.gateway.sent) == 1


def test_what_the_provider_never_took_is_sent_again(world: World) -> None:
    lost = lose(world, taken=False)
    later(world, SETTLES_IN)
    assert row(world, lost.id).state == MessageState.SENT
    assert causes(world, lost.id) == ["claim", "no_answer", "absent", "claim", "accepted"]
    assert [outbound.message_id for outbound in world.gateway.sent] == [lost.id]


def test_nothing_is_looked_up_before_it_has_settled(world: World) -> None:
    lost = lose(world, taken=False)
    later(world, SETTLES_IN - A_SECOND)
    assert row(world, lost.id).state == MessageState.UNKNOWN


def test_advice_settles_soonest(world: World) -> None:
    world.enrol()
    world.drain()
    world.gateway.errors = [NO_ANSWER]
    world.write("kan ikke tisse")
    world.drain()
    (lost,) = world.messages(MessageState.UNKNOWN)
    assert lost.kind == MessageKind.ADVICE
    later(world, URGENT_SETTLES_IN)
    assert row(world, lost.id).state == MessageState.SENT


def test_the_state_in_the_list_is_taken_over_with_what_follows(world: World) -> None:
    lost = lose(world, taken=True)
    (entry,) = world.book.went
    world.book.went[:] = [
        Found(entry.provider_id, entry.to, entry.sender, entry.body, "undelivered", "30003", entry.created_at)
    ]
    later(world, SETTLES_IN)
    assert (row(world, lost.id).state, row(world, lost.id).error_code) == (MessageState.UNDELIVERED, "30003")
    assert [alert.kind for alert in world.alerts()] == ["undelivered"]


def test_a_text_proved_absent_after_its_life_expires_with_what_follows(world: World) -> None:
    world.enrol()
    world.drain()
    world.gateway.errors = [NO_ANSWER]
    world.write("kan ikke tisse")
    world.drain()
    (lost,) = world.messages(MessageState.UNKNOWN)
    later(world, timedelta(hours=25))
    assert row(world, lost.id).state == MessageState.EXPIRED
    assert ("call_back", "red") in [(alert.kind, alert.colour) for alert in world.alerts()]


def test_while_the_list_cannot_be_read_nothing_is_proved_and_staff_are_told_in_time(world: World) -> None:
    lost = lose(world, taken=False)
    world.book.unreadable = 10_000
    began = world.clock.now
    while world.clock.now < began + TOLD_AFTER:
        assert world.alerts() == []
        later(world, timedelta(seconds=30))
    later(world, A_SECOND)
    assert row(world, lost.id).state == MessageState.UNKNOWN
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("unsettled", "blue")]


def test_for_lost_advice_staff_are_told_sooner_and_in_red(world: World) -> None:
    world.enrol()
    world.drain()
    world.gateway.errors = [NO_ANSWER]
    world.write("kan ikke tisse")
    world.book.unreadable = 10_000
    world.drain()
    later(world, URGENT_TOLD_AFTER + A_SECOND)
    assert ("unsettled", "red") in [(alert.kind, alert.colour) for alert in world.alerts()]


def test_an_alert_about_a_lost_text_closes_itself_once_the_text_is_found(world: World) -> None:
    lost = lose(world, taken=True)
    world.book.unreadable = 3
    later(world, TOLD_AFTER + A_SECOND)
    assert [alert.state for alert in world.alerts()] == [AlertState.OPEN]
    world.book.unreadable = 0
    later(world, timedelta(minutes=10))
    assert row(world, lost.id).state == MessageState.SENT
    assert [alert.state for alert in world.alerts()] == [AlertState.RESOLVED]


def test_a_text_in_doubt_goes_to_staff_at_once(world: World) -> None:
    lost = lose(world, taken=False)
    world.book.went.append(Found("SMx", PHONE, SENDER, "(slettet)", "sent", None, world.clock()))
    later(world, SETTLES_IN)
    later(world, A_SECOND)
    assert row(world, lost.id).state == MessageState.UNKNOWN
    assert [alert.kind for alert in world.alerts()] == ["unsettled"]


def test_a_number_that_cannot_be_read_does_not_hold_up_the_others(world: World) -> None:
    for number in range(2):
        world.enrol(phone=f"+4520{100000 + number}")
        world.gateway.errors.append(NO_ANSWER)
    assert world.drain().unknown == 2
    world.book.unreadable = 2  # the inbound list, and the first number
    later(world, SETTLES_IN)
    assert len(world.messages(MessageState.SENT)) == 1
    later(world, timedelta(seconds=30))
    assert len(world.messages(MessageState.SENT)) == 2


def test_while_another_text_to_the_patient_is_on_its_way_nothing_is_settled(world: World) -> None:
    lost = lose(world, taken=False)
    other = next(message for message in world.messages(MessageState.PLANNED) if message.id != lost.id)
    with world.session() as session, session.begin():
        values = {"state": MessageState.SENDING, "claimed_at": MONDAY, "lease_until": MONDAY + timedelta(days=1)}
        session.execute(update(Message).where(Message.id == other.id).values(**values))
    later(world, SETTLES_IN)
    assert row(world, lost.id).state == MessageState.UNKNOWN


def test_a_receipt_that_comes_first_leaves_nothing_to_settle(world: World) -> None:
    lost = lose(world, taken=True)
    with world.session() as session, session.begin():
        assert take_receipt(
            session, message_id=lost.id, provider_id="SM7", status="sent", error_code=None, now=world.clock()
        )
    later(world, SETTLES_IN)
    assert causes(world, lost.id) == ["claim", "no_answer", "receipt"]


@pytest.mark.parametrize("status", ["queued", "delivered"])
def test_a_receipt_that_comes_after_all_stops_the_second_sending(world: World, status: str) -> None:
    lost = lose(world, taken=False)
    world.clock.now += SETTLES_IN
    world.books.settle()
    assert row(world, lost.id).state == MessageState.PLANNED
    with world.session() as session, session.begin():
        assert take_receipt(
            session, message_id=lost.id, provider_id="SM7", status=status, error_code=None, now=world.clock()
        )
    world.drain()
    assert world.gateway.sent == []
    assert row(world, lost.id).provider_id == "SM7"


def test_a_vanished_workers_text_is_settled_like_any_other(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        (outbound,) = claim(session, "gone", 1, MONDAY)
    later(world, LEASE + A_SECOND)
    later(world, SETTLES_IN)
    assert row(world, outbound.message_id).state == MessageState.SENT
    assert len(world.gateway.sent) == 1


def test_a_worker_that_comes_back_late_stops_the_second_sending_if_it_has_not_begun(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        (outbound,) = claim(session, "asleep", 1, MONDAY)
    world.clock.now += LEASE + SETTLES_IN + A_SECOND
    with world.session() as session, session.begin():
        session.execute(update(Message).where(Message.id == outbound.message_id).values(state=MessageState.PLANNED))
    with world.session() as session, session.begin():
        record(session, [Outcome(outbound.message_id, outbound.attempt, "SM7")], world.clock())
    world.drain()
    assert world.gateway.sent == []
    assert (row(world, outbound.message_id).state, row(world, outbound.message_id).provider_id) == ("sent", "SM7")


def test_a_worker_that_comes_back_late_does_not_touch_what_another_is_sending(world: World) -> None:
    world.enrol()
    with world.session() as session, session.begin():
        (outbound,) = claim(session, "asleep", 1, MONDAY)
        again = {"state": MessageState.PLANNED, "next_attempt_at": MONDAY}
        session.execute(update(Message).where(Message.id == outbound.message_id).values(**again))
        (second,) = claim(session, "awake", 1, MONDAY)
        assert (second.message_id, second.attempt) == (outbound.message_id, outbound.attempt + 1)
    with world.session() as session, session.begin():
        record(session, [Outcome(outbound.message_id, outbound.attempt, error=NO_ANSWER)], world.clock())
    assert row(world, outbound.message_id).state == MessageState.SENDING
    assert row(world, outbound.message_id).claimed_by == "awake"


def test_a_course_waits_for_its_last_text_to_be_settled(world: World) -> None:
    lost = lose(world, taken=False)
    with world.session() as session, session.begin():
        others = (Message.id != lost.id, Message.kind == MessageKind.STEP)
        session.execute(update(Message).where(*others).values(state=MessageState.CANCELLED))
    world.drain()
    with world.session() as session:
        assert session.scalars(select(Enrolment.state)).one() == "active"
    later(world, SETTLES_IN)
    assert row(world, lost.id).state == MessageState.SENT
