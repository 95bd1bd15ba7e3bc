"""Which due rows a worker may take: each goes to one worker, the most urgent first, the clinics taking turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Row, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from core.deadline import Deadline
from core.gateway import Outbound
from core.models import Alarm, Clinic, Message, MessageKind, MessageState, Patient
from scheduler import rates
from scheduler.ahead import LAST_CHANCE, is_behind, is_wanted, may_go
from scheduler.outbox import LEASE, LONGEST_WAIT, PRIORITY
from scheduler.states import Cause
from scheduler.transitions import Move

_ADVICE = PRIORITY[MessageKind.ADVICE]
LAST = max(PRIORITY.values())
"""The priority of what is least urgent: timed texts."""


@dataclass(frozen=True)
class Limits:
    """That senders have a speed. `shared`: what all clinics' texts go from, None when each has its own number.

    `owed`: see scheduler.rates; it belongs to one worker and lives as long as it.
    """

    shared: str | None = None
    owed: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True)
class Batch:
    """Claimed texts, the most urgent first. `may_be_more`: another claim, at once, may find more. `held_up`: another
    worker holds what was needed. `wait`: seconds until senders that have nothing left may send again; 0 when all may.
    `probe_text`: the least urgent one, unless it is advice.
    """

    texts: list[Outbound]
    may_be_more: bool = False
    held_up: bool = False
    wait: float = 0.0
    probe_text: int | None = None


def claim(session: Session, worker: str, limit: int, now: datetime, deadline: Deadline | None = None) -> list[Outbound]:
    """Mark up to `limit` due rows as `sending` for this worker, most urgent first, whatever their senders' speed.

    `deadline`: until when the sending of these may begin.
    """
    return take(session, worker, limit, now, deadline).texts


def take(
    session: Session,
    worker: str,
    limit: int,
    now: datetime,
    deadline: Deadline | None = None,
    limits: Limits | None = None,
    *,
    up_to: int = LAST,
) -> Batch:
    """The same within the senders' speed, told with what else there is to know. `up_to`: the last priority that is
    taken.
    """
    if not session.scalar(_is_any_due(), {"now": now}):
        return Batch([])
    levels = rates.read(session, limits.shared, limits.owed, now) if limits is not None else None
    spent = levels.spent() if levels is not None else []
    given = {
        "claim_at": now,
        "soon": now + LONGEST_WAIT,
        "last_chance": now + LAST_CHANCE,
        "most": limit,
        "spent": spent,
        "up_to": up_to,
    }
    chosen: Sequence[Row[Any]] = session.execute(_choose(), given).all()
    may_be_more, held_up = len(chosen) == limit, False
    if levels is not None and chosen:
        held_up = not rates.hold(session, levels, {row.clinic_id for row in chosen}, now)
        wanted, chosen = chosen, [row for row in chosen if _has_room(levels, row)]
        rates.write(session, levels, now)
        may_be_more |= len(chosen) < len(wanted) and not held_up
    texts, probe_text = _mark(session, worker, chosen, now, deadline)
    wait = levels.seconds_to_wait() if levels is not None else 0.0
    return Batch(texts, may_be_more, held_up, wait, probe_text)


def _has_room(levels: rates.Levels, row: Row[Any]) -> bool:
    if row.priority == _ADVICE:
        levels.take_anyway(row.clinic_id, row.segments)
        return True
    return levels.take(row.clinic_id, row.segments)


def _mark(
    session: Session, worker: str, chosen: Sequence[Row[Any]], now: datetime, deadline: Deadline | None
) -> tuple[list[Outbound], int | None]:
    if not chosen:
        return [], None
    given = {"chosen": [row.id for row in chosen], "worker": worker, "claim_at": now, "lease": now + LEASE}
    claimed = sorted(_claim().make(session, now=now, detail=worker, **given), key=lambda row: (row.priority, row.id))
    senders = {row.id: row.sender for row in session.execute(_SENDERS)}
    texts = [
        Outbound(row.id, row.to_phone, row.body, senders[row.clinic_id], row.attempts, deadline) for row in claimed
    ]
    return texts, claimed[-1].id if claimed and claimed[-1].priority > _ADVICE else None


_SENDERS = select(Clinic.id, Clinic.sender)
_NOW = bindparam("claim_at", type_=Message.due_at.type)


@cache
def _is_any_due() -> Select[bool]:
    """Built once, as the rest: a worker asks twice a second. `due_at` is said for the index, as in the claim."""
    now = bindparam("now", type_=Message.due_at.type)
    planned = Message.state == MessageState.PLANNED
    return select(exists().where(planned, Message.due_at <= now, Message.next_attempt_at <= now))


@cache
def _choose() -> Select[*tuple[Any, ...]]:
    """Among texts of the same urgency each clinic's first stand before any clinic's second. Which clinic's first comes
    first is left to chance, so that with more clinics than places none is always last.

    Only what is due is looked at, by the index on the next attempt of what is planned: the table may grow as it likes.
    """
    turn = func.row_number().over(
        partition_by=(Message.clinic_id, Message.priority), order_by=(Message.next_attempt_at, Message.id)
    )
    soon = bindparam("soon", type_=Message.due_at.type)
    last_chance = bindparam("last_chance", type_=Message.due_at.type)
    spent: BindParameter[str] = bindparam("spent", type_=Message.clinic_id.type, expanding=True)
    due = (
        Message.state == MessageState.PLANNED,
        Message.next_attempt_at <= _NOW,
        Message.expires_at > _NOW,
    )
    in_turn = (
        select(Message.id, turn.label("turn"))
        .outerjoin(Patient, Message.patient_id == Patient.id)
        .where(
            *due,
            Message.priority <= bindparam("up_to", type_=Integer),
            (Message.priority == _ADVICE) | Message.clinic_id.not_in(spent),
            *may_go(),
            or_(Message.kind != MessageKind.ALARM, is_wanted(Alarm.message_id == Message.id)),
            ~is_behind(_NOW, soon, last_chance),
        )
        .subquery()
    )
    return (
        select(Message.id, Message.clinic_id, Message.priority, Message.segments)
        .join(in_turn, in_turn.c.id == Message.id)
        .where(*due)
        .order_by(Message.priority, in_turn.c.turn, func.random())
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=Message)
    )


@cache
def _claim() -> Move:
    return Move(
        Cause.CLAIM,
        MessageState.SENDING,
        Message.id.in_(bindparam("chosen", expanding=True)),
        returning=(
            Message.priority,
            Message.id,
            Message.to_phone,
            Message.body,
            Message.clinic_id,
            Message.attempts,
        ),
        in_sight=False,
        claimed_by=bindparam("worker", type_=Message.claimed_by.type),
        claimed_at=_NOW,
        lease_until=bindparam("lease", type_=Message.lease_until.type),
        attempts=Message.attempts + 1,
        gateway=None,
    )
