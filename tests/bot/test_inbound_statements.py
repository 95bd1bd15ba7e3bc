"""A patient's text costs few statements. They are counted: how long they take is for benchmarks/inbound.py to say."""

from __future__ import annotations

import pytest

from benchmarks.queries import recorded
from core.models import AlertKind, MessageKind
from tests.world import PHONE, World

KEEPING = 1
READING = 3
"""The reply; whose it is; how that patient stands and what was asked."""
WRITING = 3
"""The reply, its triage, all that is sent back."""
RAISING = 2
"""The alert and the first line of its timeline."""
HOLDING = 4
"""When the screenings were asked, which texts wait; their history and their new state."""
PLAIN, RED = "tak for beskeden", "jeg kan ikke tisse"


def statements(world: World, text: str, sender: str = PHONE) -> list[str]:
    """What a text asks of the database from its coming in to the end of its transaction."""
    with recorded(world.runtime.engine) as queries:
        world.write(text, sender=sender)
    return [query.statement for query in queries]


@pytest.fixture
def followed(world: World) -> World:
    """A patient who has been asked something."""
    world.enrol()
    world.drain()
    return world


def test_a_plain_reply_costs_seven_statements(followed: World) -> None:
    assert len(statements(followed, PLAIN)) <= KEEPING + READING + WRITING
    assert [message.kind for message in followed.messages() if message.reply_id] == [MessageKind.ANSWER]


def test_a_red_reply_costs_thirteen(followed: World) -> None:
    asked = statements(followed, RED)
    assert len(asked) <= KEEPING + READING + WRITING + RAISING + HOLDING
    assert [alert.kind for alert in followed.alerts()] == [AlertKind.REPLY]
    answers = {message.kind for message in followed.messages() if message.reply_id}
    assert answers == {MessageKind.ADVICE, MessageKind.CONTACT_CHECK}


def test_a_second_red_reply_costs_no_more(followed: World) -> None:
    """Its question whether a doctor was reached takes the place of the first one's; nothing is left to hold."""
    first = len(statements(followed, RED))
    followed.clock.forward(minutes=5)
    assert len(statements(followed, RED)) <= first


def test_a_patient_who_has_written_much_costs_no_more(followed: World) -> None:
    first = len(statements(followed, PLAIN))
    for text in (RED, "nej", "4", "det gør mere ondt", PLAIN):
        followed.clock.forward(hours=1)
        followed.write(text)
    followed.clock.forward(hours=1)
    assert len(statements(followed, PLAIN)) <= first


def test_no_statement_is_compiled_twice(followed: World) -> None:
    cache = followed.runtime.engine._compiled_cache
    assert cache is not None
    for text in (RED, RED, PLAIN):
        followed.write(text)
    compiled = len(cache)
    for text in (RED, PLAIN):
        followed.write(text)
    assert len(cache) == compiled
