"""A patient goes on in another programme: nothing twice, the question still weekly, and nothing lost on the way."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot import planned, switching
from bot.course import pause
from bot.switching import Outlook, Refusal, Wanted, in_terms_of, last_day
from core.models import AlertKind, Audit, Enrolment, EnrolmentState, Message, MessageKind, MessageState, Reply
from messages.programme_schema import Programme
from messages.schema import Purpose
from scheduler.calendar import Window, at, local
from scheduler.moving import LONGEST_GAP, Went, remaining
from scheduler.planning import MIN_GAP, Course, plan
from tests.programmes import programmes
from tests.world import MONDAY, World

SENT = (MessageState.SENT, MessageState.DELIVERED)
WAITING = (MessageState.PLANNED, MessageState.HELD)
OTHER = "nerverod-laend"
Result = Enrolment | Refusal


def wanted(world: World, programme: str = OTHER, from_day: int = 0, seen: tuple[int, int] | None = None) -> Wanted:
    now = world.enrolment()
    return Wanted(programme, from_day, instructed=False, seen=seen or (now.id, now.plan_version))


def switch(world: World, choice: Wanted, enrolment_id: int | None = None) -> Result:
    with world.session() as session:
        enrolment = session.get_one(Enrolment, enrolment_id or choice.seen[0])
        result = switching.switch(session, world.runtime.content, enrolment, choice, now=world.clock(), staff_id=1)
        session.commit()
    return result


def look(world: World, choice: Wanted) -> Outlook | Refusal:
    with world.session() as session:
        enrolment = session.get_one(Enrolment, choice.seen[0])
        shown = switching.outlook(session, world.runtime.content, enrolment, choice, world.clock())
        session.commit()
    return shown


def steps(world: World, *states: MessageState) -> list[Message]:
    return [row for row in world.messages(*states) if row.kind == MessageKind.STEP]


@pytest.fixture
def begun(world: World) -> World:
    world.add_staff()
    world.enrol()
    world.drain()
    return world


def test_what_was_shown_is_what_is_planned_and_looking_changes_nothing(begun: World) -> None:
    before = [(row.id, row.state, row.due_at) for row in begun.messages()]
    shown = look(begun, wanted(begun))
    assert isinstance(shown, Outlook)
    assert [(row.id, row.state, row.due_at) for row in begun.messages()] == before
    assert begun.enrolment().programme_id == "akut-laend"
    old = len(steps(begun, *WAITING))
    assert isinstance(switch(begun, wanted(begun)), Enrolment)
    assert [(row.due_at, row.body) for row in steps(begun, *WAITING)] == list(shown.coming)
    assert shown.cancelled == old == len(steps(begun, MessageState.CANCELLED))


def test_the_old_course_ends_with_the_reason_and_the_consent_goes_along(begun: World) -> None:
    before = begun.enrolment()
    new = switch(begun, wanted(begun))
    assert isinstance(new, Enrolment)
    with begun.session() as session:
        old = session.get_one(Enrolment, before.id)
        actions = session.scalars(select(Audit.action).where(Audit.staff_id == 1)).all()
    assert (old.state, old.state_reason) == (EnrolmentState.STOPPED, "skiftet til Nerverodspåvirkning i lænden")
    assert (new.consent_at, new.consent_version) == (before.consent_at, before.consent_version)
    assert {"enrolment.switch", "enrolment.create"} <= set(actions)


def test_the_welcome_is_not_sent_again_and_one_that_waits_goes_along(world: World) -> None:
    world.add_staff()
    world.enrol()
    assert isinstance(switch(world, wanted(world)), Enrolment)
    world.run_until(MONDAY + timedelta(days=2))
    welcomes = [row for row in steps(world, *SENT) if row.purpose == Purpose.WELCOME]
    assert len(welcomes) == 1
    assert "velkomst" not in {row.step_id for row in steps(world, MessageState.CANCELLED)}


def test_a_screening_nobody_answered_is_asked_again_soon(begun: World) -> None:
    begun.run_until(MONDAY + timedelta(days=1, hours=3))
    begun.clock.forward(hours=1)
    assert isinstance(switch(begun, wanted(begun, from_day=9)), Enrolment)
    first = next(row for row in steps(begun, *WAITING) if row.purpose == Purpose.SCREENING)
    assert local(first.due_at).date() <= local(begun.clock()).date() + timedelta(days=2)


def test_an_open_question_whether_a_doctor_was_reached_is_still_asked(begun: World) -> None:
    begun.write("jeg kan ikke tisse")
    assert isinstance(switch(begun, wanted(begun)), Enrolment)
    begun.run_until(begun.clock() + timedelta(hours=2))
    assert AlertKind.NO_CONTACT in {alert.kind for alert in begun.alerts()}
    states = {row.purpose: row.state for row in steps(begun, *WAITING)}
    assert states[Purpose.EXERCISE] == MessageState.HELD


def test_a_late_no_answers_the_screening_for_the_new_course(begun: World) -> None:
    begun.run_until(MONDAY + timedelta(days=1, hours=3))
    switch(begun, wanted(begun))
    begun.write("NEJ")
    assert begun.enrolment().programme_id == OTHER
    assert begun.enrolment().screening_clean_at == begun.clock()


def test_of_two_who_switch_at_once_one_is_told(begun: World) -> None:
    choice = wanted(begun)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(switch, begun, choice) for _ in range(2)]
    results = [future.result() for future in both]
    assert sorted(isinstance(result, Refusal) for result in results) == [False, True]
    with begun.session() as session:
        assert len(session.scalars(select(Enrolment)).all()) == 2


def test_what_cannot_be_switched_is_refused(begun: World) -> None:
    assert switch(begun, wanted(begun, "akut-laend")) is Refusal.SAME
    assert switch(begun, wanted(begun, seen=(begun.enrolment().id, 7))) is Refusal.OTHER
    with begun.session() as session, session.begin():
        pause(session, session.get_one(Enrolment, 1), now=begun.clock(), until=None, staff_id=1)
    assert switch(begun, wanted(begun)) is Refusal.PAUSED
    begun.write("STOP")
    assert switch(begun, wanted(begun)) is Refusal.OVER
    assert look(begun, wanted(begun)) is Refusal.OVER


@pytest.mark.parametrize(("days", "from_day"), [(0, 0), (5, 3), (20, 20), (40, 70)])
def test_a_switched_course_runs_to_its_closing_and_says_nothing_twice(
    lite_world: World, days: int, from_day: int
) -> None:
    world = lite_world
    world.add_staff()
    world.enrol()
    world.run_until(MONDAY + timedelta(days=days), every=timedelta(hours=6))
    assert isinstance(switch(world, wanted(world, from_day=from_day)), Enrolment)
    world.run_until(world.clock() + timedelta(days=95), every=timedelta(hours=6))
    sent = steps(world, *SENT)
    assert sent[-1].purpose == Purpose.CLOSING
    told = Counter(row.body for row in sent if row.question is None)
    assert max(told.values()) == 1
    assert world.enrolment().state == EnrolmentState.COMPLETED


STARTS = st.dates(date(2026, 6, 8), date(2026, 6, 15))
"""From here no Danish holiday comes within two courses of thirteen weeks, but for the autumn's none."""
ANY = programmes().map(
    lambda made: made.model_copy(
        update={"steps": tuple(step.model_copy(update={"text": f"{{klinik}}: {step.id}"}) for step in made.steps)}
    )
)


