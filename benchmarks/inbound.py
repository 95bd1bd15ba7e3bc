"""Measure what comes in: python -m benchmarks.inbound (make bench-inbound)

Patients' texts, each with Twilio's signature, at the web side as `rygbot serve` runs it, on PostgreSQL: kept, read,
answered through the outbox. 20 connections, each sending its next text when the last is answered. Beside it, in the
same run, what the same web side makes of a page that does nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sqlalchemy import func, select

from benchmarks.clinic import SENDER, open_clinic, phone_of, settings, texts
from benchmarks.databases import Databases, analyse, databases
from benchmarks.processes import environment
from benchmarks.report import machine, milliseconds, table
from benchmarks.web import Web, ask, page, serving, signed_text
from bot.runtime import make_runtime, utc_now
from core.models import Message, Reply, Triage

CEILING = 0.1
"""Seconds that 99 of 100 texts may take."""
TEXTS_OF_A_PATIENT = 10
"""More in an hour look like a machine, and are not answered."""
HEAD = ["what", "requests", "under way", "requests/s", "p50, ms", "p99, ms", "longest, ms", "web CPU, ms/request"]


def measure(made: Databases, count: int, connections: int, kind: str = "postgresql") -> list[list[str]]:
    """A page that does nothing, then the patients' texts. Raises RuntimeError when a text was lost or not read."""
    url = made.migrated(kind)
    patients = max(1, -(-count // TEXTS_OF_A_PATIENT))
    open_clinic(url, patients, utc_now())
    analyse(url)
    with serving(environment(url)) as web:
        inbound = [
            signed_text(web, f"SM{number:032d}", phone_of(number % patients), SENDER, text)
            for number, text in enumerate(texts(count))
        ]
        warm_up = [signed_text(web, f"SMwarm{number}", phone_of(0), SENDER, "tak") for number in range(8)]
        ask(web, warm_up, 8)
        lines = [
            _line("ceiling: a page that does nothing", web, [page("/healthz")] * count, connections),
            _line("a text: signed, kept, read, answered", web, inbound, connections),
        ]
        print_memory = f"{web.megabytes():.0f} MB is the largest web process"
    _check(url, count + len(warm_up))
    return [*lines, [print_memory, *[""] * (len(HEAD) - 1)]]


def _line(what: str, web: Web, requests: Sequence[bytes], connections: int) -> list[str]:
    before = web.cpu()
    times, seconds = ask(web, requests, connections)
    spent = (web.cpu() - before) / len(requests) * 1000
    rate = len(requests) / seconds
    return [what, f"{len(requests):,}", str(connections), f"{rate:,.0f}", *milliseconds(times), f"{spent:.2f}"]


def _check(url: str, count: int) -> None:
    runtime = make_runtime(settings(url))
    with runtime.sessions() as session:
        replies = session.scalar(select(func.count()).select_from(Reply).where(Reply.processed_at.is_not(None)))
        read = session.scalar(select(func.count()).select_from(Triage))
        answers = session.scalar(select(func.count()).where(Message.reply_id.is_not(None)))
    runtime.engine.dispose()
    if (replies, read) != (count, count) or not answers:
        raise RuntimeError(f"of {count} texts {replies} were kept and {read} read; {answers} answers")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure what comes in.")
    parser.add_argument("--texts", type=int, default=4_000)
    parser.add_argument("--connections", type=int, default=20)
    wanted = parser.parse_args(arguments)
    print(f"{machine('sqlalchemy', 'psycopg', 'flask', 'gunicorn')}\np99 aimed at: {CEILING * 1000:.0f} ms\n")
    with databases(["postgresql"]) as made:
        print(table(HEAD, measure(made, wanted.texts, wanted.connections)))


if __name__ == "__main__":
    main()
