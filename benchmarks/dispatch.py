"""Measure dispatch: python -m benchmarks.dispatch (make bench-dispatch)

Texts that fall due at the same second leave through the Twilio client to a provider on this machine. Workers are
processes, up and waiting before the texts are due; the rate is texts / (last accepted - due), so the wait for the next
tick is in it. In the same run: the provider driven alone, our gateway with no database around it (the ceiling), and a
row and a commit for each text (the floor of what is durable). After each run of ours the provider's book and our rows
are compared, text by text.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product

from sqlalchemy import select

from benchmarks.databases import KINDS, Databases, analyse, databases
from benchmarks.processes import KEY, Process, Usage, environment, module
from benchmarks.provider import Provider, Taken, ceiling, provider
from benchmarks.report import machine, table
from benchmarks.rows import add_due_texts
from core.crypto import Keyring
from core.db import make_engine
from core.models import Message, MessageState

PATIENCE = 600.0
LOOK_EVERY = 0.2
HEAD = [
    "what", "texts", "delay, ms", "workers", "under way", "texts/s", "of ceiling", "of floor", "first, s",
    "CPU, ms/text", "peak MB", "lost", "doubled", "unrecorded",
]  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One thing to measure. `delay`: the provider's, in seconds. `senders`: under way at once in each worker."""

    kind: str
    texts: int
    delay: float
    workers: int
    senders: int


@dataclass(frozen=True)
class Result:
    rate: float
    first: float
    usage: list[Usage]
    lost: int = 0
    doubled: int = 0
    unrecorded: int = 0


def run_workers(url: str, cell: Cell) -> Result:
    """Texts of a filled database through the product's workers."""
    with ExitStack() as stack:
        target = stack.enter_context(provider(cell.delay))
        told = environment(url, **target.settings())
        workers = [
            stack.enter_context(module("benchmarks.worker", "--senders", str(cell.senders), environment=told))
            for _ in range(cell.workers)
        ]
        for worker in workers:
            worker.hear()
        due = time.time()
        for worker in workers:
            worker.tell("go")
        _wait_for(target, cell.texts)
        for worker in workers:
            worker.tell("stop")
        usage = [Usage(**worker.hear_json()) for worker in workers]
        book = target.book()
    return Result(*_speed(book, due), usage, *compare(url, book))


def run_peer(peer: str, url: str, cell: Cell) -> Result:
    """The same texts by other means, see dispatch_peers."""
    with provider(cell.delay) as target:
        words = (peer, "--texts", str(cell.texts), "--senders", str(cell.senders))
        told = environment(url, **target.settings())
        with module("benchmarks.dispatch_peers", *words, environment=told) as process:
            process.hear()
            due = time.time()
            usage = _told_to_go(process)
        book = target.book()
    if len(book) != cell.texts:
        raise RuntimeError(f"{peer} sent {len(book)} of {cell.texts} texts")
    return Result(*_speed(book, due), [usage])


def _told_to_go(process: Process) -> Usage:
    process.tell("go")
    return Usage(**process.hear_json())


def _wait_for(target: Provider, texts: int) -> None:
    """Until the provider has taken all of them. Raises TimeoutError after ten minutes."""
    deadline = time.monotonic() + PATIENCE
    while target.count() < texts:
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {PATIENCE:.0f} s the provider has {target.count()} of {texts} texts")
        time.sleep(LOOK_EVERY)


def _speed(book: Sequence[Taken], due: float) -> tuple[float, float]:
    """Texts a second, and when the first was taken, in seconds after they were due."""
    return len(book) / (book[-1].at - due), book[0].at - due


def compare(url: str, book: Sequence[Taken]) -> tuple[int, int, int]:
    """Texts that the provider never got, got more than once, and took without our row saying so."""
    engine = make_engine(url, Keyring([KEY]))
    with engine.connect() as connection:
        rows = connection.execute(select(Message.id, Message.state, Message.provider_id)).all()
    engine.dispose()
    taken = Counter(text.message for text in book)
    sids = {text.message: text.sid for text in book}
    lost = sum(row.id not in taken for row in rows)
    doubled = sum(count - 1 for count in taken.values())
    recorded = {row.id for row in rows if row.state == MessageState.SENT and row.provider_id == sids.get(row.id)}
    return lost, doubled, len(taken.keys() - recorded)


def measure(made: Databases, cells: Sequence[Cell]) -> Iterator[list[str]]:
    """A line of the table for each ceiling, floor and cell; each ceiling and floor is measured once, before its first
    cell. The floor knows the number of texts of its first cell.
    """
    filled: dict[tuple[str, int], str] = {}
    ceilings: dict[tuple[float, int], float] = {}
    floors: dict[tuple[str, float, int], float] = {}
    for cell in cells:
        if (cell.kind, cell.texts) not in filled:
            filled[cell.kind, cell.texts] = _fill(made, cell)
        url = filled[cell.kind, cell.texts]
        bare, loop = (cell.delay, cell.senders), (cell.kind, cell.delay, cell.senders)
        if bare not in ceilings:
            result = run_peer("bare", url, cell)
            ceilings[bare] = result.rate
            yield _line("ceiling: gateway alone", cell, result, result.rate, None)
        if loop not in floors:
            copied = made.copy(url)
            result = run_peer("loop", copied, cell)
            made.drop(copied)
            floors[loop] = result.rate
            yield _line(f"floor: row and commit a text, {cell.kind}", cell, result, ceilings[bare], result.rate)
        copied = made.copy(url)
        result = run_workers(copied, cell)
        made.drop(copied)
        yield _line(f"Rygbot, {cell.kind}", cell, result, ceilings[bare], floors[loop])


def _fill(made: Databases, cell: Cell) -> str:
    url = made.migrated(cell.kind)
    add_due_texts(url, cell.texts)
    analyse(url)
    return url


def _line(what: str, cell: Cell, result: Result, ceiling: float, floor: float | None) -> list[str]:
    is_ours = what.startswith("Rygbot")
    cpu = sum(usage.cpu for usage in result.usage) / cell.texts * 1000
    return [
        what,
        f"{cell.texts:,}",
        f"{cell.delay * 1000:.0f}",
        str(cell.workers) if is_ours else "1",
        str(cell.senders),
        f"{result.rate:,.0f}",
        f"{result.rate / ceiling:.2f}",
        f"{result.rate / floor:.1f}" if floor else "",
        f"{result.first:.2f}",
        f"{cpu:.2f}",
        f"{max(usage.megabytes for usage in result.usage):.0f}",
        *([str(result.lost), str(result.doubled), str(result.unrecorded)] if is_ours else ["", "", ""]),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure dispatch.")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--texts", nargs="+", type=int, default=[2_000, 20_000])
    parser.add_argument("--delays", nargs="+", type=float, default=[0.0, 0.05], help="seconds")
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--senders", nargs="+", type=int, default=[16, 64])
    wanted = parser.parse_args(arguments)
    print(machine("sqlalchemy", "psycopg", "twilio", "aiohttp", "requests"))
    print(f"the provider alone: {ceiling(20_000, 16):,.0f} texts/s\n")
    axes = product(wanted.databases, wanted.texts, wanted.delays, wanted.workers, wanted.senders)
    with databases(wanted.databases) as made:
        print(table(HEAD, list(measure(made, [Cell(*axis) for axis in axes]))))


if __name__ == "__main__":
    main()
