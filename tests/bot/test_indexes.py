"""What the product asks again and again is found by an index, however long the tables grow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from benchmarks.queries import Query, recorded
from bot import worker
from tests.bot.staff.conftest import Desk, app_of
from tests.world import PHONE, World, make_world

GROWING = "message|reply|triage|triage_mark|alert|alert_event|audit|patient|enrolment"
TEXTS = ("nej", "4", "jeg kan ikke tisse", "øvelserne gør ondt", "tak", "stop")
PAGES = ("/", "/indbakke/kort", "/afsluttede", "/patienter", "/patienter?q=karen", "/patienter/1")


@pytest.fixture
def grown_world(postgres_url: str) -> Iterator[World]:
    """A clinic with some patients, their texts, replies and alerts."""
    made = make_world(postgres_url)
    made.add_clinic()
    for number in range(3):
        made.enrol(phone=f"+4520123{number:03d}")
    made.enrol()
    made.drain()
    for text in TEXTS:
        made.write(text, sender="+4520123000")
    yield made
    made.close()


def scanned(world: World, queries: list[Query]) -> set[str]:
    """The growing tables that a statement can only answer from by reading all of them."""
    engine = create_engine(world.runtime.engine.url)
    found: set[str] = set()
    with engine.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        for query in dict.fromkeys(query.statement for query in queries):
            parameters = next(sent.parameters for sent in queries if sent.statement == query)
            if not query.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) or isinstance(parameters, list):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN {query}", parameters).scalars()
            tables = re.findall(rf"Seq Scan on ({GROWING})\b", "\n".join(plan))
            found |= {f"{table}: {query[:200]}" for table in tables}
    engine.dispose()
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_reply_reads_no_table_from_end_to_end(grown_world: World, text: str) -> None:
    with recorded(grown_world.runtime.engine) as queries:
        grown_world.write(text, sender=PHONE)
    assert scanned(grown_world, queries) == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_reads_no_table_from_end_to_end(grown_world: World, page: str) -> None:
    grown_world.add_staff("mette@vest.example")
    desk = Desk(app_of(grown_world))
    desk.log_in("mette@vest.example")
    with recorded(grown_world.runtime.engine) as queries:
        desk.text(page)
    assert scanned(grown_world, queries) == set()


def test_the_worker_reads_no_table_from_end_to_end(grown_world: World) -> None:
    grown_world.enrol(phone="+4520123009")
    with recorded(grown_world.runtime.engine) as queries:
        grown_world.dispatcher.run(grown_world.clock)
        for _, tick in worker.housekeeping(grown_world.runtime):
            worker.in_transaction(grown_world.runtime, tick)
    assert scanned(grown_world, queries) == set()
