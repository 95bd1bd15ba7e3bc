"""Claim due rows, commit, send with many under way, record. The only caller of a gateway."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, sessionmaker

from core.gateway import Gateway, Outbound, SendError, Verdict
from core.models import Message, MessageState
from scheduler.claims import claim
from scheduler.outbox import LEASE, lock_patient, move, sources_of
from scheduler.upkeep import OnFailure, expire_late, keep_window

RETRY_BASE = timedelta(seconds=30)
RETRY_CAP = timedelta(minutes=15)
RETRY_FLOOR = timedelta(seconds=5)

GatewayFactory = Callable[[], Gateway]

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: a provider id, or an error."""

    message_id: int
    provider_id: str | None = None
    error: SendError | None = None


@dataclass(frozen=True)
class Tally:
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    retried: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.sent + other.sent,
            self.failed + other.failed,
            self.unknown + other.unknown,
            self.retried + other.retried,
        )


async def send_all(gateway: Gateway, batch: Sequence[Outbound], senders: int) -> list[Outcome]:
    """Send a batch with at most `senders` under way at once."""
    gate = asyncio.Semaphore(senders)

    async def one(outbound: Outbound) -> Outcome:
        async with gate:
            try:
                return Outcome(outbound.message_id, provider_id=await gateway.send(outbound))
            except SendError as error:
                return Outcome(outbound.message_id, error=error)
            except Exception:
                log.exception("send failed unexpectedly", message=outbound.message_id)
                return Outcome(outbound.message_id, error=SendError(Verdict.UNKNOWN, "internal error"))

    return list(await asyncio.gather(*(one(outbound) for outbound in batch)))


def record(session: Session, outcomes: Sequence[Outcome], now: datetime) -> Tally:
    """Write down what was accepted or is unknown. A receipt that was quicker than we are is never overwritten."""
    taken = {outcome.message_id: outcome.provider_id for outcome in outcomes if outcome.error is None}
    if taken:
        _record_taken(session, taken, now)
    tally = Tally(sent=len(taken))
    for outcome in outcomes:
        if outcome.error is not None:
            values = {"error_code": outcome.error.code, "sent_at": now, "lease_until": now + LEASE}
            move(session, outcome.message_id, MessageState.UNKNOWN, **values)
            log.warning("send outcome unknown", message=outcome.message_id, code=outcome.error.code)
            tally += Tally(unknown=1)
    return tally


def _record_taken(session: Session, taken: Mapping[int, str | None], now: datetime) -> None:
    """A whole batch at once: the provider's ids where none stands yet, then `sent` where no receipt was quicker."""
    named = (
        update(Message)
        .where(Message.id == bindparam("message"), Message.provider_id.is_(None))
        .values(provider_id=bindparam("provider"))
    )
    ids = [{"message": message_id, "provider": provider_id} for message_id, provider_id in taken.items()]
    session.connection().execute(named, ids)
    session.execute(
        update(Message)
        .where(Message.id.in_(taken), Message.state.in_(sources_of(MessageState.SENT)))
        .values(state=MessageState.SENT, sent_at=now, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def record_failure(session: Session, message_id: int, error: SendError, on_failure: OnFailure, now: datetime) -> Tally:
    """Write down one text that was not sent: again later while there is time, else failed with what follows.

    In a transaction of its own: it may change the patient's course, so the patient is locked before the message.
    """
    patient_id = session.scalar(select(Message.patient_id).where(Message.id == message_id))
    if patient_id is not None:
        lock_patient(session, patient_id)
    message = session.get_one(Message, message_id, populate_existing=True)
    if error.verdict is Verdict.NOT_SENT:
        retry_at = now + _wait(message.attempts, error.retry_after)
        values = {"error_code": error.code, "next_attempt_at": retry_at, "lease_until": None}
        move(session, message_id, MessageState.PLANNED, Message.state == MessageState.SENDING, **values)
        log.warning("send will be tried again", message=message_id, code=error.code, attempts=message.attempts)
        return Tally(retried=1)
    if move(session, message_id, MessageState.FAILED, error_code=error.code, settled_at=now, lease_until=None):
        session.refresh(message)
        on_failure(session, message, now)
    log.warning("send failed for good", message=message_id, code=error.code)
    return Tally(failed=1)


def _wait(attempts: int, retry_after: float | None) -> timedelta:
    """Doubling from 30 seconds, capped, with up to a fifth of jitter; a provider's own wish comes first."""
    if retry_after is not None:
        return min(max(timedelta(seconds=retry_after), RETRY_FLOOR), RETRY_CAP)
    doublings = min(max(attempts - 1, 0), 10)
    wait = min(RETRY_BASE * (1 << doublings), RETRY_CAP)
    return wait * (1 + random.random() / 5)  # noqa: S311 - spreads load, guards nothing


class Dispatcher:
    """One worker's sending: owns its event loop and its gateway's connections."""

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        open_gateway: GatewayFactory,
        on_failure: OnFailure,
        worker: str,
        senders: int = 16,
    ) -> None:
        self._sessions = sessions
        self._on_failure = on_failure
        self._worker = worker
        self._senders = senders
        self._asked_to_stop = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._gateway = self._loop.run_until_complete(_opened(open_gateway))

    def run(self, now: Callable[[], datetime]) -> Tally:
        """Expire what is late, then send until nothing is due or somebody asks to stop.

        Commits after each claim, each record, and each failure.
        """
        with self._sessions() as session:
            if expired := expire_late(session, now(), self._on_failure):
                log.info("late texts expired", expired=expired)
            session.commit()
        tally = Tally()
        while not self._asked_to_stop.is_set() and (batch := self._claim(now())):
            outcomes = self._loop.run_until_complete(send_all(self._gateway, batch, self._senders))
            tally += self._record(outcomes, now())
        return tally

    def stop(self) -> None:
        """Claim nothing more; what is under way is finished and written down."""
        self._asked_to_stop.set()

    def _claim(self, now: datetime) -> list[Outbound]:
        with self._sessions() as session:
            keep_window(session, now)
            batch = claim(session, self._worker, self._senders * 2, now)
            session.commit()
        return batch

    def _record(self, outcomes: Sequence[Outcome], now: datetime) -> Tally:
        failures = [(outcome.message_id, outcome.error) for outcome in outcomes if _is_known_failure(outcome)]
        with self._sessions() as session:
            tally = record(session, [outcome for outcome in outcomes if not _is_known_failure(outcome)], now)
            session.commit()
        for message_id, error in failures:
            if error is not None:
                with self._sessions() as session:
                    tally += record_failure(session, message_id, error, self._on_failure, now)
                    session.commit()
        return tally

    def close(self) -> None:
        """Close the connections and the loop; what was claimed has been recorded by then."""
        self._loop.run_until_complete(self._gateway.close())
        self._loop.close()


def _is_known_failure(outcome: Outcome) -> bool:
    return outcome.error is not None and outcome.error.verdict is not Verdict.UNKNOWN


async def _opened(open_gateway: GatewayFactory) -> Gateway:
    """A gateway is made inside the loop that will carry it."""
    return open_gateway()
