"""A patient who is asked and does not answer."""

from __future__ import annotations

from datetime import timedelta

from core.models import Message, MessageKind, MessageState
from scheduler.planning import HELD_SILENT
from tests.world import MONDAY, PHONE, World

ASKED = MONDAY + timedelta(days=1, minutes=30)
"""The first screening: Tuesday at 10.30."""
REMINDED = ASKED + timedelta(days=1)
SECOND_ASKED = ASKED + timedelta(days=7)
RED = "kan ikke mærke mig selv i skridtet"


def started(world: World, *, phone: str = PHONE, programme: str = "akut-laend") -> int:
    enrolment_id = world.enrol(phone, programme=programme)
    world.drain()
    return enrolment_id


def silent_until(world: World, hours_after_asked: float) -> None:
    """The patient is enrolled, asked, and writes nothing."""
    started(world)
    world.run_until(ASKED + timedelta(hours=hours_after_asked))


def reminders(world: World) -> list[Message]:
    return [message for message in world.messages() if message.kind == MessageKind.REMINDER]


def kinds(world: World) -> list[tuple[str, str]]:
    return [(alert.kind, alert.colour) for alert in world.alerts()]


def held_by_silence(world: World) -> set[str]:
    return {row.purpose for row in world.messages(MessageState.HELD) if row.reason == HELD_SILENT}
