"""A text from a number that belongs to nobody: shown to staff, and answered politely, once a day."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.receive import Inbound, keep, process
from bot.strangers import of_no_patient
from core.models import MessageKind, Reply
from tests.world import SENDER, World, make_world

STRANGER, OTHER = "+4521212121", "+4531313131"


def answers(world: World, phone: str = STRANGER) -> int:
    return sum(row.kind == MessageKind.ANSWER and row.to_phone == phone for row in world.messages())


def test_a_stranger_is_answered_once_a_day_however_much_comes(lite_world: World) -> None:
    for _ in range(5):
        lite_world.write("hvem er du?", sender=STRANGER)
    assert answers(lite_world) == 1
    lite_world.clock.forward(hours=23, minutes=59)
    lite_world.write("hallo", sender=STRANGER)
    assert answers(lite_world) == 1
    lite_world.clock.forward(minutes=1)
    lite_world.write("hallo igen", sender=STRANGER)
    assert answers(lite_world) == 2


def test_one_strangers_answer_is_not_anothers(lite_world: World) -> None:
    lite_world.write("hej", sender=STRANGER)
    lite_world.write("hej", sender=OTHER)
    assert (answers(lite_world), answers(lite_world, OTHER)) == (1, 1)


@pytest.mark.parametrize("sender", ["1280", "PostNord"])
def test_a_short_code_or_a_name_is_not_answered(lite_world: World, sender: str) -> None:
    lite_world.write("Din pakke er klar", sender=sender)
    assert [row for row in lite_world.messages() if row.kind == MessageKind.ANSWER] == []
    assert [alert.kind for alert in lite_world.alerts()] == ["unknown_sender"]


def kept(world: World, sid: str) -> int:
    with world.session() as session, session.begin():
        return keep(session, Inbound(sid, STRANGER, SENDER, "hej"), world.clock())


def answer(world: World, session: Session, reply_id: int) -> None:
    runtime = world.runtime
    reply = session.get_one(Reply, reply_id)
    now = world.clock()
    of_no_patient(session, runtime.content, runtime.checker, reply, now, caller=None, means=runtime.means)


def test_of_two_texts_in_one_moment_the_second_waits_for_the_first_and_is_not_answered(postgres_url: str) -> None:
    world = make_world(postgres_url)
    try:
        world.add_clinic()
        one, two = kept(world, "SM1"), kept(world, "SM2")
        with world.session() as first, world.session() as second:
            answer(world, first, one)
            first.flush()
            second.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                answer(world, second, two)
            second.rollback()
            first.commit()
            process(second, world.runtime.content, world.runtime.checker, two, world.clock(), world.runtime.means)
            second.commit()
            assert second.scalars(select(Reply.id).where(Reply.processed_at.is_(None))).all() == []
        assert answers(world) == 1
    finally:
        world.close()
