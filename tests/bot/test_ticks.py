"""What the worker looks for every few seconds costs next to nothing while there is nothing to find."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import cast

import pytest

from benchmarks.queries import Query, recorded
from bot import worker
from tests.world import World, make_world

MOST = {
    "sweep": 1,
    "left behind": 1,
    "unsettled": 2,
    "silence": 2,
    "escalate": 2,
    "resume": 1,
    "missed": 1,
    "complete": 1,
}
"""Statements of a tick that finds nothing."""
FOUND_BY = {
    "silence": ["ix_message_screening_asked", "ix_message_contact_asked"],
    "escalate": ["ix_message_alarm_waits"],
    "resume": ["ix_enrolment_paused"],
    "complete": ["ix_enrolment_active", "ix_message_course_left"],
}
"""The indexes over some rows that hold next to nothing of what a tick does not look for."""


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """Some patients in the middle of the first week."""
    made = make_world(sqlite_url)
    made.add_clinic()
    for number in range(3):
        made.enrol(phone=f"+4520123{number:03d}")
    made.drain()
    yield made
    made.close()


def _asked(world: World) -> dict[str, list[Query]]:
    asked = {}
    for name, tick in worker.housekeeping(world.runtime):
        with recorded(world.runtime.engine) as queries:
            worker.in_transaction(world.runtime, tick)
        asked[name] = queries
    return asked


def test_a_tick_that_finds_nothing_asks_little(world: World) -> None:
    assert {name: len(queries) for name, queries in _asked(world).items()} == MOST


def test_a_tick_looks_into_an_index_of_its_own(world: World) -> None:
    asked = _asked(world)
    with world.runtime.engine.connect() as connection:
        for name, indexes in FOUND_BY.items():
            plans = "\n".join(_plan(connection.connection.driver_connection, query) for query in asked[name])
            assert [index for index in indexes if index not in plans] == [], plans


def _plan(driver: object, query: Query) -> str:
    rows = cast("sqlite3.Connection", driver).execute(f"EXPLAIN QUERY PLAN {query.statement}", query.parameters)
    return "\n".join(str(row[3]) for row in rows)
