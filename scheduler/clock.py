"""APScheduler as a clock and nothing else: it calls given functions every few seconds and remembers nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """Something done at the start and again and again. Overlapping runs are skipped, missed ones made up for once."""

    name: str
    every_seconds: float
    run: Callable[[], object]


class Ticker:
    """Runs jobs in threads until stopped; a job that raises is logged and called again after a pause."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        # It would warn of each turn that is skipped because the one before still runs: with many texts to send that
        # is as it should be, twice a second.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in jobs:
            self._scheduler.add_job(
                _guarded(job), "interval", seconds=job.every_seconds, id=job.name, next_run_time=datetime.now(UTC)
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Wait for what is under way, start nothing more."""
        self._scheduler.shutdown(wait=True)


def _guarded(job: Job, clock: Callable[[], float] = time.monotonic) -> Callable[[], None]:
    """A job that fails is left alone for a while that doubles: a database that is away is not asked twice a second."""
    failures, not_before = 0, 0.0

    def run() -> None:
        nonlocal failures, not_before
        if clock() < not_before:
            return
        try:
            job.run()
        except Exception:
            not_before = clock() + min(FIRST_PAUSE * (1 << min(failures, 10)), LONGEST_PAUSE)
            failures += 1
            log.exception("tick failed", job=job.name, attempts=failures)
        else:
            failures = 0

    return run
