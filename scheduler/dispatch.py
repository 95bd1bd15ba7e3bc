"""Claim due rows, commit, send with many under way, record. The only place from which texts are sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from time import sleep as wait
from typing import TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.deadline import Deadline
from core.gateway import Gateway, Outbound, SendError, Verdict
from scheduler.claims import claim
from scheduler.line import Line
from scheduler.presence import Presence
from scheduler.recording import Outcome, Tally, record, record_failure
from scheduler.upkeep import OnFailure, expire_late, keep_window

BEGIN_WITHIN = 60.0
"""Seconds from the claim: what has not begun by then never begins. With the longest time a send may take (15 s, see
core.gateway.twilio) it ends well before the lease of two minutes, whatever stopped the process in between."""
TOO_LATE = "too late to begin"
RECORD_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries to write down what was sent while the database is away; after them the reconciler finds it."""

GatewayFactory = Callable[[], Gateway]
T = TypeVar("T")

log = structlog.get_logger()


async def send_all(gateway: Gateway, batch: Sequence[Outbound], senders: int) -> list[Outcome]:
    """Send a batch with at most `senders` under way at once."""
    gate = asyncio.Semaphore(senders)

    async def one(outbound: Outbound) -> Outcome:
        failed = partial(Outcome, outbound.message_id, outbound.attempt, None)
        async with gate:
            if outbound.deadline is not None and outbound.deadline.is_over:
                return failed(SendError(Verdict.NOT_SENT, TOO_LATE))
            try:
                provider_id = await gateway.send(outbound)
            except SendError as error:
                return failed(error)
            except Exception:
                log.exception("send failed unexpectedly", message=outbound.message_id)
                return failed(SendError(Verdict.UNKNOWN, "internal error"))
            return Outcome(outbound.message_id, outbound.attempt, provider_id)

    return list(await asyncio.gather(*(one(outbound) for outbound in batch)))


class Dispatcher:
    """One worker's sending: owns its line to the provider."""

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        open_gateway: GatewayFactory,
        on_failure: OnFailure,
        worker: str,
        presence: Presence,
        senders: int = 16,
    ) -> None:
        self._sessions = sessions
        self._on_failure = on_failure
        self._worker = worker
        self._presence = presence
        self._senders = senders
        self._asked_to_stop = threading.Event()
        self._line = Line(open_gateway)

    def run(self, now: Callable[[], datetime]) -> Tally:
        """Expire what is late, then send until nothing is due or somebody asks to stop.

        Commits after each claim, each record, and each failure.
        """
        self._presence.keep()
        with self._sessions() as session:
            if expired := expire_late(session, now(), self._on_failure):
                log.info("late texts expired", expired=expired)
            session.commit()
        tally = Tally()
        while not self._asked_to_stop.is_set() and (batch := self._claim(now())):
            outcomes = self._line.run(partial(send_all, batch=batch, senders=self._senders))
            tally += self._record(outcomes, now)
        return tally

    def stop(self) -> None:
        """Claim nothing more; what is under way is finished and written down."""
        self._asked_to_stop.set()

    def _claim(self, now: datetime) -> list[Outbound]:
        deadline = Deadline.within(BEGIN_WITHIN)  # counted from before the claim, so that it is over before the lease
        with self._sessions() as session:
            keep_window(session, now)
            batch = claim(session, self._worker, self._senders * 2, now, deadline)
            session.commit()
        return batch

    def _record(self, outcomes: Sequence[Outcome], now: Callable[[], datetime]) -> Tally:
        failures = [outcome for outcome in outcomes if outcome.is_known_failure]
        rest = [outcome for outcome in outcomes if not outcome.is_known_failure]
        tally = self._write(lambda session: record(session, rest, now()))
        for failure in failures:
            tally += self._write(partial(self._fail, failure, now))
        return tally

    def _fail(self, failure: Outcome, now: Callable[[], datetime], session: Session) -> Tally:
        return record_failure(session, failure, self._on_failure, now())

    def _write(self, work: Callable[[Session], T]) -> T:
        """In a transaction of its own, tried again while the database is away: only we know what was sent."""
        for pause in RECORD_PAUSES:
            try:
                return self._write_once(work)
            except (OperationalError, InterfaceError) as error:
                log.warning("record will be tried again", error=type(error).__name__)
                wait(pause)
        return self._write_once(work)

    def _write_once(self, work: Callable[[Session], T]) -> T:
        with self._sessions() as session:
            done = work(session)
            session.commit()
        return done

    def close(self) -> None:
        """Close the connections and the loop; what was claimed has been recorded by then."""
        self._line.close()
        self._presence.end()
