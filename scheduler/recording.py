"""What came of an attempt, written down: accepted, unknown, to be tried again, or refused for good."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import BindParameter, Case, bindparam, case, func, select, tuple_, update
from sqlalchemy.orm import Session

from core.gateway import SendError, Verdict
from core.models import Message, MessageState
from scheduler.outbox import RETRY_CAP, lock_patient
from scheduler.settling import URGENT, unsettled
from scheduler.states import Cause
from scheduler.transitions import Move, shift_one
from scheduler.upkeep import OnFailure
from scheduler.ways import AWAY

RETRY_BASE = timedelta(seconds=30)
URGENT_CAP = timedelta(minutes=1)
"""For texts that somebody with a red flag waits for: they are the first to find out that the provider is back."""
RETRY_FLOOR = timedelta(seconds=5)

log = structlog.get_logger()


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: a provider id, or an error. `attempt`: which try of that text it was. `gateway`: which
    one took it, or was asked last.
    """

    message_id: int
    attempt: int
    provider_id: str | None = None
    error: SendError | None = None
    gateway: str | None = None

    @property
    def is_known_failure(self) -> bool:
        return self.error is not None and self.error.verdict is not Verdict.UNKNOWN


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


def record(session: Session, outcomes: Sequence[Outcome], now: datetime) -> Tally:
    """Write down what was accepted or is unknown. A receipt that was quicker than we are is never overwritten.

    A worker that comes back after its lease writes down only what is still about the row's newest try.
    """
    taken = [outcome for outcome in outcomes if outcome.error is None]
    if taken:
        _record_taken(session, taken, now)
    tally = Tally(sent=len(taken))
    for outcome in outcomes:
        if outcome.error is not None:
            code = outcome.error.code
            values = {"error_code": code, "sent_at": now, "gateway": outcome.gateway, **unsettled(now)}
            same = Message.attempts == outcome.attempt
            unknown = MessageState.UNKNOWN
            shift_one(session, outcome.message_id, Cause.NO_ANSWER, unknown, same, now=now, detail=code, **values)
            log.warning("send outcome unknown", message=outcome.message_id, code=code)
            tally += Tally(unknown=1)
    return tally


def _record_taken(session: Session, taken: Sequence[Outcome], now: datetime) -> None:
    """A whole batch at once. What a receipt was quicker about keeps its state, and gets its id where it has none."""
    sids = {outcome.message_id: outcome.provider_id for outcome in taken}
    names = {outcome.gateway for outcome in taken}
    given: dict[str, Any] = {"ids": list(sids), "tries": [(one.message_id, one.attempt) for one in taken], "at": now}
    for number, one in enumerate(taken):
        given |= {f"message_{number}": one.message_id, f"provider_{number}": one.provider_id}
        given |= {f"gateway_{number}": one.gateway} if len(names) > 1 or not number else {}
    moved = _accepted(len(taken), is_by_one=len(names) == 1).make(session, now=now, **given)
    as_sent = {row.id for row in moved if row.provider_id == sids[row.id]}
    others = [outcome for outcome in taken if outcome.message_id not in as_sent]
    if others:
        _name(session, others)


@lru_cache(maxsize=64)
def _accepted(size: int, *, is_by_one: bool) -> Move:
    """For so many texts; built once, for there are few sizes of a batch. `is_by_one`: one gateway took all of them, as
    a rule.
    """
    ids = [bindparam(f"message_{number}", type_=Message.id.type) for number in range(size)]
    sids = [bindparam(f"provider_{number}", type_=Message.provider_id.type) for number in range(size)]
    gateways = [
        bindparam(f"gateway_{number}", type_=Message.gateway.type) for number in range(1 if is_by_one else size)
    ]
    return Move(
        Cause.ACCEPTED,
        MessageState.SENT,
        Message.id.in_(bindparam("ids", expanding=True)),  # said for the index: SQLite finds none for pairs
        tuple_(Message.id, Message.attempts).in_(bindparam("tries", expanding=True)),
        returning=(Message.id, Message.provider_id),
        in_sight=False,
        provider_id=func.coalesce(Message.provider_id, _by_id(ids, sids)),
        gateway=gateways[0] if is_by_one else _by_id(ids, gateways),
        sent_at=bindparam("at", type_=Message.sent_at.type),
        lease_until=None,
    )


