"""Late texts are judged once and at once, whatever fails in between and whoever else judges beside."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn

import pytest
from sqlalchemy import select, text, update

from core.models import Message, MessageKind, Patient
from scheduler import dispatch, exchange, lateness, picking
from scheduler.calendar import Window, next_sendable
from scheduler.lateness import give_places
from scheduler.looking import LOOK_AGAIN
from tests.faults.bench import wait_for
from tests.world import MONDAY, World, make_world

_WAITS = text("SELECT cardinality(pg_blocking_pids(:process)) > 0")
"""Whether a process of PostgreSQL waits for another's lock."""


@pytest.fixture
def a_heap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is due is a heap, in which a worker looks seldom for what is late."""
    monkeypatch.setattr(picking, "are_few", lambda _due: False)


@pytest.mark.usefixtures("a_heap")
def test_a_heap_seen_just_before_the_window_opens_is_judged_when_it_opens(lite_world: World) -> None:
    for number in range(50):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    opens = next_sendable(MONDAY.replace(hour=22), Window(9 * 60, 20 * 60), on_holidays=False)
    lite_world.clock.now = opens - LOOK_AGAIN / 2
    lite_world.dispatcher.run(lite_world.clock)
    assert lite_world.gateway.sent == []
    lite_world.clock.now += LOOK_AGAIN * 0.8
    lite_world.dispatcher.run(lite_world.clock)
    assert len(lite_world.gateway.sent) == 1


@pytest.mark.usefixtures("a_heap")
def test_a_claim_that_fails_takes_no_judgement_back(lite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    lite_world.clock.forward(hours=2)
    with monkeypatch.context() as fault:
        fault.setattr(dispatch, "give_places", partial(_then_fail, fault))
        with pytest.raises(RuntimeError):
            lite_world.dispatcher.run(lite_world.clock)
    lite_world.clock.forward(seconds=1)
    lite_world.dispatcher.run(lite_world.clock)
    assert len(lite_world.gateway.sent) == 1


def _then_fail(fault: pytest.MonkeyPatch, *given: Any) -> int:
    def broken(*_given: object, **_options: object) -> NoReturn:
        raise RuntimeError("the database went away")

    fault.setattr(exchange, "take", broken)
    return give_places(*given)


def test_workers_that_judge_unlike_portions_do_not_lock_each_other_out(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What falls late between their looks shifts the portions; the newer patient's texts may be the older rows."""
    world = make_world(postgres_url)
    world.add_clinic()
    for number in range(2):
        world.enrol(phone=f"+4520{100000 + number}")
    world.clock.forward(hours=2)
    with world.session() as first, world.session() as second, ThreadPoolExecutor(1) as beside:
        its_process = second.scalar(text("SELECT pg_backend_pid()"))
        older, newer = first.scalars(select(Patient.id).order_by(Patient.id)).all()
        first.execute(update(Message).values(patient_id=older + newer - Message.patient_id))
        first.commit()
        now = lateness.instants(world.clock(), timedelta(minutes=15))
        monkeypatch.setattr(lateness, "AT_ONCE", 1)
        one_by_one = lateness._by_patient(first, [older, newer], now)
        next(one_by_one)
        monkeypatch.setattr(lateness, "AT_ONCE", 2)
        together = beside.submit(lambda: list(lateness._by_patient(second, [older, newer], now)))
        wait_for(lambda: bool(first.scalar(_WAITS, {"process": its_process})))
        monkeypatch.setattr(lateness, "AT_ONCE", 1)
        next(one_by_one)
        first.rollback()
        assert len(together.result()) == 2
        second.rollback()
    world.close()


def test_two_workers_that_wake_together_give_each_text_one_place(postgres_url: str) -> None:
    world, other = make_world(postgres_url), make_world(postgres_url)
    try:
        world.add_clinic()
        for number in range(20):
            world.enrol(phone=f"+4520{100000 + number}")
        world.clock.forward(hours=2)
        other.clock.now = world.clock.now
        world.dispatcher.run(world.clock)
        places = {row.id: row.next_attempt_at for row in world.messages() if row.kind == MessageKind.STEP}
        other.dispatcher.run(other.clock)
        assert {row.id: row.next_attempt_at for row in world.messages() if row.kind == MessageKind.STEP} == places
        assert len(world.gateway.sent) + len(other.gateway.sent) == 1
    finally:
        world.close()
        other.close()
