"""Measure what sending costs us: python -m benchmarks.dispatch [TEXTS]

So many texts that are due now are claimed, sent by a gateway that answers at once, and written down with their
history; on PostgreSQL and SQLite, the best and the median of some rounds. No network: it is our own work that is
measured.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import update

from bot import worker
from core import db
from core.models import Message, MessageKind, MessageState
from scheduler.outbox import Draft, enqueue
from tests import postgres
from tests.world import make_world

TEXTS = 2_000
ROUNDS = 7
SENDERS = 16


def measure(url: str, texts: int) -> list[float]:
    """Seconds a round took."""
    db.upgrade(url)
    world = make_world(url)
    world.add_clinic()
    dispatcher = worker.make_dispatcher(world.runtime, lambda: world.gateway, SENDERS)
    took = []
    for _ in range(ROUNDS):
        world.gateway.sent.clear()
        with world.session() as session, session.begin():
            session.execute(update(Message).values(expires_at=world.clock()))
            draft = Draft(MessageKind.STAFF, "Rygklinik Vest: Husk at komme op at gå i dag.")
            for number in range(texts):
                enqueue(session, draft, clinic_id="vest", to_phone=f"+4520{100000 + number}", now=world.clock())
        began = time.perf_counter()
        dispatcher.run(world.clock)
        took.append(time.perf_counter() - began)
        assert len(world.gateway.sent) == texts
    assert len(world.messages(MessageState.SENT)) == texts * ROUNDS
    dispatcher.close()
    world.close()
    return took


def main() -> None:
    texts = int(sys.argv[1]) if len(sys.argv) > 1 else TEXTS
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        url = server.create()
        try:
            for name, address in (("PostgreSQL", url), ("SQLite", f"sqlite:///{Path(folder) / 'bench.db'}")):
                took = measure(address, texts)
                best, middle = min(took), statistics.median(took)
                print(f"{name}: best {texts / best:,.0f} texts/s, median {texts / middle:,.0f} ({middle:.2f} s)")
        finally:
            server.drop(url)


if __name__ == "__main__":
    main()
