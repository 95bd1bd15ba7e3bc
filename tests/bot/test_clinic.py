"""A clinic changes its name, number or hours: what waits follows, what has left stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.clinic import EARLIEST, LATEST, Changed, Details, change, check
from core.models import Audit, Clinic, Message, MessageKind, MessageState
from scheduler.calendar import local
from scheduler.outbox import Draft, enqueue
from tests.world import PHONE, World, copied_world

OLD = Details("Rygklinik Vest", "87 65 43 21", "midtjylland", EARLIEST, LATEST)
RENAMED = Details("Klinikken på Torvet", "86 11 22 33", "midtjylland", EARLIEST, LATEST)
NARROW = Details(OLD.name, OLD.phone, OLD.region, 12 * 60, 15 * 60)
PROGRAMMES = ("akut-laend", "hekseskud", "nerverod-laend", "langvarig")


def alter(world: World, details: Details) -> Changed:
    with world.session() as session, session.begin():
        return change(session, world.runtime.content, "vest", details, staff_id=1, now=world.clock())


def waiting(world: World) -> list[Message]:
    return world.messages(MessageState.PLANNED, MessageState.HELD)


@pytest.fixture
def staffed(world: World) -> World:
    world.add_staff()
    return world


def test_waiting_texts_get_the_new_name_and_number_and_those_that_left_keep_the_old(staffed: World) -> None:
    staffed.enrol()
    staffed.drain()
    sent = {message.id: message.body for message in staffed.messages(MessageState.SENT)}
    changed = alter(staffed, RENAMED)
    bodies = [message.body for message in waiting(staffed)]
    assert changed.fields == ("name", "phone")
    assert changed.rewritten > 10
    assert sent
    assert all(body.startswith("Klinikken på Torvet: ") for body in bodies)
    assert not any("87 65 43 21" in body for body in bodies)
    assert any("86 11 22 33" in body for body in bodies)
    assert {message.id: message.body for message in staffed.messages(MessageState.SENT)} == sent


def test_a_name_changed_and_changed_back_leaves_every_text_as_it_was(staffed: World) -> None:
    staffed.enrol(programme="nerverod-laend", instructed=True)
    before = [(message.step_id, message.body, message.segments) for message in waiting(staffed)]
    alter(staffed, RENAMED)
    alter(staffed, OLD)
    assert [(message.step_id, message.body, message.segments) for message in waiting(staffed)] == before


def test_answers_and_advice_that_wait_get_the_new_name_too(staffed: World) -> None:
    staffed.enrol()
    staffed.write("jeg kan ikke tisse")
    draft = Draft(MessageKind.STAFF, "Rygklinik Vest: Ring på 87 65 43 21.", delay=timedelta(hours=1))
    with staffed.session() as session, session.begin():
        enqueue(session, draft, clinic_id="vest", to_phone=PHONE, now=staffed.clock(), patient_id=1)
    alter(staffed, RENAMED)
    others = [message for message in waiting(staffed) if message.kind != MessageKind.STEP]
    assert {message.kind for message in others} >= {MessageKind.ADVICE, MessageKind.STAFF}
    assert all(message.body.startswith("Klinikken på Torvet: ") for message in others)
    assert others[-1].body == "Klinikken på Torvet: Ring på 86 11 22 33."


def test_a_narrowed_window_moves_what_waits_into_it_each_on_its_day(staffed: World) -> None:
    staffed.enrol(time_of_day="morgen")
    staffed.enrol(phone="20123457", time_of_day="aften", programme="hekseskud")
    days = {message.id: local(message.due_at).date() for message in later(staffed)}
    moved = alter(staffed, NARROW).moved
    assert moved > 10
    for message in later(staffed):
        wall = local(message.due_at)
        assert 12 * 60 <= wall.hour * 60 + wall.minute < 15 * 60
        assert wall.date() == days[message.id]
        assert message.next_attempt_at == message.due_at < message.expires_at


def later(world: World) -> list[Message]:
    return [message for message in waiting(world) if message.due_at > world.clock()]


def test_a_window_narrowed_and_widened_again_leaves_all_hours_as_they_were(staffed: World) -> None:
    for number, programme in enumerate(PROGRAMMES):
        staffed.enrol(phone=f"+452012340{number}", programme=programme, time_of_day="aften", instructed=True)
    before = [(message.id, message.due_at, message.expires_at) for message in later(staffed)]
    alter(staffed, NARROW)
    assert [(message.id, message.due_at, message.expires_at) for message in later(staffed)] != before
    alter(staffed, OLD)
    assert [(message.id, message.due_at, message.expires_at) for message in later(staffed)] == before


def test_a_text_put_elsewhere_by_hand_moves_no_further_than_it_must(staffed: World) -> None:
    staffed.enrol(time_of_day="morgen")
    first, second = later(staffed)[5:7]
    inside, outside = (local(row.due_at).replace(hour=hour, minute=20) for row, hour in ((first, 13), (second, 18)))
    with staffed.session() as session, session.begin():
        for row, moment in ((first, inside), (second, outside)):
            session.execute(update(Message).where(Message.id == row.id).values(due_at=moment, next_attempt_at=moment))
    alter(staffed, NARROW)
    hours = {message.id: local(message.due_at).time().isoformat("minutes") for message in waiting(staffed)}
    assert (hours[first.id], hours[second.id]) == ("13:20", "14:59")


def test_another_clinics_texts_stay_as_they_are(staffed: World) -> None:
    staffed.add_clinic("nord", sender="+4552512346")
    staffed.enrol(phone="+4520123499", clinic_id="nord")
    before = [(message.body, message.due_at) for message in waiting(staffed)]
    alter(staffed, RENAMED)
    alter(staffed, NARROW)
    assert [(message.body, message.due_at) for message in waiting(staffed)] == before


def test_nothing_changed_is_nothing_done_and_nothing_logged(staffed: World) -> None:
    staffed.enrol()
    assert alter(staffed, OLD) == Changed()
    with staffed.session() as session:
        assert session.scalars(select(Audit.id).where(Audit.action == "clinic.change")).all() == []


def test_a_change_is_logged_with_what_it_was_about(staffed: World) -> None:
    alter(staffed, Details("Ny", OLD.phone, "sjaelland", 12 * 60, LATEST, second_factor=True))
    with staffed.session() as session:
        line = session.scalars(select(Audit).where(Audit.action == "clinic.change")).one()
        clinic = session.get_one(Clinic, "vest")
    assert (line.staff_id, line.detail) == (1, "navn, region, sendetid, to trin ved log ind")
    assert (clinic.region, clinic.window_opens, clinic.require_second_factor) == ("sjaelland", 720, True)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (Details(" ", OLD.phone, OLD.region, EARLIEST, LATEST), "name"),
        (Details("x" * 61, OLD.phone, OLD.region, EARLIEST, LATEST), "name"),
        (Details("Ny", "12", OLD.region, EARLIEST, LATEST), "phone"),
        (Details("Ny", OLD.phone, "atlantis", EARLIEST, LATEST), "region"),
        (Details("Ny", OLD.phone, OLD.region, EARLIEST - 1, LATEST), "closes"),
        (Details("Ny", OLD.phone, OLD.region, EARLIEST, LATEST + 1), "closes"),
        (Details("Ny", OLD.phone, OLD.region, 600, 659), "closes"),
    ],
)
def test_details_that_cannot_be_used_are_refused(lite_world: World, details: Details, field: str) -> None:
    assert list(check(lite_world.runtime.content, details)) == [field]
    with pytest.raises(ValueError, match="checked"):
        alter(lite_world, details)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(
    windows=st.lists(st.tuples(st.integers(540, 1140), st.integers(60, 660)), min_size=1, max_size=3),
    time_of_day=st.sampled_from(["morgen", "formiddag", "eftermiddag", "aften"]),
)
def test_whatever_the_windows_each_waiting_text_lies_in_the_last_one_and_texts_keep_their_order(
    tmp_path_factory: pytest.TempPathFactory,
    _sqlite_template: Path,  # noqa: PT019 - its value is needed
    windows: list[tuple[int, int]],
    time_of_day: str,
) -> None:
    world = copied_world(tmp_path_factory, _sqlite_template)
    world.add_staff()
    world.enrol(time_of_day=time_of_day)
    order = [message.step_id for message in sorted(later(world), key=lambda row: row.due_at)]
    for opens, length in windows:
        closes = min(opens + length, LATEST)
        alter(world, Details(OLD.name, OLD.phone, OLD.region, opens, closes))
        for message in later(world):
            wall = local(message.due_at)
            assert opens <= wall.hour * 60 + wall.minute < closes
    assert [message.step_id for message in sorted(later(world), key=lambda row: row.due_at)] == order
    world.close()
