"""Texts whose webhook never came are read back from the provider's list."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.readback import FIRST_TIME, ON_ITS_WAY, OVERLAP, READ_UP_TO
from core.gateway import Received
from core.models import Reply
from scheduler.turns import bookmark
from tests.world import PHONE, SENDER, World

RED = "jeg kan ikke tisse"


def text_came(world: World, body: str, *, sid: str = "SMa", at: datetime | None = None) -> None:
    world.book.came.append(Received(sid, PHONE, SENDER, body, 0, at or world.clock()))


def bodies(world: World) -> list[str]:
    with world.session() as session:
        return list(session.scalars(select(Reply.body).order_by(Reply.id)))


def test_a_text_whose_webhook_never_came_is_taken_as_if_it_had(world: World) -> None:
    world.enrol()
    text_came(world, RED)
    world.clock.now += ON_ITS_WAY
    assert world.books.read_back() == 1
    assert [alert.colour for alert in world.alerts()] == ["red"]
    assert len(world.advice()) == 1


def test_it_is_read_in_the_light_of_when_it_was_written(world: World) -> None:
    world.enrol()
    written = world.clock()
    text_came(world, "hej")
    world.clock.forward(hours=5)
    world.books.read_back()
    with world.session() as session:
        assert session.scalars(select(Reply.received_at)).one() == written


def test_reading_again_and_again_takes_a_text_once(world: World) -> None:
    world.enrol()
    text_came(world, RED)
    world.clock.now += ON_ITS_WAY
    assert [world.books.read_back() for _ in range(3)] == [1, 0, 0]
    assert bodies(world) == [RED]


def test_what_the_webhook_brought_is_not_taken_again(world: World) -> None:
    world.enrol()
    world.write(RED, provider_id="SMa")
    text_came(world, RED)
    world.clock.now += ON_ITS_WAY
    assert world.books.read_back() == 0


def test_a_webhook_that_comes_after_all_is_harmless(world: World) -> None:
    world.enrol()
    text_came(world, RED)
    world.clock.now += ON_ITS_WAY
    world.books.read_back()
    world.write(RED, provider_id="SMa")
    assert bodies(world) == [RED]
    assert len(world.alerts()) == 1


def test_a_text_just_come_is_left_to_its_webhook(world: World) -> None:
    world.enrol()
    text_came(world, RED)
    assert world.books.read_back() == 0


def test_after_days_without_a_worker_nothing_is_left_out(world: World) -> None:
    world.enrol()
    world.books.read_back()
    world.clock.forward(days=3)
    text_came(world, "for to dage siden", at=world.clock() - timedelta(days=2))
    assert world.books.read_back() == 1


def test_a_text_that_enters_the_list_late_is_still_found(world: World) -> None:
    world.enrol()
    world.books.read_back()
    text_came(world, RED, at=world.clock() - OVERLAP)
    world.clock.now += timedelta(minutes=3)
    assert world.books.read_back() == 1


def test_the_first_reading_goes_a_day_back(world: World) -> None:
    text_came(world, "i dag", sid="SM1", at=world.clock() - FIRST_TIME)
    text_came(world, "i forgårs", sid="SM2", at=world.clock() - 2 * FIRST_TIME)
    assert world.books.read_back() == 1
    assert bodies(world) == ["i dag"]


def test_while_the_list_cannot_be_read_the_bookmark_stays(world: World) -> None:
    world.enrol()
    world.books.read_back()
    before = world.clock()
    world.clock.forward(hours=4)
    world.book.unreadable = 1
    assert world.books.read_back() == 0
    with world.session() as session:
        assert bookmark(session, READ_UP_TO) == before
    text_came(world, RED, at=before + timedelta(minutes=1))
    assert world.books.read_back() == 1
