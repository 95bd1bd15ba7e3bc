"""Claim due rows, commit, send with many under way, record. The only caller of a gateway."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from core.gateway import Gateway, Outbound, SendError, Verdict
from core.models import Clinic, Message, MessageState, Patient
from scheduler.outbox import LEASE, move
from scheduler.upkeep import expire_late, keep_window

RETRY_BASE = timedelta(seconds=30)
RETRY_CAP = timedelta(minutes=15)
MAX_ATTEMPTS = 12

GatewayFactory = Callable[[], Gateway]
OnFailure = Callable[[Session, Message, datetime], None]
"""What shall follow when a text turns out not to arrive: handed over from above, runs in the same transaction."""

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


def claim(session: Session, worker: str, limit: int, now: datetime) -> list[Outbound]:
    """Mark up to `limit` due rows as `sending` for this worker, most urgent first, in one statement.

    An opted-out patient gets nothing but what was written in answer to the opting out itself.
    """
    due = (
        select(Message.id)
        .outerjoin(Patient, Message.patient_id == Patient.id)
        .where(
            Message.state == MessageState.PLANNED,
            Message.next_attempt_at <= now,
            Message.expires_at > now,
            or_(Patient.opted_out_at.is_(None), Message.created_at == Patient.opted_out_at),
        )
        .order_by(Message.priority, Message.next_attempt_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
        .cte("due")
    )
    statement = (
        update(Message)
        .where(Message.id == due.c.id)
        .values(
            state=MessageState.SENDING,
            claimed_by=worker,
            lease_until=now + LEASE,
            attempts=Message.attempts + 1,
        )
        .execution_options(synchronize_session=False)
        .returning(Message.priority, Message.id, Message.to_phone, Message.body, Message.clinic_id)
    )
    rows = sorted(session.execute(statement).all(), key=lambda row: (row.priority, row.id))
    if not rows:
        return []
    senders = {clinic.id: clinic.sender for clinic in session.scalars(select(Clinic))}
    return [Outbound(row.id, row.to_phone, row.body, senders[row.clinic_id]) for row in rows]


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


def record(session: Session, outcomes: Sequence[Outcome], on_failure: OnFailure, now: datetime) -> Tally:
    """Write down what came of a batch. A receipt that was quicker than we are is never overwritten."""
    tally = Tally()
    for outcome in outcomes:
        tally += _record_one(session, outcome, on_failure, now)
    return tally


def _record_one(session: Session, outcome: Outcome, on_failure: OnFailure, now: datetime) -> Tally:
    if outcome.error is None:
        if not move(
            session,
            outcome.message_id,
            MessageState.SENT,
            provider_id=outcome.provider_id,
            sent_at=now,
            lease_until=None,
        ):
            session.execute(
                update(Message)
                .where(Message.id == outcome.message_id, Message.provider_id.is_(None))
                .values(provider_id=outcome.provider_id, lease_until=None)
            )
        return Tally(sent=1)
    error = outcome.error
    if error.verdict is Verdict.UNKNOWN:
        values = {"error_code": error.code, "sent_at": now, "lease_until": now + LEASE}
        move(session, outcome.message_id, MessageState.UNKNOWN, **values)
        log.warning("send outcome unknown", message=outcome.message_id, code=error.code)
        return Tally(unknown=1)
    message = session.get_one(Message, outcome.message_id)
    if error.verdict is Verdict.NOT_SENT and message.attempts < MAX_ATTEMPTS:
        wait = _wait(message.attempts, error.retry_after)
        values = {"error_code": error.code, "next_attempt_at": now + wait, "lease_until": None}
        move(session, message.id, MessageState.PLANNED, Message.state == MessageState.SENDING, **values)
        log.warning("send will be tried again", message=message.id, code=error.code, attempts=message.attempts)
        return Tally(retried=1)
    if move(session, message.id, MessageState.FAILED, error_code=error.code, settled_at=now, lease_until=None):
        session.refresh(message)
        on_failure(session, message, now)
    log.warning("send failed for good", message=message.id, code=error.code)
    return Tally(failed=1)


def _wait(attempts: int, retry_after: float | None) -> timedelta:
    """Doubling from 30 seconds, capped, with up to a fifth of jitter; a provider's own wish comes first."""
    if retry_after is not None:
        return timedelta(seconds=min(retry_after, RETRY_CAP.total_seconds()))
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
        self._loop = asyncio.new_event_loop()
        self._gateway = self._loop.run_until_complete(_opened(open_gateway))

    def run(self, now: Callable[[], datetime]) -> Tally:
        """Expire what is late, then send until nothing is due. Commits after each claim and each record."""
        with self._sessions() as session:
            if expired := expire_late(session, now()):
                log.info("late texts expired", expired=expired)
            keep_window(session, now())
            session.commit()
        tally = Tally()
        while batch := self._claim(now()):
            outcomes = self._loop.run_until_complete(send_all(self._gateway, batch, self._senders))
            with self._sessions() as session:
                tally += record(session, outcomes, self._on_failure, now())
                session.commit()
        return tally

    def _claim(self, now: datetime) -> list[Outbound]:
        with self._sessions() as session:
            batch = claim(session, self._worker, self._senders * 2, now)
            session.commit()
        return batch

    def close(self) -> None:
        """Close the connections and the loop; what was claimed has been recorded by then."""
        self._loop.run_until_complete(self._gateway.close())
        self._loop.close()


async def _opened(open_gateway: GatewayFactory) -> Gateway:
    """A gateway is made inside the loop that will carry it."""
    return open_gateway()
