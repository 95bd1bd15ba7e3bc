"""Hours or days without a worker, whenever and however often: never a heap, nothing that matters lost in silence."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import worker
from bot.course import complete_finished
from bot.late_texts import late_texts
from core.models import AlertKind, Message, MessageEvent, MessageState, Reply
from messages.schema import Purpose
from scheduler.backlog import PACE
from scheduler.outbox import TIMED
from scheduler.planning import MIN_GAP
from scheduler.states import Cause
from tests.world import MONDAY, PHONE, World, copied_world

APART = timedelta(hours=12)
"""No two timed texts to a patient are nearer to each other, but for the welcome and the text after it."""
COURSE = timedelta(days=10)
HOURS = st.floats(0.2, 90)


def tick(world: World) -> None:
    """What a worker that lives does, at its own pace."""
    world.dispatcher.run(world.clock)
    for _, work in worker.housekeeping(world.runtime):
        worker.in_transaction(world.runtime, work)
    world.dispatcher.run(world.clock)


def live(world: World, end: datetime, downs: Sequence[tuple[datetime, datetime]], answers: Sequence[float]) -> None:
    """Run until `end` with the worker away in `downs`; `answers`: after how many hours each screening is answered."""
    delays = itertools.cycle(answers)
    due: list[datetime] = []
    asked: set[int] = set()
    while world.clock.now < end:
        away = next((until for since, until in downs if since <= world.clock.now < until), None)
        if away is None:
            tick(world)
        for row in gone(world):
            if row.question == "screening" and row.id not in asked:
                asked.add(row.id)
                due.append(world.clock.now + timedelta(hours=next(delays)))
        step = away or min([world._next_event(end), *(since for since, _ in downs if since > world.clock.now)])
        following = min([step, end, *due])
        if following in due:
            due.remove(following)
            world.clock.now = max(following, world.clock.now)
            world.write("nej")
            continue
        world.clock.now = following
    tick(world)


def gone(world: World) -> list[Message]:
    """The timed texts that were sent, in that order."""
    rows = [row for row in world.messages() if row.kind in TIMED and row.claimed_at and row.attempts]
    return sorted(rows, key=lambda row: row.claimed_at or MONDAY)


def released_late(world: World) -> set[int]:
    """Texts that the patient's own answer let go after their time: they may follow on the same day."""
    with world.session() as session:
        return set(
            session.scalars(
                select(MessageEvent.message_id)
                .join(Message, Message.id == MessageEvent.message_id)
                .where(MessageEvent.cause == Cause.RELEASE, MessageEvent.at > Message.due_at)
            )
        )


def test_whatever_the_downtimes_a_course_keeps_its_rules(
    tmp_path_factory: pytest.TempPathFactory,
    _sqlite_template: Path,  # noqa: PT019 - copied for each example
) -> None:
    @settings(max_examples=15)
    @given(
        downs=st.lists(st.tuples(st.floats(0, 24 * 8), HOURS), min_size=1, max_size=3),
        answers=st.lists(st.sampled_from([0.5, 5, 30, 400]), min_size=1, max_size=3),
    )
    def holds(downs: list[tuple[float, float]], answers: list[float]) -> None:
        world = copied_world(tmp_path_factory, _sqlite_template)
        try:
            world.enrol()
            away = [(MONDAY + timedelta(hours=at), MONDAY + timedelta(hours=at + hours)) for at, hours in downs]
            live(world, MONDAY + COURSE, away, answers)
            texts_stand_apart(world)
            no_reassurance_beside_an_unanswered_screening(world)
            no_screening_is_lost_in_silence(world, away)
        finally:
            world.close()

    holds()


def texts_stand_apart(world: World) -> None:
    let_go = released_late(world)
    for earlier, later in itertools.pairwise(row for row in gone(world) if row.id not in let_go):
        assert earlier.claimed_at is not None
        assert later.claimed_at is not None
        least = MIN_GAP if earlier.purpose == Purpose.WELCOME else APART
        assert later.claimed_at - earlier.claimed_at >= least, (earlier.step_id, later.step_id)


def no_reassurance_beside_an_unanswered_screening(world: World) -> None:
    with world.session() as session:
        heard = list(session.scalars(select(Reply.received_at)))
    sent = gone(world)
    for row in sent:
        if row.purpose == Purpose.REASSURANCE and row.claimed_at:
            asked = [one.claimed_at for one in sent if one.purpose == Purpose.SCREENING and one.claimed_at]
            last = max(at for at in asked if at <= row.claimed_at)
            assert any(last <= at <= row.claimed_at for at in heard), row.step_id


def no_screening_is_lost_in_silence(world: World, away: Sequence[tuple[datetime, datetime]]) -> None:
    """Each that expired was asked later, is soon asked, or staff were told; unless the worker is just away."""
    now = world.clock.now
    if any(since <= now < until for since, until in away):
        return
    rows = [row for row in world.messages() if row.purpose == Purpose.SCREENING]
    told = {alert.message_id for alert in world.alerts() if alert.kind == AlertKind.UNDELIVERED}
    for row in rows:
        if row.state == MessageState.EXPIRED and row.id not in told:
            instead = [one for one in rows if one.due_at > row.due_at and one.state != MessageState.EXPIRED]
            assert min(one.due_at for one in instead) <= back(row.expires_at, away) + timedelta(days=2), row.step_id


