"""A patient's name and numbers put right: what waits goes to the new number, what was said stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.corrections import TAKEN, Details, correct
from core.models import Audit, MessageState, Patient
from tests.world import DOCTOR, MONDAY, PHONE, World

NEW = "+4520999888"
RIGHT = Details("Karen Testsen", "20 99 98 88", "nordjylland", DOCTOR)


@pytest.fixture
def begun(world: World) -> World:
    world.add_staff()
    world.enrol()
    world.drain()
    return world


def save(world: World, details: Details, patient_id: int = 1) -> dict[str, str]:
    with world.session() as session:
        patient = session.get_one(Patient, patient_id)
        errors = correct(session, world.runtime.content, patient, details, now=world.clock(), staff_id=1)
        session.commit()
    return errors


def test_texts_that_wait_go_to_the_new_number_and_replies_from_it_are_the_patients(begun: World) -> None:
    assert save(begun, RIGHT) == {}
    waiting = begun.messages(MessageState.PLANNED, MessageState.HELD)
    assert {row.to_phone for row in waiting} == {NEW}
    assert {row.to_phone for row in begun.messages(MessageState.SENT)} == {PHONE}
    begun.run_until(MONDAY + timedelta(days=1, hours=3))
    assert begun.gateway.sent[-1].to == NEW
    begun.write("NEJ", sender=NEW)
    assert begun.enrolment().screening_clean_at == begun.clock()
    assert (begun.patient().region, begun.patient().phone) == ("nordjylland", NEW)


def test_the_change_stands_in_the_audit_log_without_the_number(begun: World) -> None:
    save(begun, RIGHT)
    save(begun, Details("Karen T", NEW, "nordjylland", DOCTOR))
    with begun.session() as session:
        rows = session.scalars(select(Audit).where(Audit.action.like("patient.correct%")).order_by(Audit.id)).all()
    assert [(row.action, row.object_id) for row in rows] == [("patient.correct_phone", "1"), ("patient.correct", "1")]


def test_a_number_another_patient_of_the_clinic_has_is_refused(begun: World) -> None:
    begun.enrol(phone=NEW, name="Søren")
    assert save(begun, RIGHT) == {"phone": TAKEN}
    with begun.session() as session:
        assert session.get_one(Patient, 1).phone == PHONE


def test_another_clinic_may_follow_the_same_number(begun: World) -> None:
    begun.add_clinic("nord", sender="+4552512346")
    begun.enrol(phone=NEW, clinic_id="nord")
    assert save(begun, RIGHT) == {}


def test_what_is_wrong_is_said_per_field_and_nothing_is_stored(begun: World) -> None:
    errors = save(begun, Details(" ", "12", "fyn", "x"))
    assert set(errors) == {"name", "phone", "region", "doctor_phone"}
    assert begun.patient().name == "Karen Testsen"
