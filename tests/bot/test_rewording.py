"""A large clinic's texts are written anew in steps: the change is quick, the rest follows and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot import rewording
from bot.clinic import EARLIEST, LATEST, Changed, Details, change
from bot.course import reopen, stop
from bot.neutral import switch
from bot.rewording import go_on_rewording, left_to_reword, reword_left
from core.models import Clinic, Enrolment, MessageState, Patient
from tests.world import World, make_world

OLD, NEW = "Rygklinik Vest: ", "Klinikken på Torvet: "
RENAMED = Details("Klinikken på Torvet", "87 65 43 21", "midtjylland", EARLIEST, LATEST)
PATIENTS = 5


@pytest.fixture(autouse=True)
def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewording, "AT_ONCE", 2)


def filled(world: World) -> World:
    world.add_staff()
    for number in range(PATIENTS):
        world.enrol(phone=f"+452012340{number}")
    return world


def rename(world: World, details: Details = RENAMED) -> Changed:
    with world.session() as session, session.begin():
        return change(session, world.runtime.content, "vest", details, staff_id=1, now=world.clock())


def go_on(world: World) -> None:
    go_on_rewording(world.runtime.sessions, world.runtime.content)


def left(world: World) -> int:
    with world.session() as session:
        return left_to_reword(session, session.get_one(Clinic, "vest"))


def beginnings(world: World) -> dict[int, set[str]]:
    """By patient: how the texts that wait begin."""
    found: dict[int, set[str]] = {}
    for message in world.messages(MessageState.PLANNED, MessageState.HELD):
        assert message.patient_id is not None
        found.setdefault(message.patient_id, set()).add(message.body.partition(": ")[0] + ": ")
    return found


def test_some_courses_follow_at_once_and_a_tick_does_the_others(world: World) -> None:
    filled(world)
    changed = rename(world)
    assert (changed.left, left(world)) == (PATIENTS - 2, PATIENTS - 2)
    assert sorted(map(sorted, beginnings(world).values())) == [[NEW], [NEW], [OLD], [OLD], [OLD]]
    go_on(world)
    assert left(world) == 0
    assert set(map(frozenset, beginnings(world).values())) == {frozenset({NEW})}
    go_on(world)


def test_each_step_is_a_transaction_of_its_own(lite_world: World) -> None:
    filled(lite_world)
    rename(lite_world)
    with lite_world.session() as session:
        assert reword_left(session, lite_world.runtime.content, "vest")
        session.commit()
    assert left(lite_world) == PATIENTS - 4


def test_a_second_change_under_way_leaves_all_in_the_last_words(lite_world: World) -> None:
    filled(lite_world)
    rename(lite_world)
    with lite_world.session() as session, session.begin():
        switch(session, lite_world.runtime.content, "vest", neutral=True, staff_id=1, now=lite_world.clock())
    go_on(lite_world)
    with lite_world.session() as session:
        wordings = set(session.scalars(select(Enrolment.wording)))
        assert wordings == {session.get_one(Clinic, "vest").wording}
    assert set(map(frozenset, beginnings(lite_world).values())) == {frozenset({NEW})}


def test_who_is_enrolled_meanwhile_is_in_the_new_words_from_the_start(lite_world: World) -> None:
    filled(lite_world)
    rename(lite_world)
    lite_world.enrol(phone="+4520123499")
    found = beginnings(lite_world)
    assert found[max(found)] == {NEW}
    assert left(lite_world) == PATIENTS - 2


def test_a_course_that_stops_meanwhile_is_not_waited_for(lite_world: World) -> None:
    filled(lite_world)
    rename(lite_world)
    with lite_world.session() as session, session.begin():
        last = session.scalars(select(Enrolment).order_by(Enrolment.id.desc()).limit(1)).one()
        stop(session, last, now=lite_world.clock(), reason="patienten har afmeldt sms", staff_id=None)
    assert left(lite_world) == PATIENTS - 3
    go_on(lite_world)
    with lite_world.session() as session, session.begin():
        last = session.get_one(Enrolment, last.id)
        reopen(session, lite_world.runtime.content, last, now=lite_world.clock() + timedelta(hours=1))
    assert beginnings(lite_world)[last.patient_id] == {NEW}


@pytest.mark.parametrize("act", [rename, go_on], ids=["change", "step"])
def test_patients_whose_turn_has_not_come_are_not_held(act: Callable[[World], object], postgres_url: str) -> None:
    """A reply of theirs is taken in while the others' texts are written."""
    world = make_world(postgres_url)
    world.add_clinic()
    filled(world)
    if act is go_on:
        rename(world)
    with world.session() as one, world.session() as other:
        content, now = world.runtime.content, world.clock()
        if act is rename:
            change(one, content, "vest", RENAMED, staff_id=1, now=now)
        else:
            reword_left(one, content, "vest")
        patients = other.scalars(select(Patient.id).order_by(Patient.id)).all()
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        other.execute(select(Patient.id).where(Patient.id == patients[-1]).with_for_update())
        held = patients[0] if act is rename else patients[2]
        with pytest.raises(OperationalError, match="lock timeout"):
            other.execute(select(Patient.id).where(Patient.id == held).with_for_update())
    world.close()