def back(at: datetime, away: Sequence[tuple[datetime, datetime]]) -> datetime:
    """When a worker was there for the first time after this."""
    for since, until in sorted(away):
        if since <= at < until:
            at = until
    return at


def test_a_screening_that_nobody_sent_is_asked_on_the_first_free_day(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.drain()
    lite_world.clock.forward(days=2, hours=3)
    for _ in range(2):
        tick(lite_world)
    made_up = [row for row in lite_world.messages() if row.step_id == "tjek-uge-1"]
    assert [(row.state, row.reason) for row in made_up] == [
        (MessageState.EXPIRED, "for sent: dag 1"),
        (MessageState.SENT, "nåede ikke ud til tiden"),
    ]


def test_a_course_whose_closing_was_missed_is_not_completed_before_it_has_come(lite_world: World) -> None:
    lite_world.enrol()
    end = max(row.due_at for row in lite_world.messages())
    lite_world.clock.now = end + timedelta(days=4)
    lite_world.dispatcher.run(lite_world.clock)
    worker.in_transaction(lite_world.runtime, complete_finished)
    assert lite_world.enrolment().state == "active"
    live(lite_world, end + timedelta(days=7), [], [400])
    assert [row.purpose for row in gone(lite_world)] == [Purpose.CLOSING]
    assert lite_world.enrolment().state == "completed"


def test_a_backlog_leaves_a_few_a_minute_and_advice_does_not_wait(lite_world: World) -> None:
    for number in range(200):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    lite_world.clock.forward(hours=2)
    lite_world.write("jeg kan ikke tisse", sender="+4520100007")
    lite_world.gateway.sent.clear()
    lite_world.dispatcher.run(lite_world.clock)
    assert lite_world.gateway.sent[0].body == lite_world.advice()[0].body
    lite_world.dispatcher.run(lite_world.clock)
    assert len(lite_world.gateway.sent) == 2
    minutes = Counter[int]()
    for minute in range(120):
        lite_world.clock.now += PACE
        lite_world.dispatcher.run(lite_world.clock)
        minutes[minute] = len(lite_world.gateway.sent) - sum(minutes.values())
    assert len(lite_world.gateway.sent) == 202, (
        "the welcomes, the advice, and the question whether a doctor was reached"
    )
    assert max(minutes.values()) <= 4


def test_a_second_downtime_while_a_backlog_leaves_makes_no_heap(lite_world: World) -> None:
    for number in range(200):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    for _ in range(2):
        lite_world.clock.forward(hours=2)
        lite_world.dispatcher.run(lite_world.clock)
    assert len(lite_world.gateway.sent) <= 2 * 2


def test_what_is_late_at_night_makes_no_heap_in_the_morning(lite_world: World) -> None:
    for number in range(50):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    lite_world.clock.now = MONDAY.replace(hour=22)
    lite_world.dispatcher.run(lite_world.clock)
    assert lite_world.gateway.sent == []
    lite_world.clock.now = MONDAY.replace(hour=8) + timedelta(days=1)
    lite_world.dispatcher.run(lite_world.clock)
    assert len(lite_world.gateway.sent) == 1


def test_a_short_absence_delays_nothing_more(lite_world: World) -> None:
    for number in range(20):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    lite_world.clock.forward(minutes=14)
    lite_world.dispatcher.run(lite_world.clock)
    assert len(lite_world.gateway.sent) == 20


def test_whoever_drains_by_hand_waits_for_nothing(lite_world: World) -> None:
    for number in range(20):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    lite_world.clock.forward(hours=2)
    assert lite_world.drain().sent == 20


def test_what_an_answer_lets_go_late_goes_at_once(lite_world: World) -> None:
    """It was held, not forgotten: that it is late is nobody's downtime."""
    lite_world.enrol()
    live(lite_world, MONDAY + timedelta(days=2, hours=4), [], [400])
    lite_world.write("nej")
    tick(lite_world)
    assert [row.purpose for row in gone(lite_world)][-1] == Purpose.REASSURANCE
    with lite_world.session() as session:
        assert late_texts(session, lite_world.clock()) is None


def test_staff_and_operators_are_told_how_many_were_late_and_how_many_lost(lite_world: World) -> None:
    for number in range(3):
        lite_world.enrol(phone=f"+4520{100000 + number}")
    lite_world.drain()
    lite_world.clock.forward(days=2, hours=1)
    tick(lite_world)
    with lite_world.session() as session:
        found = late_texts(session, lite_world.clock(), "vest")
        assert found is not None
        assert found.unsent == 3
        assert late_texts(session, lite_world.clock(), "another") is None
        assert late_texts(session, lite_world.clock() + timedelta(days=2)) is None


def test_one_patient_gets_one_text_after_a_long_downtime(lite_world: World) -> None:
    lite_world.enrol()
    lite_world.drain()
    lite_world.clock.forward(days=4, hours=1)
    before = len(lite_world.gateway.sent)
    tick(lite_world)
    assert len(lite_world.gateway.sent) - before <= 1
    assert lite_world.gateway.sent[-1].to == PHONE
