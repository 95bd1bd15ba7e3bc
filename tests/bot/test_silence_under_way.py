"""Whatever the patient writes or leaves, and whoever looks at the same time: one reminder, and staff are told."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy import text as text_clause
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.silence import raise_silences
from core.models import EnrolmentState, Message, MessageKind, Reply
from messages.schema import Purpose
from scheduler.calendar import local
from scheduler.outbox import MAYBE_ARRIVED, lock_patient
from tests.bot.silent import (
    RED,
    reminders,
    silent_until,
    started,
)
from tests.world import World, copied_world, make_world


def test_of_two_workers_that_notice_a_silence_one_waits_and_then_finds_it_done(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    silent_until(world, 23)
    world.clock.forward(hours=1)
    with world.session() as first, world.session() as second:
        assert notice(world, first) == 1
        second.execute(text_clause("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            notice(world, second)
        second.rollback()
        first.commit()
        assert notice(world, second) == 0
    assert len(reminders(world)) == 1
    world.close()


def test_a_reply_that_comes_in_this_moment_is_waited_for(postgres_url: str) -> None:
    world = make_world(postgres_url)
    world.add_clinic()
    silent_until(world, 23)
    world.clock.forward(hours=1)
    with world.session() as reply, world.session() as tick:
        lock_patient(reply, world.patient().id)
        tick.execute(text_clause("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            notice(world, tick)
    assert reminders(world) == []
    world.close()


def notice(world: World, session: Session) -> int:
    return raise_silences(session, world.runtime.content, world.clock())


LIVES = st.lists(
    st.tuples(
        st.sampled_from(["nej", "ja", "4", "hej", "bedre", "pause i 2 dage", "færre beskeder", "stop", "start", RED]),
        st.integers(1, 9 * 24),
    ),
    max_size=4,
)


@settings(max_examples=8)
@given(LIVES, st.sampled_from(["hekseskud", "akut-laend"]))
def test_whatever_the_patient_writes_and_leaves_no_day_has_two_texts_because_of_a_reminder(
    tmp_path_factory: pytest.TempPathFactory,
    _sqlite_template: Path,  # noqa: PT019 - its value is the file
    life: list[tuple[str, int]],
    programme: str,
) -> None:
    world = copied_world(tmp_path_factory, _sqlite_template)
    started(world, programme=programme)
    for text, pass_hours in life:
        world.run_until(world.clock() + timedelta(hours=pass_hours))
        world.write(text)
    world.run_until(world.clock() + timedelta(days=10))
    rows = [row for row in world.messages(*MAYBE_ARRIVED) if row.claimed_at is not None]
    reminded = [row for row in rows if row.kind == MessageKind.REMINDER]
    assert max(Counter(row.reminds_id for row in reminded).values(), default=0) <= 1
    with world.session() as session:
        written = session.scalars(select(Reply.received_at)).all()
    for reminder in reminded:
        sent_at = reminder.claimed_at
        assert sent_at is not None
        assert 9 <= local(sent_at).hour < 20
        beside = [
            row.claimed_at
            for row in rows
            if row.kind == MessageKind.STEP and row.claimed_at and local(row.claimed_at).date() == local(sent_at).date()
        ]
        # What the patient's own answer to the reminder lets go may come on the same day; nothing else.
        assert all(any(sent_at <= at <= other for at in written) for other in beside)
    assert_followed_up(world, [row for row in rows if row.purpose == Purpose.SCREENING], written)
    world.close()


def assert_followed_up(world: World, screenings: list[Message], written: object) -> None:
    """Whoever has been silent since a screening of three days ago or more is in the staff's queue."""
    assert isinstance(written, list)
    enrolment = world.enrolment()
    last = max((row.claimed_at for row in screenings if row.claimed_at), default=None)
    if last is None or enrolment.state != EnrolmentState.ACTIVE or world.clock() - last < timedelta(days=3):
        return
    if not any(at >= last for at in written):
        assert any(alert.kind == "silent" and alert.state != "resolved" for alert in world.alerts())
