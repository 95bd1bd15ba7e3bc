"""A worker takes due rows: each goes to one worker, within its sender's speed. Which ones: see scheduler.picking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from core.deadline import Deadline
from core.gateway import Outbound
from core.models import Message, MessageState
from scheduler import rates
from scheduler.outbox import LEASE
from scheduler.picking import ADVICE, LAST, Choice, Wanted, are_few, choose, due_count
from scheduler.states import Cause
from scheduler.transitions import Move


@dataclass(frozen=True)
class Limits:
    """That senders have a speed. `shared`: what all clinics' texts go from, None when each has its own number.

    `owed`: see scheduler.rates; it belongs to one worker and lives as long as it.
    """

    shared: str | None = None
    owed: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True)
class Batch:
    """Claimed texts, the most urgent first. `may_be_more`: another claim, at once, may find more. `is_all`: nothing
    else was due. `held_up`: another worker holds what was needed. `wait`: seconds until senders that have nothing left
    may send again; 0 when all may. `probe_text`: the least urgent one, unless it is advice.
    """

    texts: list[Outbound]
    may_be_more: bool = False
    is_all: bool = False
    held_up: bool = False
    wait: float = 0.0
    probe_text: int | None = None


@dataclass(frozen=True)
class Seen:
    """What a claim goes by. `due`: see scheduler.picking.due_count."""

    due: int
    clinics: rates.Clinics


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
    seen: Seen | None = None,
) -> Batch:
    """The same within the senders' speed, told with what else there is to know. `up_to`: the last priority that is
    taken. `seen`: None to have it looked up.
    """
    due = due_count(session, now) if seen is None else seen.due
    if not due:
        return Batch([])
    clinics = rates.clinics(session) if seen is None else seen.clinics
    levels = rates.read(session, clinics, limits.shared, limits.owed, now) if limits is not None else None
    spent = levels.spent() if levels is not None else []
    wanted = choose(session, Wanted(limit, now, spent, up_to), due)
    chosen, held_up = wanted, False
    if levels is not None and wanted:
        held_up = not rates.hold(session, levels, {choice.clinic_id for choice in wanted}, now)
        chosen = [choice for choice in wanted if _has_room(levels, choice)]
        rates.write(session, levels, now)
    texts, probe_text = _mark(session, worker, chosen, clinics, now, deadline)
    return Batch(
        texts,
        may_be_more=len(wanted) == limit or (len(chosen) < len(wanted) and not held_up),
        is_all=are_few(due) and len(texts) == due,
        held_up=held_up,
        wait=levels.seconds_to_wait() if levels is not None else 0.0,
        probe_text=probe_text,
    )


def _has_room(levels: rates.Levels, choice: Choice) -> bool:
    if choice.priority == ADVICE:
        levels.take_anyway(choice.clinic_id, choice.segments)
        return True
    return levels.take(choice.clinic_id, choice.segments)


def _mark(
    session: Session,
    worker: str,
    chosen: Sequence[Choice],
    clinics: rates.Clinics,
    now: datetime,
    deadline: Deadline | None,
) -> tuple[list[Outbound], int | None]:
    if not chosen:
        return [], None
    given = {"chosen": [choice.id for choice in chosen], "worker": worker, "claim_at": now, "lease": now + LEASE}
    claimed = sorted(_claim().make(session, now=now, detail=worker, **given), key=lambda row: (row.priority, row.id))
    senders = {row.id: row.sender for row in clinics}
    texts = [
        Outbound(row.id, row.to_phone, row.body, senders[row.clinic_id], row.attempts, deadline) for row in claimed
    ]
    return texts, claimed[-1].id if claimed and claimed[-1].priority > ADVICE else None


_NOW = bindparam("claim_at", type_=Message.due_at.type)


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
