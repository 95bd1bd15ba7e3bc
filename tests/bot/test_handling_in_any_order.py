"""Whatever several people do with a red alert, in whatever order: it, its timeline and the held texts always agree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import alerts
from bot.standing import Act, Deed
from bot.undoing import UNDO_WITHIN, undo
from core.models import Alert, AlertEvent, AlertState, Audit, MessageState
from scheduler.planning import HELD_RED
from tests.world import World, copied_world, make_world

PEOPLE = ("mette", "anders", "ida")
ACTS = ("acknowledge", "resolve", "hand_over", "take_over", "give_back", "reopen", "undo")


@dataclass(frozen=True)
class Standing:
    """What a person who reads the timeline would say: who has it, and whether it is closed."""

    state: AlertState = AlertState.OPEN
    holder: int | None = None


@dataclass(frozen=True)
class Try:
    """One person tries one act, so many minutes after the one before. `is_late`: from a page that is one act old."""

    act: str
    person: str
    receiver: str
    minutes: int
    is_late: bool


TRIES = st.builds(
    Try,
    act=st.sampled_from(ACTS),
    person=st.sampled_from(PEOPLE),
    receiver=st.sampled_from(PEOPLE),
    minutes=st.integers(0, 12),
    is_late=st.booleans(),
)


def told_by(events: list[AlertEvent]) -> Standing:
    """The timeline read aloud, from the first line to the last."""
    past = [Standing()]
    for event in events:
        now = past[-1]
        if event.action == "undo":
            past.pop()
            continue
        after = {
            "opened": Standing(),
            "acknowledge": Standing(AlertState.ACKNOWLEDGED, event.staff_id),
            "take_over": Standing(AlertState.ACKNOWLEDGED, event.staff_id),
            "hand_over": Standing(AlertState.ACKNOWLEDGED, event.receiver_id),
            "give_back": Standing(),
            "resolve": replace(now, state=AlertState.RESOLVED),
            "reopen": Standing(),
        }
        past.append(after[event.action])
    return past[-1]


def may(act: str, now: Standing, staff_id: int, receiver_id: int) -> bool:
    """The rules in a few words, but for an undo."""
    is_mine = now.state == AlertState.ACKNOWLEDGED and now.holder == staff_id
    return {
        "acknowledge": now.state == AlertState.OPEN,
        "resolve": now.state != AlertState.RESOLVED,
        "hand_over": is_mine and receiver_id != staff_id,
        "take_over": now.state == AlertState.ACKNOWLEDGED and now.holder != staff_id,
        "give_back": is_mine,
        "reopen": now.state == AlertState.RESOLVED,
    }[act]


def may_undo(events: list[AlertEvent], staff_id: int, world: World) -> bool:
    last = events[-1]
    is_mine = last.staff_id == staff_id and last.action not in {"opened", "undo"}
    return is_mine and world.clock() - last.at <= UNDO_WITHIN


def carry_out(session: Session, world: World, one: Try, alert: Alert, staff: dict[str, int]) -> Act:
    seen = alert.version - 1 if one.is_late else alert.version
    deed = Deed(
        clinic_id="vest",
        staff_id=staff[one.person],
        now=world.clock(),
        note="ord",
        seen=seen,
        undo_until=world.clock() + UNDO_WITHIN,
    )
    if one.act == "undo":
        event_id = alert.events[-1].id
        now = world.clock()
        return undo(session, alert.id, event_id, clinic_id="vest", staff_id=staff[one.person], now=now, wall_now=now)
    if one.act == "hand_over":
        return alerts.hand_over(session, alert.id, receiver_id=staff[one.receiver], **deed)
    if one.act == "resolve":
        return alerts.resolve(session, alert.id, outcome="talked", **deed)
    act: Act = getattr(alerts, one.act)(session, alert.id, **deed)
    return act


def red_world(world: World) -> tuple[int, dict[str, int]]:
    """A red alert of a patient whose course has exercises to come, and the clinic's people."""
    staff = {name: world.add_staff(f"{name}@vest.example", "clinician") for name in PEOPLE}
    world.enrol()
    world.clock.forward(days=1, hours=1)
    world.write("jeg kan ikke tisse")
    return world.alerts()[-1].id, staff


