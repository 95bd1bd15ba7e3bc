from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.models import Enrolment, Message
from scheduler.outbox import enqueue_plan
from scheduler.planning import Course, plan
from tests.world import MONDAY, World


def test_a_step_stands_once_per_enrolment_and_plan_version(world: World) -> None:
    enrolment_id = world.enrol()
    programme = world.runtime.content.programmes["akut-laend"]
    with world.session() as session:
        enrolment = session.get_one(Enrolment, enrolment_id)
        from scheduler.calendar import Window

        course = Course(programme, MONDAY, enrolment.start_date, "formiddag", instructed=False, window=Window())
        rows = plan(course)[:1]
        with pytest.raises(IntegrityError):
            enqueue_plan(session, enrolment, rows, ["x"], MONDAY)


def test_all_rows_of_a_course_stand_in_the_outbox_at_enrolment(world: World) -> None:
    world.enrol()
    programme = world.runtime.content.programmes["akut-laend"]
    wanted = [step.id for step in programme.steps if step.requires is None]
    with world.session() as session:
        assert session.scalars(select(Message.step_id).order_by(Message.due_at)).all() == wanted
