"""A text of which nobody knows whether it was sent: staff say what is to be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import unsettled
from bot.alerts import acknowledge, resolve
from bot.delivery import take_receipt
from bot.standing import Act
from bot.unsettled import raise_unsettled
from core.gateway import SendError, Verdict
from core.models import Alert, Audit, Message, MessageState
from scheduler.settling import TOLD_AFTER
from tests.bot.staff.conftest import Sit
from tests.world import World

NO_ANSWER = SendError(Verdict.UNKNOWN, "no answer")


def lose(world: World) -> int:
    """The welcome is lost, the provider's list cannot be read, staff are told; returns the alert's id."""
    world.enrol()
    world.gateway.errors = [NO_ANSWER]
    world.book.unreadable = 10_000
    world.drain()
    world.clock.now += TOLD_AFTER + timedelta(seconds=1)
    world.drain()
    (alert,) = world.alerts()
    return alert.id


def state(world: World) -> str:
    return world.messages()[0].state


def actions(world: World) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Audit.action).order_by(Audit.id)))


def test_the_card_says_what_is_in_doubt_and_offers_two_ways_out(lite_world: World, sit: Sit) -> None:
    lose(lite_world)
    page = sit("clinician").text("/")
    assert "Uvist, om sms'en blev sendt" in page.replace("&#39;", "'")
    assert "Send igen" in page
    assert "Den er sendt" in page


def test_a_reader_is_offered_nothing(lite_world: World, sit: Sit) -> None:
    lose(lite_world)
    assert "Send igen" not in sit("reader").text("/")


def test_send_again_sends_the_text_closes_the_alert_and_stands_in_the_log(lite_world: World, sit: Sit) -> None:
    alert_id = lose(lite_world)
    desk = sit("clinician")
    desk.get("/")
    page = desk.follow(f"/alarmer/{alert_id}/send-igen", next="/")
    assert "bliver sendt igen" in page
    assert "Send igen" not in page
    lite_world.drain()
    assert state(lite_world) == MessageState.SENT
    assert len(lite_world.gateway.sent) == 1
    assert {"message.send_again", "alert.send_again"} <= set(actions(lite_world))


def test_it_is_sent_closes_the_matter_without_sending(lite_world: World, sit: Sit) -> None:
    alert_id = lose(lite_world)
    desk = sit("clinician")
    desk.get("/")
    assert "står nu som sendt" in desk.follow(f"/alarmer/{alert_id}/er-sendt", next="/")
    lite_world.drain()
    assert state(lite_world) == MessageState.SENT
    assert lite_world.gateway.sent == []
    assert "message.mark_sent" in actions(lite_world)
    assert lite_world.alerts()[0].state == "resolved"


def test_what_was_settled_meanwhile_is_not_sent_again(lite_world: World, sit: Sit) -> None:
    alert_id = lose(lite_world)
    desk = sit("clinician")
    desk.get("/")
    message = lite_world.messages()[0]
    with lite_world.session() as session, session.begin():
        take_receipt(
            session, message_id=message.id, provider_id="SM7", status="sent", error_code=None, now=lite_world.clock()
        )
    assert "allerede afklaret" in desk.follow(f"/alarmer/{alert_id}/send-igen", next="/")
    lite_world.drain()
    assert lite_world.gateway.sent == []


def test_of_two_who_press_at_once_one_is_heard(world: World) -> None:
    alert_id = lose(world)
    staff_id = world.add_staff()
    acts = []
    for press in (unsettled.mark_sent, unsettled.send_again):
        with world.session() as session, session.begin():
            acts.append(press(session, alert_id, clinic_id="vest", staff_id=staff_id, now=world.clock()))
    assert acts == [Act.DONE, Act.ALREADY]
    assert state(world) == MessageState.SENT


@pytest.mark.parametrize("press", [unsettled.mark_sent, unsettled.send_again])
def test_another_clinics_alert_does_not_exist(world: World, press: Callable[..., Act]) -> None:
    alert_id = lose(world)
    staff_id = world.add_staff()
    with world.session() as session, session.begin():
        act = press(session, alert_id, clinic_id="oest", staff_id=staff_id, now=world.clock())
    assert act is Act.NOT_FOUND
    assert state(world) == MessageState.UNKNOWN


def test_an_alert_about_something_else_has_no_such_way_out(world: World) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.REFUSED, "21614")]
    world.drain()
    (alert,) = world.alerts()
    staff_id = world.add_staff()
    with world.session() as session, session.begin():
        act = unsettled.send_again(session, alert.id, clinic_id="vest", staff_id=staff_id, now=world.clock())
    assert act is Act.ALREADY


def test_an_alert_somebody_has_taken_is_left_to_them_when_the_text_is_found(world: World) -> None:
    alert_id = lose(world)
    staff_id = world.add_staff()
    with world.session() as session, session.begin():
        acknowledge(session, alert_id, clinic_id="vest", staff_id=staff_id, now=world.clock(), note="jeg ringer")
    message = world.messages()[0]
    with world.session() as session, session.begin():
        take_receipt(
            session, message_id=message.id, provider_id="SM7", status="sent", error_code=None, now=world.clock()
        )
    assert world.alerts()[0].state == "acknowledged"


def test_a_text_lost_a_second_time_opens_its_alert_again(world: World) -> None:
    alert_id = lose(world)
    staff_id = world.add_staff()
    with world.session() as session, session.begin():
        unsettled.send_again(session, alert_id, clinic_id="vest", staff_id=staff_id, now=world.clock())
    world.gateway.errors = [NO_ANSWER]
    world.clock.forward(seconds=1)
    world.drain()
    world.clock.now += TOLD_AFTER + timedelta(seconds=1)
    world.drain()
    with world.session() as session:
        alert = session.scalars(select(Alert)).one()
        assert (alert.state, alert.opened_at, alert.resolved_by) == ("open", world.clock(), None)
    with world.session() as session, session.begin():
        assert raise_unsettled(session, world.clock()) == 0


def test_a_closed_alert_stays_closed_while_the_same_loss_lasts(world: World) -> None:
    alert_id = lose(world)
    staff_id = world.add_staff()
    with world.session() as session, session.begin():
        resolve(session, alert_id, clinic_id="vest", staff_id=staff_id, now=world.clock(), outcome="talked", note="")
    world.clock.forward(hours=1)
    world.drain()
    assert world.alerts()[0].state == "resolved"
    with world.session() as session:
        assert session.get_one(Message, world.messages()[0].id).state == MessageState.UNKNOWN
