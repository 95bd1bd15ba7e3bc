"""Measure the way from a red reply to its advice: python -m benchmarks.advice (make bench-advice)

Red replies come in one after another, each with Twilio's signature, at the web side as `rygbot serve` runs it, while a
worker sends 10,000 texts that are all due. Timed is each reply's way from its request to the provider's acceptance of
the advice that answers it, on PostgreSQL, with a provider that takes 50 ms over each text.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import insert, select

from benchmarks.clinic import SENDER, open_clinic, phone_of, settings, texts
from benchmarks.databases import Databases, analyse, databases
from benchmarks.processes import environment
from benchmarks.provider import Provider, provider
from benchmarks.report import machine, milliseconds, percentile, table
from benchmarks.web import Web, answers, ask, serving, signed_text, working
from bot.runtime import make_runtime, utc_now
from core.models import Enrolment, Message, MessageKind, MessageState
from scheduler.outbox import LIFETIME, PRIORITY

CEILING = 1.0
"""Seconds that 99 of 100 replies may wait for their advice."""
PATIENCE = 60.0
PAUSE = 0.05
"""Seconds from an answered reply to the next one."""
HEAD = ["texts waiting", "red replies", "p50, ms", "p99, ms", "longest, ms", "p99 of 1 s", "other texts sent meanwhile"]


def measure(made: Databases, replies: int, waiting: int, delay: float = 0.05, kind: str = "postgresql") -> list[str]:
    """One line. Raises RuntimeError when advice was lost or sent twice, or when the others were all sent too soon."""
    url = made.migrated(kind)
    open_clinic(url, replies, utc_now())
    _add_waiting(url, waiting)
    analyse(url)
    with ExitStack() as stack:
        target = stack.enter_context(provider(delay))
        told = environment(url, **target.settings())
        web = stack.enter_context(serving(told))
        # A worker that sends without a pause reports only when it is done.
        is_at_work = (lambda: target.count() > 0) if waiting else (lambda: answers(web, "/readyz"))
        stack.enter_context(working(told, web, is_at_work))
        before = target.count()
        sent_at = _write(web, replies)
        after = target.count()
        seconds = _answered_after(url, target, sent_at)
    if waiting and after - before >= waiting:
        raise RuntimeError("all other texts had left before the last reply came in: take more of them")
    p99 = percentile(sorted(seconds), 0.99)
    return [
        f"{waiting:,}",
        str(replies),
        *milliseconds(seconds),
        f"{p99 / CEILING:.2f}",
        f"{after - before:,}" if waiting else "",
    ]


def _add_waiting(url: str, count: int) -> None:
    """Texts that staff wrote to many patients at once, all due now: they go at any hour, and after advice."""
    runtime = make_runtime(settings(url))
    now = utc_now()
    with runtime.engine.begin() as connection:
        courses = connection.execute(select(Enrolment.id, Enrolment.patient_id).order_by(Enrolment.id)).all()
        rows = [
            {
                "clinic_id": "vest",
                "patient_id": patient_id,
                "enrolment_id": enrolment_id,
                "kind": MessageKind.STAFF,
                "purpose": MessageKind.STAFF,
                "to_phone": "+4520100000",
                "body": f"Rygklinik Vest: Vi holder lukket i morgen. Det er besked nummer {number}.",
                "segments": 1,
                "priority": PRIORITY[MessageKind.STAFF],
                "state": MessageState.PLANNED,
                "due_at": now,
                "expires_at": now + LIFETIME[MessageKind.STAFF],
                "next_attempt_at": now - timedelta(seconds=1),
                "created_at": now,
            }
            for number in range(count)
            for enrolment_id, patient_id in [courses[number % len(courses)]]
        ]
        if rows:
            connection.execute(insert(Message), rows)
    runtime.engine.dispose()


def _write(web: Web, replies: int) -> dict[str, float]:
    """Red replies, a patient each, one after another: when each was sent, by the sender's number."""
    sent_at = {}
    for number, text in enumerate(texts(replies, "red")):
        sent_at[phone_of(number)] = time.time()
        ask(web, [signed_text(web, f"SMred{number}", phone_of(number), SENDER, text)], 1)
        time.sleep(PAUSE)
    return sent_at


def _answered_after(url: str, target: Provider, sent_at: dict[str, float]) -> list[float]:
    """Seconds from each reply to the acceptance of its advice. A reply that the product does not read as red has an
    amber reply's advice, or none, and is left out.
    """
    runtime = make_runtime(settings(url))
    wanted = select(Message.id, Message.to_phone).where(Message.kind == MessageKind.ADVICE)
    with runtime.sessions() as session:
        advice = {row.id: row.to_phone for row in session.execute(wanted)}
    runtime.engine.dispose()
    deadline = time.monotonic() + PATIENCE
    while True:
        taken = [text for text in target.book() if text.message in advice]
        if len(taken) >= len(advice):
            break
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(taken)} of {len(advice)} texts of advice were sent")
        time.sleep(0.2)
    if len({text.message for text in taken}) != len(taken) or not taken:
        raise RuntimeError("advice was sent twice, or not at all")
    return [text.at - sent_at[advice[text.message]] for text in taken]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure the way from a red reply to its advice.")
    parser.add_argument("--replies", type=int, default=200)
    parser.add_argument("--waiting", nargs="+", type=int, default=[0, 10_000])
    wanted = parser.parse_args(arguments)
    print(f"{machine('sqlalchemy', 'psycopg', 'twilio', 'gunicorn')}\np99 aimed at: {CEILING * 1000:.0f} ms\n")
    with databases(["postgresql"]) as made:
        print(table(HEAD, [measure(made, wanted.replies, waiting) for waiting in wanted.waiting]))


if __name__ == "__main__":
    main()
