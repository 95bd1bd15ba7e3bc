"""Moving a running course to a newer version of its programme, on real databases, with the real dispatch."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import moving
from bot.course import pause, reopen
from bot.health import findings
from bot.moving import Change, Outcome
from core.models import Audit, Enrolment, EnrolmentState, Message, MessageKind, MessageState
from messages.programme_schema import Programme
from messages.schema import Purpose
from scheduler.replanning import REPLACED
from tests.programmes import bring_out, step
from tests.world import MONDAY, World

NAME = "akut-laend"
SENT = (MessageState.SENT, MessageState.DELIVERED)


def move(world: World, seen: tuple[int, int]) -> Outcome:
    with world.session() as session:
        outcome = moving.move(
            session,
            world.runtime.content,
            session.get_one(Enrolment, world.enrolment().id),
            seen=seen,
            now=world.clock(),
            staff_id=1,
        )
        session.commit()
    return outcome


def changes(world: World) -> dict[str, Change]:
    with world.session() as session:
        enrolment = session.get_one(Enrolment, world.enrolment().id)
        content = world.runtime.content
        found = moving.outlook(session, content, enrolment, content.programmes[NAME], world.clock())
        return {change.step_id: change for change in found.changes}


def steps(world: World, *states: MessageState) -> list[Message]:
    return [row for row in world.messages(*states) if row.kind == MessageKind.STEP]


def began(world: World) -> World:
    world.add_staff()
    world.enrol()
    return world


def test_a_new_version_leaves_running_courses_as_they_are(world: World) -> None:
    began(world)
    before = [(row.step_id, row.due_at, row.body) for row in steps(world)]
    old, _ = bring_out(world)
    assert world.enrolment().programme_version == old
    assert [(row.step_id, row.due_at, row.body) for row in steps(world)] == before


def test_staff_see_what_would_change_and_nothing_is_changed_by_looking(world: World) -> None:
    began(world)
    world.drain()
    bring_out(world)
    before = [(row.id, row.state, row.due_at) for row in steps(world)]
    found = changes(world)
    assert found["ny"].before is None
    assert found["gaa-en-tur"].after is None
    assert found["udsigt"].is_rewritten
    assert not found["udsigt"].is_moved
    assert sum(change.is_moved for change in found.values()) == 1
    assert len(found) == 4
    assert [(row.id, row.state, row.due_at) for row in steps(world)] == before


def test_moving_plans_exactly_what_was_shown_and_is_written_down(world: World) -> None:
    began(world)
    world.drain()
    seen = bring_out(world)
    shown = changes(world)
    assert move(world, seen) is Outcome.MOVED
    coming = {row.step_id: row for row in steps(world, MessageState.PLANNED, MessageState.HELD)}
    assert {name for name, change in shown.items() if change.after} <= set(coming)
    assert "gaa-en-tur" not in coming
    for name, change in shown.items():
        if change.after:
            assert (coming[name].due_at, coming[name].body) == (change.after.due_at, change.after.body)
    assert changes(world) == {}
    with world.session() as session:
        assert session.scalars(select(Audit.action).where(Audit.action == "enrolment.move_version")).all()
    assert world.enrolment().programme_version == seen[1]


def test_a_second_move_to_the_same_version_changes_nothing(world: World) -> None:
    began(world)
    seen = bring_out(world)
    assert move(world, seen) is Outcome.MOVED
    before = [(row.id, row.state) for row in steps(world)]
    assert move(world, seen) is Outcome.OTHER
    assert [(row.id, row.state) for row in steps(world)] == before


def test_another_version_than_the_one_that_was_shown_is_not_moved_to(world: World) -> None:
    began(world)
    old, new = bring_out(world)
    assert move(world, (old, new + 1)) is Outcome.OTHER
    assert move(world, (old - 1, new)) is Outcome.OTHER
    assert world.enrolment().programme_version == old


def test_a_course_that_was_stopped_is_not_moved(world: World) -> None:
    began(world)
    seen = bring_out(world)
    world.write("STOP")
    assert move(world, seen) is Outcome.OVER


@pytest.mark.parametrize("days", [0, 3, 20, 70])
def test_a_moved_course_sends_no_step_twice_and_runs_to_its_closing(lite_world: World, days: int) -> None:
    world = began(lite_world)
    world.run_until(MONDAY + timedelta(days=days), every=timedelta(hours=6))
    seen = bring_out(world)
    assert move(world, seen) is Outcome.MOVED
    world.run_until(MONDAY + timedelta(days=95), every=timedelta(hours=6))
    sent = Counter(row.step_id for row in steps(world, *SENT))
    assert max(sent.values()) == 1
    assert steps(world, *SENT)[-1].purpose == Purpose.CLOSING
    assert world.enrolment().state == EnrolmentState.COMPLETED


def test_a_text_that_is_due_and_about_to_leave_is_left_alone(world: World) -> None:
    began(world)
    seen = bring_out(world)
    welcome = steps(world)[0]
    assert welcome.due_at <= world.clock()
    move(world, seen)
    assert steps(world)[0].state == MessageState.PLANNED
    assert [row.step_id for row in steps(world)].count(welcome.step_id) == 1


def test_an_open_red_alert_holds_the_exercises_of_the_new_version_too(world: World) -> None:
    began(world)
    world.drain()
    world.write("jeg kan ikke tisse")
    move(world, bring_out(world))
    coming = {row.purpose: row.state for row in steps(world, MessageState.PLANNED, MessageState.HELD)}
    assert coming[Purpose.EXERCISE] == MessageState.HELD
    assert coming[Purpose.SCREENING] == MessageState.PLANNED


def test_a_pause_holds_the_texts_of_the_new_version_too(world: World) -> None:
    began(world)
    world.drain()
    seen = bring_out(world)
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, world.enrolment().id)
        pause(session, enrolment, now=world.clock(), until=None, staff_id=1)
    move(world, seen)
    assert steps(world, MessageState.PLANNED) == []
    assert "ny" in {row.step_id for row in steps(world, MessageState.HELD)}


def a_day_earlier(old: Programme) -> Programme:
    """The next version: its second screening stands a day earlier."""
    _, second, *_ = [one for one in old.steps if one.purpose is Purpose.SCREENING]
    assert not [one for one in old.steps if one.day == second.day - 1]
    earlier = second.model_copy(update={"day": second.day - 1})
    return old.model_copy(
        update={
            "version": old.version + 1,
            "steps": tuple(earlier if one.id == second.id else one for one in old.steps),
        }
    )


def test_the_screening_that_a_pause_swallowed_is_asked_after_it_in_a_moved_course_too(world: World) -> None:
    began(world)
    world.run_until(MONDAY + timedelta(days=5), every=timedelta(hours=6))
    back = (MONDAY + timedelta(days=12)).date()
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, world.enrolment().id)
        pause(session, enrolment, now=world.clock(), until=back, staff_id=1)
    assert move(world, bring_out(world, change=a_day_earlier)) is Outcome.MOVED
    world.run_until(MONDAY + timedelta(days=13), every=timedelta(hours=6))
    asked = [row.due_at.date() for row in steps(world, *SENT) if row.purpose == Purpose.SCREENING]
    assert asked == [(MONDAY + timedelta(days=1)).date(), back]


def with_reassurance(old: Programme) -> Programme:
    """The next version: its second screening stands a day earlier, and a reassurance follows in that week."""
    new = a_day_earlier(old)
    _, second, third, *_ = [one.day for one in new.steps if one.purpose is Purpose.SCREENING]
    free = next(day for day in range(second + 2, third) if day not in {one.day for one in new.steps})
    more = [*new.steps, step("beroligelse", free, Purpose.REASSURANCE)]
    return new.model_copy(update={"steps": tuple(sorted(more, key=lambda one: one.day))})


def test_reassurance_waits_for_the_screening_that_was_asked_not_for_one_that_the_move_cancelled(world: World) -> None:
    began(world)
    world.run_until(MONDAY + timedelta(days=5), every=timedelta(hours=6))
    move(world, bring_out(world, change=with_reassurance))
    world.run_until(MONDAY + timedelta(days=7, hours=3), every=timedelta(hours=3))
    states = {row.step_id: row.state for row in steps(world)}
    assert states["beroligelse"] == MessageState.HELD
    world.write("NEJ")
    states = {row.step_id: row.state for row in steps(world)}
    assert states["beroligelse"] == MessageState.PLANNED


def test_a_stop_and_start_after_a_move_brings_back_the_new_version_without_repeating(lite_world: World) -> None:
    world = began(lite_world)
    world.run_until(MONDAY + timedelta(days=20), every=timedelta(hours=6))
    move(world, bring_out(world))
    world.write("STOP")
    world.write("START")
    world.run_until(MONDAY + timedelta(days=95), every=timedelta(hours=6))
    sent = Counter(row.step_id for row in steps(world, *SENT))
    assert max(sent.values()) == 1
    assert sent["ny"] == 1
    assert sent["oevelse-knae-til-bryst"] == 1, "it went before the move"


def test_a_course_whose_version_is_gone_goes_on_and_the_installation_says_so(lite_world: World) -> None:
    world = began(lite_world)
    bring_out(world, keep_old=False)
    told = {finding.what: finding for finding in findings(world.runtime)}
    assert f"run `rygbot messages release {NAME}`" in told["content"].detail
    assert not told["courses"].is_good
    assert f"{NAME} version {world.enrolment().programme_version} (1)" in told["courses"].detail
    world.write("Jeg vil gerne have beskeder om morgenen")
    world.run_until(MONDAY + timedelta(days=90), every=timedelta(hours=6))
    assert steps(world, *SENT)[-1].purpose == Purpose.CLOSING
    assert world.enrolment().state == EnrolmentState.COMPLETED


def test_a_start_brings_back_a_course_whose_version_is_gone(world: World) -> None:
    began(world)
    world.drain()
    left = [(row.step_id, row.due_at, row.body) for row in steps(world, MessageState.PLANNED, MessageState.HELD)]
    bring_out(world, keep_old=False)
    world.write("STOP")
    assert steps(world, MessageState.PLANNED, MessageState.HELD) == []
    world.write("START")
    back = [(row.step_id, row.due_at, row.body) for row in steps(world, MessageState.PLANNED, MessageState.HELD)]
    assert back == left
    with world.session() as session, session.begin():
        enrolment = session.get_one(Enrolment, world.enrolment().id)
        reopen(session, world.runtime.content, enrolment, now=world.clock())
    again = [(row.step_id, row.due_at, row.body) for row in steps(world, MessageState.PLANNED, MessageState.HELD)]
    assert again == left, "a course that runs is not opened a second time"


def test_what_a_move_replaced_stays_in_the_outbox_with_its_reason(world: World) -> None:
    began(world)
    move(world, bring_out(world))
    replaced = steps(world, MessageState.CANCELLED)
    assert replaced
    assert {row.reason for row in replaced} == {REPLACED}