@given(STARTS, ANY, ANY, st.floats(0, 0.99), st.floats(0, 1), st.booleans())
def test_from_any_programme_to_any_other_at_any_time(
    start: date, old: Programme, new: Programme, share: float, depth: float, answered: bool
) -> None:
    began = at(start, time(11))
    rows = plan(Course(old, began, start, "formiddag", instructed=False, window=Window()))
    now: datetime = began + share * (rows[-1].due_at - began)
    sent = [row for row in rows if row.due_at <= now]
    said = [Went(row.step.id, row.step.purpose, row.due_at) for row in sent]
    asked = [text for text in said if text.purpose == Purpose.SCREENING]
    silent = {asked[-1].step_id} if asked and not answered else set()
    other = new.model_copy(update={"id": OTHER})
    begins = local(now).date() - timedelta(days=round(depth * last_day(other)))
    course = Course(other, now, begins, "formiddag", instructed=False, window=Window())
    left = remaining(course, in_terms_of(other, old, said, silent, welcomed_at=began), max(now, began + MIN_GAP))
    assert left[-1].step.purpose is Purpose.CLOSING
    assert all(row.due_at >= max(now, began + MIN_GAP) for row in left)
    texts = [
        row.step.text for row in [*sent, *left] if row.step.question is None and row.step.purpose.value != "closing"
    ]
    assert len(set(texts)) == len(texts)
    days = [local(row.due_at).date() for row in [*sent[1:], *left]]
    assert days == sorted(set(days))
    weekly = (Purpose.SCREENING, Purpose.CLOSING)
    for earlier, later in pairwise(
        [start, *(local(row.due_at).date() for row in [*sent, *left] if row.step.purpose in weekly)]
    ):
        assert later - earlier <= LONGEST_GAP


def test_replies_stay_with_the_course_they_were_written_in(begun: World) -> None:
    first = begun.write("Tak")
    switch(begun, wanted(begun))
    second = begun.write("Tak igen")
    with begun.session() as session:
        courses = [session.get_one(Reply, reply_id).enrolment_id for reply_id in (first, second)]
    assert courses == [1, 2]


def test_the_first_screening_of_the_new_course_keeps_its_distance_to_the_last_of_the_old(begun: World) -> None:
    begun.run_until(MONDAY + timedelta(days=4))
    begun.write("NEJ")
    switch(begun, wanted(begun, from_day=4))
    first = next(row for row in steps(begun, *WAITING) if row.purpose == Purpose.SCREENING)
    with begun.session() as session:
        days = planned.free_days(session, session.get_one(Message, first.id), begun.clock())
    assert max(days) == (MONDAY + timedelta(days=9)).date(), "asked on day 1, so on day 9 at the latest"
