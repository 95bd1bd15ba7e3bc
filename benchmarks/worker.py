"""The worker as `rygbot worker` runs it, but for its clock: a Monday morning stands still until the texts fall due.

So a benchmark can be run at night, when no timed text goes out, and all workers begin at the same instant.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from benchmarks.processes import own_usage, say
from bot import worker
from bot.red_flags import LateChecker
from bot.runtime import make_runtime
from core import log
from core.settings import load_settings

DUE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""10.00 in Copenhagen on a Monday: when the texts of a benchmark fall due."""


class Clock:
    """Shows the minute before DUE until `start`, then runs from DUE on."""

    def __init__(self) -> None:
        self._began: datetime | None = None

    def __call__(self) -> datetime:
        if self._began is None:
            return DUE - timedelta(minutes=1)
        return DUE + (datetime.now(UTC) - self._began)

    def start(self) -> None:
        self._began = datetime.now(UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--senders", type=int, required=True)
    senders = parser.parse_args().senders
    settings = load_settings()
    log.configure(settings.log_format)
    clock = Clock()
    runtime = make_runtime(settings, clock, checker=LateChecker())
    dispatcher = worker.make_dispatcher(runtime, worker.gateway_factory(runtime), senders)
    books = worker.make_books(runtime)
    ticker = worker.start(runtime, dispatcher, books)
    before = own_usage()
    say("ready")
    sys.stdin.readline()
    clock.start()
    sys.stdin.readline()
    dispatcher.stop()
    ticker.stop()
    dispatcher.close()
    if books is not None:
        books.close()
    runtime.engine.dispose()
    after = own_usage()
    say(asdict(after) | {"cpu": after.cpu - before.cpu})


if __name__ == "__main__":
    main()
