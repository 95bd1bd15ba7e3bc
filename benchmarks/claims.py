"""Measure what the worker asks as the table of texts grows: python -m benchmarks.claims (make bench-claims)

A table of 10,000 texts, then ten times as many, and so on: simulated clinics, most of them old. In each, 2,000 texts
fall due, then 98,000 more on top of the table's, and the worker's statements are timed as they run every half second
(claim, and what goes before it) or every ten seconds (the ticks), on PostgreSQL. Claims are taken back after each
timing, so that each finds the same. 10,000,000 rows take 15 GB and an hour: python -m benchmarks.claims --rows 10000000
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from benchmarks.clinic import settings
from benchmarks.databases import Databases, analyse, databases
from benchmarks.heaps import heap
from benchmarks.queries import explained, recorded
from benchmarks.report import machine, percentile, table
from benchmarks.years import copy, simulated
from bot import worker
from bot.delivery import on_failure
from bot.runtime import Runtime, make_runtime
from core.models import Message, MessageState
from scheduler.backlog import LATE
from scheduler.claims import claim
from scheduler.looking import Lookout
from scheduler.upkeep import expire_late, keep_window

FRESH = 25
"""Of the copies, so many have patients in running courses."""
PATIENTS = 50
DUE = 2_000
MANY = 100_000
BATCH = 64
TIMES = 15
AT = timedelta(hours=10)
"""The simulation ends at midnight; texts go out in the morning."""

Asked = Callable[[Session, datetime], object]


def measure(
    made: Databases,
    sizes: Sequence[int],
    patients: int = PATIENTS,
    weekdays: int = 60,
    many: int = MANY - DUE,
    *,
    history: bool = True,
) -> Iterator[list[str]]:
    """A line for each statement: its median milliseconds at each size, and how it grew from the first to the last.

    `many`: how many more fall due, for a second look at what goes before a claim and the claim. `history`: whether
    what no claim and no tick reads is copied too.
    """
    url = made.migrated("postgresql")
    template = simulated(url, patients, weekdays)
    runtime = make_runtime(settings(url))
    now = template.now + AT
    times: dict[str, list[float]] = {}
    rows, copies, plan = [template.messages], 1, ""
    try:
        for size in sizes:
            wanted = max(copies, -(-size // template.messages))
            if wanted > copies:
                copy(url, template, range(copies, wanted), FRESH, history=history)
            copies = wanted
            rows.append(copies * template.messages)
            _make_due(runtime, now)
            analyse(url)
            for name, ask in asked(runtime).items():
                times.setdefault(name, []).append(_median(runtime, ask, now))
            with heap(url, many, now):
                for name, ask in before_each(DUE + many).items():
                    times.setdefault(name, []).append(_median(runtime, ask, now))
                plan = claim_explained(runtime, now)
        yield ["texts in the table", *(f"{count:,}" for count in rows[1:]), ""]
        for name, medians in times.items():
            cells = [f"{seconds * 1000:,.1f}" for seconds in medians]
            yield [f"{name}, ms", *cells, f"{medians[-1] / medians[0]:.1f}"]
        print(f"the claim of a heap, explained at {rows[-1]:,} texts:\n{plan}\n")
    finally:
        runtime.engine.dispose()


def asked(runtime: Runtime) -> dict[str, Asked]:
    """What the worker asks, by name: before each claim, the claim, and each tick."""
    return before_each(DUE) | {f"tick: {name}": tick for name, tick in worker.housekeeping(runtime)}


def before_each(due: int) -> dict[str, Asked]:
    """What goes before a claim, and the claim, with so many due."""
    lookout = Lookout(LATE)
    asks: dict[str, Asked] = {
        "look, at lateness too": lambda session, now: Lookout(LATE).look(session, now),
        "look again": lookout.look,
        "keep the window": keep_window,
        "claim": lambda session, now: claim(session, "benchmark", BATCH, now),
    }
    return {f"{name}, {due:,} due": ask for name, ask in asks.items()}


def _make_due(runtime: Runtime, now: datetime) -> None:
    """The first texts to come fall due; what was left from the simulation, and all ticks found, is done with first."""
    with runtime.sessions() as session:
        expire_late(session, now, on_failure)
        session.commit()
        for _, tick in worker.housekeeping(runtime):
            tick(session, now)
            session.commit()
        first = select(Message.id).where(Message.state == MessageState.PLANNED).order_by(Message.id).limit(DUE)
        session.execute(
            update(Message)
            .where(Message.id.in_(first))
            .values(due_at=now, next_attempt_at=now, expires_at=now + timedelta(hours=4))
        )
        session.commit()


def _median(runtime: Runtime, ask: Asked, now: datetime) -> float:
    """Seconds of one asking; what it changed is taken back."""
    seconds = []
    for _ in range(TIMES):
        with runtime.sessions() as session:
            session.execute(text("SELECT 1"))
            began = time.perf_counter()
            ask(session, now)
            seconds.append(time.perf_counter() - began)
            session.rollback()
    return percentile(sorted(seconds), 0.5)


def claim_explained(runtime: Runtime, now: datetime) -> str:
    """How PostgreSQL goes about the claim."""
    with recorded(runtime.engine) as queries, runtime.sessions() as session:
        claim(session, "benchmark", BATCH, now)
        session.rollback()
    return explained(runtime.engine, next(query for query in queries if "SKIP LOCKED" in query.statement))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure what the worker asks as the table of texts grows.")
    parser.add_argument("--rows", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--without-history",
        action="store_true",
        help="copy no events, readings and audit: nothing here reads them",
    )
    wanted = parser.parse_args(arguments)
    print(f"{machine('sqlalchemy', 'psycopg')}\n{DUE:,} and {MANY:,} texts due, claims of {BATCH}, median of {TIMES}\n")
    with databases(["postgresql"]) as made:
        lines = list(measure(made, wanted.rows, history=not wanted.without_history))
    print(table([*lines[0][:-1], "growth"], lines[1:]))


if __name__ == "__main__":
    main()
