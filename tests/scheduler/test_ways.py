"""Several gateways: a second one takes what the first proves not to have, and the first is tried again with care."""

from __future__ import annotations

import pytest

from core.gateway import SendError, Verdict
from core.models import MessageKind
from scheduler.circuits import FAILURES, FIRST_PAUSE, LONGEST_PAUSE
from scheduler.ways import Ways
from tests.scheduler.test_circuits import Counting, write
from tests.world import World


def two(first: Counting, second: Counting, world: World) -> None:
    world.gateway = Ways([first, second])  # type: ignore[assignment]


def test_a_second_gateway_takes_what_the_first_proves_not_to_have(world: World) -> None:
    first, second = Counting(name="one"), Counting(name="two")
    first.is_down = True
    two(first, second, world)
    write(world, 40)
    assert world.drain().sent == 40
    assert len(second.sent) == 40
    assert first.calls <= FAILURES + 8
    assert {message.gateway for message in world.messages()} == {"two"}


@pytest.mark.parametrize("verdict", [Verdict.UNKNOWN, Verdict.REFUSED])
def test_what_the_first_may_have_taken_or_refused_for_good_never_goes_by_the_second(
    world: World, verdict: Verdict
) -> None:
    first, second = Counting(name="one"), Counting(name="two")
    first.errors = [SendError(verdict, "500", is_providers=verdict is Verdict.UNKNOWN)]
    two(first, second, world)
    write(world, 1)
    world.drain()
    assert second.calls == 0


def test_the_first_is_tried_again_with_one_text_that_is_no_advice(world: World) -> None:
    first, second = Counting(name="one"), Counting(name="two")
    first.is_down = True
    two(first, second, world)
    write(world, 20)
    world.drain()
    calls = first.calls
    world.clock.now += FIRST_PAUSE
    write(world, 1, MessageKind.ADVICE)
    world.drain()
    assert first.calls == calls
    write(world, 10)
    world.drain()
    assert first.calls == calls + 1
    first.is_down = False
    world.clock.now += LONGEST_PAUSE
    write(world, 10)
    world.drain()
    assert len(first.sent) == 1
    write(world, 10)
    world.drain()
    assert len(first.sent) == 11


def test_with_both_away_the_first_to_be_due_is_tried(world: World) -> None:
    first, second = Counting(name="one"), Counting(name="two")
    first.is_down = second.is_down = True
    two(first, second, world)
    write(world, 40)
    world.drain()
    second.is_down = False
    world.clock.now += FIRST_PAUSE
    world.drain()
    world.clock.forward(minutes=2)
    world.drain()
    assert len(second.sent) + len(first.sent) == 40
