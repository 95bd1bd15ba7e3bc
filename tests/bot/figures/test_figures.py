"""What the database counts is what anybody would count, row by row."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from bot.figures.counts import Scope
from bot.figures.pain import pain_course
from bot.figures.period import Period, latest, problem
from bot.figures.read import figures
from core.models import Alert, AlertKind, AlertState, Colour
from tests.bot.figures.rows import fill
from tests.bot.figures.slow_count import compare
from tests.world import MONDAY, World

QUERIES = 10


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that are run inside the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(world.runtime.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(world.runtime.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("seed", range(6))
def test_the_figures_equal_a_slow_count_over_random_rows(world: World, seed: int) -> None:
    rng = random.Random(seed)
    world.add_clinic("nord", sender="+4552512346")
    autumn = datetime(2026, 11, 8, 23, 30, tzinfo=MONDAY.tzinfo) - timedelta(days=seed)
    last = autumn.date() - timedelta(days=rng.randrange(3))
    scopes = [
        Scope("vest", Period(last - timedelta(days=rng.randrange(60)), last), programme)
        for programme in (None, "hekseskud", "langvarig")
    ]
    with world.session() as session, session.begin():
        mine = fill(session, rng, "vest", autumn, patients=40, days=70)
        fill(session, rng, "nord", autumn, patients=10, days=70)
        for scope in scopes:
            compare(figures(session, scope), mine, scope)


def test_the_number_of_queries_does_not_grow_with_the_clinic(lite_world: World) -> None:
    scope = Scope("vest", latest(12, MONDAY.date()))
    with lite_world.session() as session, counted(lite_world) as few:
        figures(session, scope)
    with lite_world.session() as session, session.begin():
        fill(session, random.Random(1), "vest", MONDAY, patients=60, days=80)
    with lite_world.session() as session, counted(lite_world) as many:
        figures(session, scope)
    assert len(few) == len(many) == QUERIES


def test_percentiles_are_waits_that_alerts_had(world: World) -> None:
    with world.session() as session, session.begin():
        for minutes in range(1, 12):
            session.add(alert(minutes))
        session.add(alert(None))
    with world.session() as session:
        wait = figures(session, Scope("vest", latest(4, MONDAY.date()))).waits[Colour.RED]
    assert (wait.taken, wait.median, wait.slow) == (11, timedelta(minutes=6), timedelta(minutes=10))


def alert(minutes: int | None) -> Alert:
    taken = None if minutes is None else MONDAY + timedelta(minutes=minutes)
    return Alert(
        clinic_id="vest",
        kind=AlertKind.REPLY,
        colour=Colour.RED,
        state=AlertState.ACKNOWLEDGED if taken else AlertState.OPEN,
        opened_at=MONDAY,
        waiting_since=MONDAY,
        acknowledged_at=taken,
    )


def test_an_alert_closed_without_being_taken_counts_from_its_closing(world: World) -> None:
    closed = alert(None)
    closed.state, closed.resolved_at = AlertState.RESOLVED, MONDAY + timedelta(minutes=7)
    with world.session() as session, session.begin():
        session.add(closed)
    with world.session() as session:
        found = figures(session, Scope("vest", latest(4, MONDAY.date())))
    assert found.waits[Colour.RED].median == timedelta(minutes=7)
    assert found.alerts.waiting[Colour.RED] == 0


def test_of_very_many_pain_answers_the_newest_are_read(lite_world: World) -> None:
    with lite_world.session() as session, session.begin():
        fill(session, random.Random(3), "vest", MONDAY, patients=40, days=20)
    scope = Scope("vest", latest(4, MONDAY.date()))
    with lite_world.session() as session:
        everything, some = pain_course(session, scope), pain_course(session, scope, most=5)
        assert session.scalars(select(Alert.id)).all(), "the session is still of use after a cut"
    assert not everything.is_cut
    assert some.is_cut
    assert sum(point.answers for weeks in some.points.values() for point in weeks.values()) <= 5


def test_an_empty_clinic_has_empty_figures(world: World) -> None:
    with world.session() as session:
        found = figures(session, Scope("vest", latest(4, MONDAY.date())))
    assert found.courses.running == [0, 0, 0, 0]
    assert (found.talk.asked, found.texts.sent, found.waits) == ([0] * 4, [0] * 4, {})


def test_a_period_is_cut_into_iso_weeks_of_danish_time() -> None:
    period = Period(date(2026, 10, 21), date(2026, 11, 3))
    assert [week.number for week in period.weeks] == [43, 44, 45]
    assert [week.ends for week in period.weeks[:-1]] == [week.begins for week in period.weeks[1:]]
    assert period.weeks[0].ends.hour == 23, "the Monday after the clocks went back begins at 23.00 UTC"
    assert period.weeks[-1].ends == period.ends


def test_the_last_weeks_end_today_and_begin_on_a_monday() -> None:
    assert latest(4, date(2026, 11, 25)) == Period(date(2026, 11, 2), date(2026, 11, 25))


@pytest.mark.parametrize(("days", "is_good"), [(-1, False), (0, True), (371, True), (372, False)])
def test_a_period_runs_forwards_and_is_a_year_at_most(days: int, *, is_good: bool) -> None:
    first = date(2026, 1, 5)
    assert (problem(first, first + timedelta(days=days)) is None) is is_good
