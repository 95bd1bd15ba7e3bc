"""A worker as a process of its own that dies, or falls asleep, where it is told to.

Run as python -m tests.faults.worker_process.

The environment holds the product's settings and, besides: NOW, the instant it begins at; AT, the point; NTH, at which
text; SIGNAL, what it does to itself there; LOOP, to go on ticking until it is asked to stop.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot import worker
from bot.delivery import on_failure
from bot.runtime import make_runtime
from core import log
from core.deadline import Deadline
from core.gateway import Outbound
from core.gateway.twilio import TwilioGateway
from core.settings import load_settings
from scheduler import dispatch
from scheduler.claims import Batch
from scheduler.dispatch import Dispatcher, UnderWay
from scheduler.presence import Presence
from scheduler.recording import Tally
from scheduler.ways import Plan, Ways

T = TypeVar("T")
AT, NTH = os.environ.get("AT", ""), int(os.environ.get("NTH", "1"))
NAME = f"test-{os.getpid()}"


class OneThatSleeps(Deadline):
    """Over once the process has slept: a test need not wait for the real one."""

    slept = False

    @property
    def is_over(self) -> bool:
        return OneThatSleeps.slept


def reached(point: str, count: int = 1) -> None:
    """Once."""
    if point == AT and count == NTH and not OneThatSleeps.slept:
        OneThatSleeps.slept = True
        os.kill(os.getpid(), getattr(signal, os.environ["SIGNAL"]))


class Gateway(TwilioGateway):
    calls = answers = 0

    async def send(self, outbound: Outbound) -> str:
        self.calls += 1
        reached("before call", self.calls)
        reached(f"before call of {self.name}", self.calls)
        provider_id = await super().send(outbound)
        self.answers += 1
        reached("after call", self.answers)
        reached(f"after call of {self.name}", self.answers)
        return provider_id


class Worker(Dispatcher):
    def _claim(self, now: datetime, pace: timedelta) -> tuple[Batch, Plan, bool]:
        reached("before claim")
        batch = super()._claim(now, pace)
        reached("after claim")
        return batch

    def _record(self, batch: UnderWay, now: Callable[[], datetime]) -> Tally:
        batch.outcomes.result()
        reached("before record")
        tally = super()._record(batch, now)
        reached("after record")
        return tally

    def _write_once(self, work: Callable[[Session], T]) -> T:
        def watched(session: Session) -> T:
            done = work(session)
            session.flush()
            reached("before commit of record")
            return done

        return super()._write_once(watched)


def main() -> None:
    settings = load_settings()
    log.configure(settings.log_format)
    began, start = time.monotonic(), datetime.fromisoformat(os.environ["NOW"])
    runtime = make_runtime(settings, lambda: start + timedelta(seconds=time.monotonic() - began))
    vars(dispatch)["Deadline"] = OneThatSleeps
    dispatcher = Worker(
        sessions=runtime.sessions,
        open_gateway=lambda: Ways([Gateway(settings, name) for name in settings.gateway_names]),
        on_failure=on_failure,
        worker=NAME,
        presence=Presence(runtime.engine, NAME),
        senders=4,
        senders_of=dict.fromkeys(settings.gateway_names),
    )
    books = worker.make_books(runtime)
    if "LOOP" not in os.environ:
        worker.drain(runtime, dispatcher, books)
        return
    asked_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked_to_stop.set())
    ticker = worker.start(runtime, dispatcher, books)
    asked_to_stop.wait()
    dispatcher.stop()
    ticker.stop()


if __name__ == "__main__":
    main()
