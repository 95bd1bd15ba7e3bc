from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.models import Enrolment, Message, MessageState
from scheduler.outbox import ALLOWED, enqueue_plan, move, sources_of
from scheduler.planning import Course, plan
from tests.world import MONDAY, World

FINAL = {
    MessageState.DELIVERED,
    MessageState.UNDELIVERED,
    MessageState.FAILED,
    MessageState.EXPIRED,
    MessageState.CANCELLED,
}


def test_the_table_names_every_state() -> None:
    assert set(ALLOWED) == set(MessageState)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_is_final_stays(state: MessageState) -> None:
    assert ALLOWED[state] == frozenset()


@given(st.lists(st.sampled_from(sorted(MessageState)), max_size=12))
def test_no_sequence_of_moves_sends_a_text_that_may_have_left(moves: list[MessageState]) -> None:
    state = MessageState.PLANNED
    may_have_left = False
    for target in moves:
        if target not in ALLOWED[state]:
            continue
        assert not (may_have_left and target is MessageState.SENDING)
        may_have_left = may_have_left or target in {MessageState.SENT, MessageState.UNKNOWN, *FINAL}
        state = target


def test_an_illegal_move_changes_nothing(world: World) -> None:
    world.enrol()
    world.drain()
    (sent,) = world.messages(MessageState.SENT)
    with world.session() as session, session.begin():
        assert not move(session, sent.id, MessageState.PLANNED)
        assert move(session, sent.id, MessageState.DELIVERED)
    assert [message.id for message in world.messages(MessageState.DELIVERED)] == [sent.id]
    assert MessageState.SENT not in sources_of(MessageState.PLANNED)


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