@given(st.lists(TRIES, min_size=1, max_size=12))
@settings(max_examples=60)
def test_the_alert_its_timeline_and_the_held_texts_always_agree(
    tmp_path_factory: pytest.TempPathFactory,
    _sqlite_template: Path,  # noqa: PT019 - its value is the file
    tries: list[Try],
) -> None:
    world = copied_world(tmp_path_factory, _sqlite_template)
    alert_id, staff = red_world(world)
    for one in tries:
        world.clock.forward(minutes=one.minutes)
        with world.session() as session, session.begin():
            alert = session.get_one(Alert, alert_id)
            before = told_by(alert.events)
            allowed = (
                may_undo(alert.events, staff[one.person], world)
                if one.act == "undo"
                else may(one.act, before, staff[one.person], staff[one.receiver]) and not one.is_late
            )
            was = len(alert.events)
            done = carry_out(session, world, one, alert, staff)
            assert (done is Act.DONE) == allowed, (one, done)
        with world.session() as session:
            alert = session.get_one(Alert, alert_id)
            assert len(alert.events) == was + allowed
            assert Standing(AlertState(alert.state), alert.holder_id) == told_by(alert.events)
            assert (alert.resolved_at is not None) == (alert.state == AlertState.RESOLVED)
            audited = session.scalars(select(Audit.action).where(Audit.object_type == "alert")).all()
            assert list(audited) == [f"alert.{event.action}" for event in alert.events if event.action != "opened"]
        held = any(text.reason == HELD_RED for text in world.messages(MessageState.HELD))
        assert held == (alert.state != AlertState.RESOLVED)
    world.close()


@pytest.mark.parametrize("acts", [("acknowledge", "acknowledge"), ("acknowledge", "resolve"), ("resolve", "resolve")])
def test_of_two_people_who_act_at_once_one_is_told_that_it_came_second(
    postgres_url: str, acts: tuple[str, str]
) -> None:
    assert sorted(race(make_world(postgres_url), *acts)) == [Act.ALREADY, Act.DONE]


def test_an_undo_and_a_colleagues_act_at_once_end_in_one_of_them(postgres_url: str) -> None:
    assert sorted(race(make_world(postgres_url), "undo", "take_over", first="acknowledge")) == [Act.ALREADY, Act.DONE]


def race(world: World, *acts: str, first: str = "") -> list[Act]:
    """Two people who have seen the same page act in the same moment, each in a session of their own."""
    world.add_clinic()
    alert_id, staff = red_world(world)
    if first:
        with world.session() as session, session.begin():
            begun = Try(first, PEOPLE[0], PEOPLE[1], 0, is_late=False)
            carry_out(session, world, begun, session.get_one(Alert, alert_id), staff)
    results: list[Act] = []
    start = Barrier(len(acts))

    def work(person: str, act: str) -> None:
        with world.session() as session:
            alert = session.get_one(Alert, alert_id)
            assert alert.events
            session.expunge_all()  # what the person's page shows, however long ago it was fetched
            session.rollback()
            start.wait()
            with session.begin():
                results.append(carry_out(session, world, Try(act, person, person, 0, is_late=False), alert, staff))

    threads = [Thread(target=work, args=(person, act)) for person, act in zip(PEOPLE, acts, strict=False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.session() as session:
        alert = session.get_one(Alert, alert_id)
        assert Standing(AlertState(alert.state), alert.holder_id) == told_by(alert.events)
    world.close()
    return results


def test_what_waits_after_an_undone_act_is_due_when_it_was(lite_world: World) -> None:
    alert_id, staff = red_world(lite_world)
    opened = lite_world.clock()
    for name, person in (("acknowledge", "mette"), ("resolve", "mette"), ("reopen", "anders"), ("undo", "anders")):
        lite_world.clock.forward(minutes=3)
        with lite_world.session() as session, session.begin():
            one = Try(name, person, person, 0, is_late=False)
            assert carry_out(session, lite_world, one, session.get_one(Alert, alert_id), staff) is Act.DONE
    with lite_world.session() as session:
        alert = session.get_one(Alert, alert_id)
        assert (alert.waiting_since, alert.resolved_at) == (opened, opened + timedelta(minutes=6))
