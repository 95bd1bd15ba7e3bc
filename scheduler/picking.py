"""Which due rows a claim takes: the most urgent first, and among those of the same urgency the clinics in turn.

Where few are due, each is looked at. Of a heap only as many as are taken are looked at, clinic by clinic in the order
of an index, so that a claim costs the same whatever waits. Both choose alike.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from core.models import Alarm, Clinic, Message, MessageKind, MessageState, Patient
from scheduler.ahead import LAST_CHANCE, is_behind, is_wanted, may_go
from scheduler.outbox import LONGEST_WAIT, PRIORITY

ADVICE = PRIORITY[MessageKind.ADVICE]
LAST = max(PRIORITY.values())
"""The priority of what is least urgent: timed texts."""
FEW = 256
"""So many due rows are looked at one by one, in a few milliseconds."""


@dataclass(frozen=True)
class Wanted:
    """At most `most` texts, of priorities up to `up_to`. `spent`: clinics whose sender has nothing left but for
    advice. `now`: UTC.
    """

    most: int
    now: datetime
    spent: Sequence[str] = ()
    up_to: int = LAST

    def given(self) -> dict[str, Any]:
        """The values of the bind parameters."""
        return {
            "claim_at": self.now,
            "soon": self.now + LONGEST_WAIT,
            "last_chance": self.now + LAST_CHANCE,
            "spent": self.spent,
        }


@dataclass(frozen=True)
class Choice:
    """A row that is ours until the transaction ends."""

    id: int
    clinic_id: str
    priority: int
    segments: int


def due_count(session: Session, now: datetime) -> int:
    """How many texts are due; FEW + 1 when there are more than FEW."""
    return session.scalar(select(how_many_due()), {"claim_at": now}) or 0


def are_few(due: int) -> bool:
    """Whether each of them is looked at."""
    return due <= FEW


def choose(session: Session, wanted: Wanted, due: int) -> list[Choice]:
    """Choose among the due texts and lock them; what another worker has locked is passed over. `due`: see due_count."""
    if are_few(due):
        rows = session.execute(_among_few(), wanted.given() | {"up_to": wanted.up_to, "most": wanted.most})
        return [Choice(*row) for row in rows]
    chosen: list[Choice] = []
    for priority in _urgencies(session, wanted):
        if (room := wanted.most - len(chosen)) > 0:
            chosen += _in_turn(session, wanted, priority, room)
    return chosen


def _urgencies(session: Session, wanted: Wanted) -> list[int]:
    """The priorities that are due, the most urgent first; of the least urgent it is not asked."""
    found: list[int] = []
    while True:
        after = found[-1] if found else -1
        urgent = session.scalar(_next_urgent(), wanted.given() | {"after": after, "up_to": min(wanted.up_to, LAST - 1)})
        if urgent is None:
            return [*found, LAST] if wanted.up_to >= LAST else found
        found.append(urgent)


def _in_turn(session: Session, wanted: Wanted, priority: int, room: int) -> list[Choice]:
    """Each clinic's first before any clinic's second. With more clinics than places it is left to chance whose come."""
    given = wanted.given() | {"priority": priority}
    clinics: Sequence[str] = session.scalars(_waiting_clinics(), given).all()
    if not clinics:
        return []
    unasked, with_more = random.sample(clinics, len(clinics)), list[str]()
    found: dict[str, list[Any]] = {}
    quota, missing = math.ceil(room / len(clinics)), room
    while missing > 0 and (unasked or with_more):
        if unasked:  # one that has only texts that may not go yet makes room for another
            asked, unasked = unasked[:missing], unasked[missing:]
        else:  # what some have too few of, the others may have more of
            asked, with_more = with_more, []
            quota += math.ceil(missing / len(asked))
        rows: defaultdict[str, list[Any]] = defaultdict(list)
        for row in session.execute(_pick(session), given | {"clinics": asked, "quota": quota}):
            rows[row.clinic_id].append(row)
        found |= rows
        with_more += [clinic for clinic in asked if len(rows[clinic]) == quota]
        missing = room - sum(map(len, found.values()))
    turns = [
        (turn, random.random(), Choice(row.id, row.clinic_id, row.priority, row.segments))  # noqa: S311 - no secret
        for rows_of_one in found.values()
        for turn, row in enumerate(sorted(rows_of_one, key=lambda row: (row.next_attempt_at, row.id)))
    ]
    return [choice for _, _, choice in sorted(turns, key=lambda one: one[:2])[:room]]


_NOW = bindparam("claim_at", type_=Message.due_at.type)
_SPENT: BindParameter[str] = bindparam("spent", type_=Message.clinic_id.type, expanding=True)
_PRIORITY = bindparam("priority", type_=Integer)
_PLANNED = Message.state == literal_column(f"'{MessageState.PLANNED}'")
"""Written out, so that even a plan made for any value knows which indexes hold it."""
_IS_DUE = (_PLANNED, Message.next_attempt_at <= _NOW)


def how_many_due() -> Any:
    """A scalar of a statement with the parameter `claim_at`. `due_at` and the order are said for the index."""
    due = select(Message.id).where(*_IS_DUE, Message.due_at <= _NOW)
    some = due.order_by(Message.next_attempt_at).limit(FEW + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _may_be_taken() -> tuple[ColumnElement[bool], ...]:
    """Of the outer-joined Patient.

    The end of what waits stands in a COALESCE, so that PostgreSQL neither looks for it in an index nor expects, in a
    table of mostly old texts, that few have it still before them: it would give up the order of whose turn it is.
    """
    soon = bindparam("soon", type_=Message.due_at.type)
    last_chance = bindparam("last_chance", type_=Message.due_at.type)
    return (
        *_IS_DUE,
        func.coalesce(Message.expires_at > _NOW, false()),
        *may_go(),
        or_(Message.kind != MessageKind.ALARM, is_wanted(Alarm.message_id == Message.id)),
        ~is_behind(_NOW, soon, last_chance),
    )


@cache
def _among_few() -> Select[*tuple[Any, ...]]:
    turn = func.row_number().over(
        partition_by=(Message.clinic_id, Message.priority), order_by=(Message.next_attempt_at, Message.id)
    )
    in_turn = (
        select(Message.id, turn.label("turn"))
        .outerjoin(Patient, Message.patient_id == Patient.id)
        .where(
            *_may_be_taken(),
            Message.due_at <= _NOW,  # said for the index, as in how_many_due
            Message.priority <= bindparam("up_to", type_=Integer),
            (Message.priority == ADVICE) | Message.clinic_id.not_in(_SPENT),
        )
        .subquery()
    )
    return (
        select(Message.id, Message.clinic_id, Message.priority, Message.segments)
        .join(in_turn, in_turn.c.id == Message.id)
        .where(*_IS_DUE)
        .order_by(Message.priority, in_turn.c.turn, func.random())
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=Message)
    )


@cache
def _next_urgent() -> Select[int]:
    """The order is that of the index on whose turn it is; few rows stand before its last priority."""
    return (
        select(Message.priority)
        .where(
            *_IS_DUE,
            Message.priority > bindparam("after", type_=Integer),
            Message.priority <= bindparam("up_to", type_=Integer),
        )
        .order_by(Message.priority, Message.clinic_id)
        .limit(1)
    )


@cache
def _waiting_clinics() -> Select[str]:
    waits = exists().where(*_IS_DUE, Message.priority == _PRIORITY, Message.clinic_id == Clinic.id)
    return select(Clinic.id).where(waits, (_PRIORITY == ADVICE) | Clinic.id.not_in(_SPENT))


def _pick(session: Session) -> Select[*tuple[Any, ...]]:
    return _PICK.get(session.get_bind().dialect.name, _pick_of_others)()


def _firsts(*columns: Any) -> Select[*tuple[Any, ...]]:
    """A clinic's first, in the order of the index on whose turn it is."""
    return (
        select(*columns)
        .outerjoin(Patient, Message.patient_id == Patient.id)
        .where(*_may_be_taken(), Message.priority == _PRIORITY, Message.clinic_id == Clinic.id)
        .order_by(Message.next_attempt_at, Message.id)
        .limit(bindparam("quota", type_=Integer))
        .correlate(Clinic)
    )


_CLINICS: BindParameter[str] = bindparam("clinics", type_=Clinic.id.type, expanding=True)
_ROW = (Message.id, Message.clinic_id, Message.priority, Message.segments, Message.next_attempt_at)


@cache
def _pick_postgresql() -> Select[*tuple[Any, ...]]:
    firsts = _firsts(*_ROW).with_for_update(skip_locked=True, of=Message).lateral()
    return select(*firsts.c).select_from(Clinic).join(firsts, true()).where(Clinic.id.in_(_CLINICS))


@cache
def _pick_of_others() -> Select[*tuple[Any, ...]]:
    """SQLite knows no LATERAL, and has one writer at a time."""
    picked = aliased(Message)
    columns = (picked.id, picked.clinic_id, picked.priority, picked.segments, picked.next_attempt_at)
    return (
        select(*columns)
        .select_from(Clinic)
        .join(picked, picked.id.in_(_firsts(Message.id)))
        .where(Clinic.id.in_(_CLINICS))
    )


_PICK: dict[str, Callable[[], Select[*tuple[Any, ...]]]] = {"postgresql": _pick_postgresql}
