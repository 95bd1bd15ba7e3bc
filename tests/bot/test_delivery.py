from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from bot.delivery import RECEIPTS, take_receipt
from core.gateway import SendError, Verdict
from core.models import Message, MessageState
from tests.world import MONDAY, World

RANK = {"sent": 0, "delivered": 1, "undelivered": 1, "failed": 1}


def receipt(world: World, status: str, *, provider_id: str = "", code: str | None = None) -> bool:
    message = world.messages()[0]
    with world.session() as session, session.begin():
        return take_receipt(
            session,
            message_id=message.id,
            provider_id=provider_id or message.provider_id or "SM7",
            status=status,
            error_code=code,
            now=world.clock(),
        )


def state(world: World) -> str:
    return world.messages()[0].state


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered"])))
def test_receipts_in_any_order_end_in_delivered(world: World, order: tuple[str, ...]) -> None:
    world.enrol()
    world.drain()
    for status in order:
        receipt(world, status)
    assert state(world) == MessageState.DELIVERED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(order=st.lists(st.sampled_from(sorted(RECEIPTS)), min_size=1, max_size=8))
def test_no_sequence_of_receipts_goes_backwards(lite_world: World, order: list[str]) -> None:
    with lite_world.session() as session, session.begin():
        session.execute(update(Message).values(state=MessageState.SENT))
    if not lite_world.messages():
        lite_world.enrol()
        lite_world.drain()
    reached = "sent"
    for status in order:
        receipt(lite_world, status)
        now = state(lite_world)
        assert RANK[now] >= RANK[reached]
        assert RANK[reached] == 0 or now == reached
        reached = now


def test_a_receipt_settles_an_unknown_outcome(world: World) -> None:
    world.enrol()
    world.gateway.errors = [SendError(Verdict.UNKNOWN, "no answer")]
    world.drain()
    assert receipt(world, "delivered", provider_id="SM123")
    message = world.messages()[0]
    assert (message.state, message.provider_id) == (MessageState.DELIVERED, "SM123")


def test_a_receipt_of_another_text_changes_nothing(world: World) -> None:
    world.enrol()
    world.drain()
    assert not receipt(world, "delivered", provider_id="SMother")
    assert state(world) == MessageState.SENT


def test_an_unknown_status_changes_nothing(world: World) -> None:
    world.enrol()
    world.drain()
    assert not receipt(world, "teleported")


def test_an_undelivered_text_is_shown_to_staff_once(world: World) -> None:
    world.enrol()
    world.drain()
    receipt(world, "undelivered", code="30003")
    receipt(world, "undelivered", code="30003")
    assert [(alert.kind, alert.colour) for alert in world.alerts()] == [("undelivered", "blue")]
    assert world.messages()[0].error_code == "30003"


def test_advice_that_did_not_arrive_is_red(world: World) -> None:
    world.enrol()
    world.write("kan ikke tisse")
    world.gateway.errors = [SendError(Verdict.REFUSED, "21610")]
    world.drain()
    assert ("call_back", "red") in [(alert.kind, alert.colour) for alert in world.alerts()]


def test_a_receipt_for_nothing_is_harmless(world: World) -> None:
    with world.session() as session, session.begin():
        assert not take_receipt(
            session, message_id=99, provider_id="SM1", status="delivered", error_code=None, now=MONDAY
        )
