"""Claim due rows, commit, send with many under way, record. The only place from which texts are sent."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from time import sleep as wait
from typing import TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.deadline import Deadline
from core.gateway import Gateway, Outbound, SendError, Verdict
from scheduler.backlog import LATE, PACE
from scheduler.claims import LAST, claim
from scheduler.lateness import give_places, is_any_late
from scheduler.line import Line
from scheduler.presence import Presence
from scheduler.recording import Outcome, Tally, record, record_failure
from scheduler.upkeep import OnFailure, expire_late, keep_window

BEGIN_WITHIN = 60.0
"""Seconds from the claim: what has not begun by then never begins. With the longest time a send may take (15 s, see
core.gateway.twilio) it ends well before the lease of two minutes, whatever stopped the process in between."""
TOO_LATE = "too late to begin"
AT_ONCE = 2
"""Batches under way."""
MOMENT = 0.1
"""Seconds that a batch may take to leave, if it is not one of the least."""
LARGEST_BATCH = 256
RECORD_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries to write down what was sent while the database is away; after them the reconciler finds it."""

GatewayFactory = Callable[[], Gateway]
T = TypeVar("T")

log = structlog.get_logger()


async def send_all(gateway: Gateway, batch: Sequence[Outbound], gate: asyncio.Semaphore) -> list[Outcome]:
    """Send a batch with as many under way at once as pass the gate."""

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


@dataclass(frozen=True)
class UnderWay:
    """A batch that is being sent. `began`: by the clock that only runs forward."""

    outcomes: Future[list[Outcome]]
    began: float


class Dispatcher:
    """One worker's sending: owns its line to the provider.

    While a batch leaves, the one before is written down and the next is fetched, so that the provider waits for no
    database and the database for no provider.
    """

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        open_gateway: GatewayFactory,
        on_failure: OnFailure,
        worker: str,
        presence: Presence,
        senders: int = 16,
        late_after: timedelta = LATE,
    ) -> None:
        """`late_after`: a text that nobody tried to send so long after its time is late (see scheduler.backlog)."""
        self._sessions = sessions
        self._on_failure = on_failure
        self._worker = worker
        self._presence = presence
        self._senders = senders
        self._late_after = late_after
        self._asked_to_stop = threading.Event()
        self._line = Line(open_gateway)
        self._gate = asyncio.Semaphore(senders)
        self._size = 2 * senders
        self._finished = 0.0

    def run(self, now: Callable[[], datetime], pace: timedelta = PACE) -> Tally:
        """Expire what is too late, then send until nothing is due or somebody asks to stop.

        Commits after each claim, each record, and each failure. `pace`: how far apart a clinic's late texts stand.
        """
        self._presence.keep()
        with self._sessions() as session:
            if expired := expire_late(session, now(), self._on_failure):
                log.info("late texts expired", expired=expired)
            session.commit()
        under_way: deque[UnderWay] = deque()
        try:
            return self._send(under_way, now, pace)
        finally:
            while under_way:  # something failed; what has left is written down all the same
                self._record(under_way.popleft().outcomes.result(), now)

    def _send(self, under_way: deque[UnderWay], now: Callable[[], datetime], pace: timedelta) -> Tally:
        """Two batches at most are under way. After one that was not full there is nothing more to claim, unless a
        failure has led to something.
        """
        tally, may_be_more = Tally(), True
        while True:
            while may_be_more and len(under_way) < AT_ONCE and not self._asked_to_stop.is_set():
                batch, may_be_more = self._claim(now(), pace)
                if batch:
                    leaving = self._line.begin(partial(send_all, batch=batch, gate=self._gate))
                    under_way.append(UnderWay(leaving, monotonic()))
            if not under_way:
                return tally
            first = under_way.popleft()
            outcomes = first.outcomes.result()
            self._keep_pace(len(outcomes), first.began)
            done = self._record(outcomes, now)
            may_be_more |= done.failed > 0
            tally += done

    def _keep_pace(self, sent: int, began: float) -> None:
        """The next batch is what leaves in a moment at the pace of the last one: advice waits no longer than that."""
        finished = monotonic()
        seconds = max(finished - max(began, self._finished), 0.001)
        self._finished = finished
        wanted = max(min(int(sent / seconds * MOMENT), LARGEST_BATCH), 2 * self._senders)
        self._size = 1 << (wanted.bit_length() - 1)  # few sizes, so that few statements have to be built

    def stop(self) -> None:
        """Claim nothing more; what is under way is finished and written down."""
        self._asked_to_stop.set()

    def _claim(self, now: datetime, pace: timedelta) -> tuple[list[Outbound], bool]:
        """The next batch, and whether there may be more.

        Texts that were late before a worker came are given their places first, and what is urgent goes before that.
        """
        deadline = Deadline.within(BEGIN_WITHIN)  # counted from before the claim, so that it is over before the lease
        with self._sessions() as session:
            keep_window(session, now)
            take = partial(claim, session, self._worker, self._size, now, deadline)
            is_any = is_any_late(session, now, self._late_after)
            batch = take(up_to=LAST - 1) if is_any else take()
            if is_any and not batch:
                late, is_any = give_places(session, now, self._late_after, pace), False
                log.info("late texts given their places", count=late)
                batch = take()
            session.commit()
        return batch, is_any or len(batch) >= self._size

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