def _by_id(ids: Sequence[BindParameter[int]], values: Sequence[BindParameter[Any]]) -> Case[Any]:
    return case(*zip(ids, values, strict=True), value=Message.id)


def _name(session: Session, taken: Sequence[Outcome]) -> None:
    """Give texts that have moved on already the provider's id, where none stands yet."""
    named = (
        update(Message)
        .where(
            Message.id == bindparam("message"),
            Message.attempts == bindparam("attempt"),
            Message.provider_id.is_(None),
        )
        .values(provider_id=bindparam("provider"))
    )
    ids = [{"message": one.message_id, "attempt": one.attempt, "provider": one.provider_id} for one in taken]
    written = session.connection().execute(named, ids).rowcount
    if written != len(taken):
        _tell_of_doubles(session, taken)


def _tell_of_doubles(session: Session, taken: Sequence[Outcome]) -> None:
    """A row that stands under another provider id was accepted twice: it should never be, and is not kept quiet."""
    rows = session.execute(
        select(Message.id, Message.provider_id).where(Message.id.in_([outcome.message_id for outcome in taken]))
    )
    known = {row.id: row.provider_id for row in rows}
    for outcome in taken:
        if known.get(outcome.message_id) != outcome.provider_id:
            log.error("text accepted twice", message=outcome.message_id, attempt=outcome.attempt)


def record_failure(session: Session, outcome: Outcome, on_failure: OnFailure, now: datetime) -> Tally:
    """Write down one text that was not sent: again later while there is time, else failed with what follows.

    In a transaction of its own: it may change the patient's course, so the patient is locked before the message.
    """
    error, message_id = outcome.error, outcome.message_id
    if error is None:
        return Tally()
    known = session.execute(select(Message.patient_id, Message.kind).where(Message.id == message_id)).one_or_none()
    if known is None:
        return Tally()
    if known.patient_id is not None:
        lock_patient(session, known.patient_id)
    same = Message.attempts == outcome.attempt
    if error.verdict is Verdict.NOT_SENT:
        again_at = now + _wait(outcome.attempt, error, known.kind)
        values = {"error_code": error.code, "next_attempt_at": again_at, "lease_until": None, "sent_at": None}
        planned = MessageState.PLANNED
        shift_one(session, message_id, Cause.NOT_SENT, planned, same, now=now, detail=error.code, **values)
        log.warning("send will be tried again", message=message_id, code=error.code, attempts=outcome.attempt)
        return Tally(retried=1)
    ended = {"error_code": error.code, "settled_at": now, "lease_until": None}
    if shift_one(session, message_id, Cause.REFUSED, MessageState.FAILED, same, now=now, detail=error.code, **ended):
        message = session.get_one(Message, message_id, populate_existing=True)
        on_failure(session, message, now)
    log.warning("send failed for good", message=message_id, code=error.code)
    return Tally(failed=1)


def _wait(attempts: int, error: SendError, kind: str) -> timedelta:
    """What was handed to nobody waits for the gateways, not for a time of its own."""
    if error.code == AWAY:
        return timedelta(0)
    wait = wait_before(attempts, error.retry_after)
    return min(wait, URGENT_CAP) if kind in URGENT and error.retry_after is None else wait


def wait_before(attempts: int, retry_after: float | None) -> timedelta:
    """Doubling from 30 seconds, capped, with up to a fifth of jitter; a provider's own wish comes first."""
    if retry_after is not None:
        return min(max(timedelta(seconds=retry_after), RETRY_FLOOR), RETRY_CAP)
    doublings = min(max(attempts - 1, 0), 10)
    wait = min(RETRY_BASE * (1 << doublings), RETRY_CAP)
    return wait * (1 + random.random() / 5)  # noqa: S311 - spreads load, guards nothing
