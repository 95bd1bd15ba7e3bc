"""One planned text moved, sent now, cancelled or brought back, on real databases with the real dispatch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import planned
from bot.course import pause
from bot.neutral import switch as switch_neutral
from bot.planned import Outcome, Refusal
from core.models import Audit, Enrolment, EnrolmentState, Message, MessageKind, MessageState
from messages.schema import Purpose
from scheduler.calendar import local
from scheduler.planning import HELD_RED
from scheduler.replanning import BROUGHT_BACK
from scheduler.shifting import Objection
from tests.programmes import bring_out
from tests.world import MONDAY, World

SENT = (MessageState.SENT, MessageState.DELIVERED)
WAITING = (MessageState.PLANNED, MessageState.HELD)
EXERCISE = "oevelse-knae-til-bryst"
"""Goes out though the patient is silent."""
REASON = "aftalt med patienten"


@pytest.fixture
def begun(world: World) -> World:
    """A course whose welcome has gone."""
    world.add_staff()
    world.enrol()
    world.drain()
    return world


def text(world: World, step_id: str) -> Message:
    rows = [row for row in world.messages() if row.step_id == step_id and row.reason != BROUGHT_BACK]
    return max(rows, key=lambda row: row.plan_version or 0)


def done(world: World, step_id: str, act: Callable[[Session, Message], Outcome]) -> Outcome:
    with world.session() as session:
        outcome = act(session, session.get_one(Message, text(world, step_id).id))
        session.commit()
    return outcome


def move(world: World, step_id: str, to: datetime, seen: datetime | None = None) -> Outcome:
    def act(session: Session, row: Message) -> Outcome:
        return planned.move(session, row, seen_due_at=seen or row.due_at, to=to, now=world.clock(), staff_id=1)

    return done(world, step_id, act)


def cancel(world: World, step_id: str) -> Outcome:
    return done(
        world, step_id, lambda session, row: planned.cancel(session, row, reason=REASON, now=world.clock(), staff_id=1)
    )


def restore(world: World, step_id: str) -> Outcome:
    content = world.runtime.content
    return done(
        world, step_id, lambda session, row: planned.restore(session, content, row, now=world.clock(), staff_id=1)
    )


def send_now(world: World, step_id: str) -> Outcome:
    def act(session: Session, row: Message) -> Outcome:
        return planned.send_now(session, row, seen_due_at=row.due_at, now=world.clock(), staff_id=1)

    return done(world, step_id, act)


def test_a_text_is_sent_at_its_new_time_and_not_at_the_old(begun: World) -> None:
    old = text(begun, EXERCISE).due_at
    assert move(begun, EXERCISE, old + timedelta(days=1, hours=2)) is None
    begun.run_until(old + timedelta(hours=6))
    assert text(begun, EXERCISE).state == MessageState.PLANNED
    begun.run_until(old + timedelta(days=1, hours=3))
    assert text(begun, EXERCISE).state == MessageState.SENT
    with begun.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.action == "message.move")).all()


def test_a_screening_more_than_eight_days_after_the_one_before_is_refused(begun: World) -> None:
    old = text(begun, "tjek-uge-2").due_at
    assert move(begun, "tjek-uge-2", old + timedelta(days=1)) is None
    assert move(begun, "tjek-uge-2", old + timedelta(days=3)) is Objection.GAP
    assert text(begun, "tjek-uge-2").due_at == old + timedelta(days=1)


def test_a_text_that_was_moved_meanwhile_is_not_moved_on_what_was_seen_before(begun: World) -> None:
    seen = text(begun, "gaa-en-tur").due_at
    assert move(begun, "gaa-en-tur", seen + timedelta(days=1)) is None
    assert move(begun, "gaa-en-tur", seen + timedelta(days=3), seen=seen) is Refusal.LATE
    assert text(begun, "gaa-en-tur").due_at == seen + timedelta(days=1)


def test_of_two_who_move_the_same_text_at_once_one_is_told(begun: World) -> None:
    seen = text(begun, "gaa-en-tur").due_at
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(move, begun, "gaa-en-tur", seen + timedelta(days=days), seen) for days in (1, 3)]
    assert sorted(str(future.result()) for future in both) == sorted([str(None), str(Refusal.LATE)])


def test_of_two_who_cancel_the_same_text_at_once_one_is_told(begun: World) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(cancel, begun, "gaa-en-tur") for _ in range(2)]
    assert Counter(future.result() for future in both) == {None: 1, Refusal.LATE: 1}


def test_the_text_before_does_not_live_into_the_day_of_one_that_was_moved_close(begun: World) -> None:
    tour = text(begun, "gaa-en-tur")
    assert move(begun, "oevelse-knae-til-bryst", tour.due_at + timedelta(days=1, hours=-1)) is None
    moved = text(begun, "oevelse-knae-til-bryst")
    assert local(text(begun, "gaa-en-tur").expires_at) <= local(moved.due_at).replace(hour=0, minute=0)


def test_a_cancelled_text_is_not_sent_and_no_new_plan_brings_it_back(begun: World) -> None:
    assert cancel(begun, "gaa-en-tur") is None
    assert text(begun, "gaa-en-tur").reason == f"af klinikken, {REASON}"
    begun.write("STOP")
    begun.clock.forward(minutes=5)
    begun.write("START")
    begun.run_until(MONDAY + timedelta(days=8))
    assert "gaa-en-tur" not in {row.step_id for row in begun.messages(*SENT, *WAITING)}


def test_a_newer_version_does_not_bring_back_what_staff_cancelled(begun: World) -> None:
    from bot import moving

    assert cancel(begun, "udsigt") is None
    seen = bring_out(begun)
    with begun.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, begun.enrolment().id)
        moving.move(session, begun.runtime.content, enrolment, seen=seen, now=begun.clock(), staff_id=1)
    assert "udsigt" not in {row.step_id for row in begun.messages(*WAITING)}


@pytest.mark.parametrize("step_id", ["tjek-uge-2", "afslutning"])
def test_what_a_course_is_never_without_cannot_be_cancelled_alone(begun: World, step_id: str) -> None:
    assert cancel(begun, step_id) is Refusal.ESSENTIAL
    assert text(begun, step_id).state == MessageState.PLANNED


def test_a_cancelled_text_comes_back_once_in_the_words_of_today(begun: World) -> None:
    due_at = text(begun, EXERCISE).due_at
    assert cancel(begun, EXERCISE) is None
    with begun.session() as session, session.begin():
        switch_neutral(session, begun.runtime.content, "vest", neutral=True, staff_id=1, now=begun.clock())
    assert restore(begun, EXERCISE) is None
    assert restore(begun, EXERCISE) is Refusal.LATE
    back = text(begun, EXERCISE)
    assert "knæ" not in back.body
    assert "knæ" in next(row.body for row in begun.messages(MessageState.CANCELLED))
    begun.run_until(due_at + timedelta(hours=1))
    assert [row.state for row in begun.messages() if row.step_id == EXERCISE].count(MessageState.SENT) == 1


def test_a_cancelled_text_whose_day_is_taken_or_past_stays_away(begun: World) -> None:
    due_at = text(begun, "gaa-en-tur").due_at
    cancel(begun, "gaa-en-tur")
    assert move(begun, "oevelse-knae-til-bryst", due_at + timedelta(hours=1)) is None
    assert restore(begun, "gaa-en-tur") is Objection.TAKEN
    begun.clock.now = due_at
    assert restore(begun, "gaa-en-tur") is Refusal.LATE


def test_a_text_is_sent_now_where_the_day_is_free(begun: World) -> None:
    assert send_now(begun, "gaa-en-tur") is Objection.BEFORE_WELCOME
    begun.clock.forward(hours=3)
    assert send_now(begun, "gaa-en-tur") is None
    begun.drain()
    assert text(begun, "gaa-en-tur").state == MessageState.SENT
    assert send_now(begun, "oevelse-knae-til-bryst") is Objection.TAKEN
    begun.clock.forward(hours=12)
    assert send_now(begun, "oevelse-knae-til-bryst") is Objection.CLOSED


def test_what_a_red_reply_holds_is_not_sent_now(begun: World) -> None:
    begun.write("jeg kan ikke tisse")
    begun.clock.forward(days=2)
    assert text(begun, "gaa-en-tur").reason == HELD_RED
    assert send_now(begun, "gaa-en-tur") is Refusal.HELD


def test_a_held_text_that_is_moved_stays_held(begun: World) -> None:
    begun.write("jeg kan ikke tisse")
    due_at = text(begun, "gaa-en-tur").due_at
    assert move(begun, "gaa-en-tur", due_at + timedelta(days=1)) is None
    assert (text(begun, "gaa-en-tur").state, text(begun, "gaa-en-tur").reason) == (MessageState.HELD, HELD_RED)


def test_a_text_that_was_sent_or_whose_course_is_over_is_left_alone(begun: World) -> None:
    due_at = text(begun, EXERCISE).due_at
    assert move(begun, "velkomst", MONDAY + timedelta(days=2)) is Refusal.LATE
    assert cancel(begun, "velkomst") is Refusal.ESSENTIAL
    begun.run_until(due_at + timedelta(hours=1))
    assert cancel(begun, EXERCISE) is Refusal.LATE
    cancel(begun, "soevn")
    begun.write("STOP")
    assert restore(begun, "soevn") is Refusal.OVER


def test_a_course_with_moved_and_cancelled_texts_runs_to_its_closing_asking_weekly(lite_world: World) -> None:
    world = lite_world
    world.add_staff()
    world.enrol()
    world.drain()
    first = text(world, "tjek-uge-2").due_at
    assert move(world, "tjek-uge-2", first + timedelta(days=1)) is None
    for step_id in ("gaa-en-tur", "soevn", "scanning"):
        assert cancel(world, step_id) is None
    assert restore(world, "scanning") is None
    world.run_until(MONDAY + timedelta(days=95), every=timedelta(hours=6))
    sent = [row for row in world.messages(*SENT) if row.kind == MessageKind.STEP]
    assert sent[-1].purpose == Purpose.CLOSING
    assert max(Counter(row.step_id for row in sent).values()) == 1
    assert {"gaa-en-tur", "soevn"}.isdisjoint(row.step_id for row in sent)
    assert world.enrolment().state == EnrolmentState.COMPLETED


def test_days_offered_are_days_on_which_it_may_stand(begun: World) -> None:
    with begun.session() as session:
        row = session.get_one(Message, text(begun, "tjek-uge-2").id)
        days = [(day - local(MONDAY).date()).days for day in planned.free_days(session, row, begun.clock())]
    assert days == [7, 8, 9]


def test_a_pause_does_not_hinder_that_a_text_is_moved(begun: World) -> None:
    with begun.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, begun.enrolment().id)
        pause(session, enrolment, now=begun.clock(), until=None, staff_id=1)
    assert move(begun, "gaa-en-tur", text(begun, "gaa-en-tur").due_at + timedelta(days=1)) is None
    assert text(begun, "gaa-en-tur").state == MessageState.HELD
