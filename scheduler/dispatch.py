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
from core.gateway import TOO_LATE, Gateway, Outbound, SendError, Verdict
from scheduler import rates
from scheduler.backlog import LATE, PACE
from scheduler.claims import Batch, Seen
from scheduler.exchange import Exchange, Senders
from scheduler.lateness import give_places
from scheduler.line import Line
from scheduler.looking import Look, Lookout
from scheduler.picking import LAST
from scheduler.presence import Presence
from scheduler.recording import Outcome, Tally, record, record_failure
from scheduler.upkeep import OnFailure, expire_late, keep_window
from scheduler.ways import Plan, Ways, as_ways

BEGIN_WITHIN = 60.0
"""Seconds from the claim: what has not begun by then never begins. With the longest time a send may take (15 s, see
core.gateway.twilio) it ends well before the lease of two minutes, whatever stopped the process in between."""
AT_ONCE = 2
"""Batches under way."""
MOMENT = 0.1
"""Seconds that a batch may take to leave, if it is not one of the least."""
LARGEST_BATCH = 256
HELD_UP = 0.01
"""Seconds until a claim is made again that another worker was in the way of."""
HELD_UP_MOST = 30
"""Times in one run; after them the next run tries."""
RECORD_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries to write down what was sent while the database is away; after them the reconciler finds it."""

GatewayFactory = Callable[[], Gateway | Ways]
T = TypeVar("T")

log = structlog.get_logger()


async def send_all(
    gateway: Gateway | Ways, batch: Sequence[Outbound], gate: asyncio.Semaphore, plan: Plan | None = None
) -> list[Outcome]:
    """Send a batch with as many under way at once as pass the gate. `plan`: which gateways it goes by."""
    ways = as_ways(gateway)

    async def one(outbound: Outbound) -> Outcome:
        failed = partial(Outcome, outbound.message_id, outbound.attempt, None)
        async with gate:
            if outbound.deadline is not None and outbound.deadline.is_over:
                return failed(SendError(Verdict.NOT_SENT, TOO_LATE))
            try:
                provider_id, taken_by = await ways.send(outbound, plan)
            except SendError as error:
                return failed(error, error.gateway)
            except Exception:
                log.exception("send failed unexpectedly", message=outbound.message_id)
                return failed(SendError(Verdict.UNKNOWN, "internal error"))
            return Outcome(outbound.message_id, outbound.attempt, provider_id, gateway=taken_by)

    return list(await asyncio.gather(*(one(outbound) for outbound in batch)))


@dataclass(frozen=True)
class UnderWay:
    """A batch that is being sent. `began`: by the clock that only runs forward. `is_all`: nothing else was due when it
    was claimed.
    """

    outcomes: Future[list[Outcome]]
    plan: Plan
    began: float
    claimed_at: datetime
    is_all: bool


class Dispatcher:
    """One worker's sending: owns its line to the provider.

    While a batch leaves, the one before is written down and the next is fetched, so that the provider waits for no
    database and the database for no provider. `senders_of`: what texts go from, by gateway; without it nothing limits
    how fast they go.
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
        senders_of: Senders | None = None,
        late_after: timedelta = LATE,
    ) -> None:
        """`late_after`: a text that nobody tried to send so long after its time is late (see scheduler.backlog)."""
        self._sessions = sessions
        self._on_failure = on_failure
        self._worker = worker
        self._presence = presence
        self._senders = senders
        self._late_after = late_after
        self._lookout = Lookout(late_after)
        self._asked_to_stop = threading.Event()
        self._line: Line[Ways] = Line(lambda: as_ways(open_gateway()))
        self._exchange = Exchange(self._line.end, senders_of)
        self.wait = 0.0
        self._gate = asyncio.Semaphore(senders)
        self._size = 2 * senders
        self._finished = 0.0

    def run(self, now: Callable[[], datetime], pace: timedelta = PACE) -> Tally:
        """Expire what is too late, then send until nothing is due or somebody asks to stop.

        Commits after each claim, each record, each failure, and each judging of what is late. `pace`: how far apart a
        clinic's late texts stand.
        """
        self._presence.keep()
        under_way: deque[UnderWay] = deque()
        try:
            return self._send(under_way, now, pace)
        finally:
            while under_way:  # something failed; what has left is written down all the same
                self._record(under_way.popleft(), now)

    def _send(self, under_way: deque[UnderWay], now: Callable[[], datetime], pace: timedelta) -> Tally:
        """Two batches at most are under way. After one that was not full there is nothing more to claim, until one
        that was under way is written down: a text may have waited for it, or follow from it.
        """
        tally, may_be_more, held_up = Tally(), True, 0
        while True:
            while may_be_more and len(under_way) < AT_ONCE and not self._asked_to_stop.is_set():
                at = now()
                batch, plan, may_be_more = self._claim(at, pace)
                held_up = held_up + 1 if batch.held_up else 0
                if batch.texts:
                    leaving = self._line.begin(partial(send_all, batch=batch.texts, gate=self._gate, plan=plan))
                    under_way.append(UnderWay(leaving, plan, monotonic(), at, batch.is_all))
            if not under_way:
                if not 0 < held_up < HELD_UP_MOST or self._asked_to_stop.is_set():
                    return tally
                wait(HELD_UP)
            else:
                first = under_way.popleft()
                self._keep_pace(len(first.outcomes.result()), first.began)
                done = self._record(first, now)
                tally += done
                if first.is_all and done.sent == len(first.outcomes.result()) and now() <= first.claimed_at:
                    continue  # nothing else was due, nothing follows from it, and no time has passed
            may_be_more = True

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

    def _claim(self, now: datetime, pace: timedelta) -> tuple[Batch, Plan, bool]:
        """The next batch, what it goes by, and whether there may be more.

        Texts that were late before a worker came are given their places first, and what is urgent goes before that.
        """
        deadline = Deadline.within(BEGIN_WITHIN)  # counted from before the claim, so that it is over before the lease
        with self._sessions() as session:
            found = self._look(session, now)
            if not found.due:
                self.wait = 0.0
                return Batch([]), Plan(()), False
            seen = Seen(found.due, rates.clinics(session))
            if keep_window(session, now, seen.clinics):
                session.commit()
            take = partial(self._exchange.claim, session, self._worker, self._size, now, deadline, seen)
            take = partial(take, is_any_away=found.is_any_away)
            batch, plan = take(up_to=LAST - 1) if found.is_any_late else take()
            is_any_left = found.is_any_late and bool(batch.texts)
            if found.is_any_late and not batch.texts:
                late = give_places(session, now, self._late_after, pace)
                session.commit()  # before they are forgotten: a claim that fails takes nothing of it back
                self._lookout.forget_lateness()
                log.info("late texts given their places", count=late)
                batch, plan = take()
            session.commit()
        self.wait = batch.wait
        return batch, plan, batch.may_be_more or is_any_left

    def _look(self, session: Session, now: datetime) -> Look:
        """What is too late expires, in a transaction of its own, before anything is claimed."""
        found = self._lookout.look(session, now)
        if not found.is_any_expired:
            return found
        expired = expire_late(session, now, self._on_failure)
        session.commit()
        log.info("late texts expired", expired=expired)
        return self._lookout.look(session, now)

    def _record(self, batch: UnderWay, now: Callable[[], datetime]) -> Tally:
        outcomes = batch.outcomes.result()
        failures = [outcome for outcome in outcomes if outcome.is_known_failure]
        rest = [outcome for outcome in outcomes if not outcome.is_known_failure]
        tally = self._write(lambda session: record(session, rest, now()))
        for failure in failures:
            tally += self._write(partial(self._fail, failure, now))
        if self._exchange.has_news:
            self._write(lambda session: self._exchange.note(session, batch.plan, now()))
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
