"""A provider that is down is left alone, tried with one text at a time, and advice tries first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app import create_app
from bot.heartbeat import beat, nobody_sends
from core.gateway import Outbound, SendError, Verdict
from core.models import Circuit, MessageKind, MessageState
from scheduler.circuits import FAILURES, FIRST_PAUSE, LONGEST_PAUSE, PROBE_LASTS, left_alone, open_circuit, take_probe
from scheduler.outbox import Draft, enqueue
from scheduler.ways import AWAY
from tests.world import FakeGateway, World

A_SECOND = timedelta(seconds=1)


def refused_connection() -> SendError:
    return SendError(Verdict.NOT_SENT, "no connection", is_providers=True)


class Counting(FakeGateway):
    """Counts how often it is called, and is down while told so."""

    calls = 0
    is_down = False

    async def send(self, outbound: Outbound) -> str:
        self.calls += 1
        if self.is_down:
            raise refused_connection()
        return await super().send(outbound)


@pytest.fixture
def gateway(world: World) -> Counting:
    """Of the installation's only gateway."""
    made = Counting(name="simulator")
    world.gateway = made
    return made


def write(world: World, count: int, kind: MessageKind = MessageKind.STAFF) -> None:
    with world.session() as session, session.begin():
        for number in range(count):
            phone = f"+4520{100000 + number}"
            enqueue(session, Draft(kind, f"{kind} {number}"), clinic_id="vest", to_phone=phone, now=world.clock())


def circuit(world: World) -> Circuit | None:
    with world.session() as session:
        return session.get(Circuit, "simulator")


def take_down(world: World, gateway: Counting, texts: int = 30) -> None:
    gateway.is_down = True
    write(world, texts)
    world.drain()


def test_after_some_failures_in_a_row_it_is_called_no_more(world: World, gateway: Counting) -> None:
    take_down(world, gateway, 200)
    under_way_by_then = 8
    assert FAILURES <= gateway.calls <= FAILURES + under_way_by_then
    calls = gateway.calls
    world.drain()
    assert gateway.calls == calls
    assert len(world.messages(MessageState.PLANNED)) == 200


def test_what_was_handed_to_nobody_is_due_still_and_what_is_not_claimed_has_no_attempt(
    world: World, gateway: Counting
) -> None:
    take_down(world, gateway, 200)
    codes = [message.error_code for message in world.messages()]
    handed_over = sum(code == "no connection" for code in codes)
    assert handed_over == gateway.calls
    untouched = [message for message in world.messages() if message.error_code in {None, AWAY}]
    assert all(message.next_attempt_at <= world.clock() for message in untouched)
    before = {message.id: message.attempts for message in world.messages()}
    for _ in range(5):
        world.clock.forward(seconds=1)
        world.drain()
    assert {message.id: message.attempts for message in world.messages()} == before


def test_failures_that_are_not_the_providers_leave_it_in_use(world: World, gateway: Counting) -> None:
    gateway.errors = [SendError(Verdict.NOT_SENT, "21611") for _ in range(20)]
    gateway.errors += [SendError(Verdict.REFUSED, "21211") for _ in range(20)]
    write(world, 40)
    world.drain()
    assert circuit(world) is None


def test_a_success_in_between_begins_the_count_anew(world: World, gateway: Counting) -> None:
    for _ in range(4):
        gateway.errors = [refused_connection() for _ in range(FAILURES - 1)]
        write(world, FAILURES)
        world.drain()
    assert circuit(world) is None


def test_one_text_tries_it_after_a_while_and_then_all_go(world: World, gateway: Counting) -> None:
    take_down(world, gateway)
    gateway.is_down = False
    world.clock.now += FIRST_PAUSE
    world.drain()
    assert circuit(world) is None
    world.clock.forward(minutes=2)
    world.drain()
    assert len(world.messages(MessageState.SENT)) == 30


def test_a_try_in_vain_is_one_call_and_the_pauses_grow_to_a_minute(world: World, gateway: Counting) -> None:
    take_down(world, gateway)
    pauses = []
    for _ in range(6):
        row = circuit(world)
        assert row is not None
        world.clock.now = row.probe_at
        calls = gateway.calls
        world.drain()
        assert gateway.calls == calls + 1
        after = circuit(world)
        assert after is not None
        pauses.append(after.probe_at - world.clock())
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_advice_makes_the_try(world: World, gateway: Counting) -> None:
    take_down(world, gateway)
    gateway.is_down = False
    write(world, 1, MessageKind.ADVICE)
    world.clock.now += FIRST_PAUSE
    world.drain()
    assert gateway.sent[0].body == "advice 0"


def test_advice_that_failed_is_back_for_the_next_tries(world: World, gateway: Counting) -> None:
    """A provider that is away for half an hour does not leave advice waiting a quarter after it is back."""
    write(world, 1, MessageKind.ADVICE)
    take_down(world, gateway)
    for _ in range(30):
        world.clock.forward(minutes=1)
        world.drain()
    gateway.is_down = False
    world.clock.now += LONGEST_PAUSE * 1.2
    world.drain()
    world.clock.now += A_SECOND
    world.drain()
    assert "advice 0" in world.sent_bodies()


def test_of_several_workers_one_tries(world: World) -> None:
    with world.session() as session, session.begin():
        open_circuit(session, "simulator", "503", world.clock())
        open_circuit(session, "simulator", "503", world.clock())
    now = world.clock() + FIRST_PAUSE
    with world.session() as session, session.begin():
        assert not take_probe(session, "simulator", world.clock())
        assert take_probe(session, "simulator", now)
        assert not take_probe(session, "simulator", now)
        assert take_probe(session, "simulator", now + PROBE_LASTS)


def test_what_another_worker_found_to_be_well_is_used_at_once(world: World, gateway: Counting) -> None:
    take_down(world, gateway)
    gateway.is_down = False
    with world.session() as session, session.begin():
        session.delete(session.get_one(Circuit, "simulator"))
    world.clock.forward(minutes=1)
    world.drain()
    assert len(gateway.sent) == 30


def test_the_pages_and_readyz_tell_it_while_texts_wait(lite_world: World) -> None:
    world = lite_world
    gateway = Counting(name="simulator")
    world.gateway = gateway
    take_down(world, gateway)
    with world.session() as session, session.begin():
        beat(session, world.clock())
        assert nobody_sends(session, world.clock(), world.clock(), ("simulator",))
        assert not nobody_sends(session, world.clock(), world.clock(), ("another",))
        assert [row.code for row in left_alone(session, ("simulator",))] == ["no connection"]
    answer = create_app(world.runtime).test_client().get("/readyz")
    assert answer.status_code == 503
    assert any(line.startswith("provider: simulator is left alone since") for line in answer.get_json()["problems"])
    gateway.is_down = False
    world.clock.forward(minutes=2)
    world.drain()
    with world.session() as session, session.begin():
        beat(session, world.clock())
        assert not nobody_sends(session, world.clock(), world.clock(), ("simulator",))
