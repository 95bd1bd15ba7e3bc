"""Timed texts that nobody sent in time, after hours or days without a worker: judged, and given their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Update, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from core.models import Clinic, Message, MessageState
from messages.schema import Purpose
from scheduler.backlog import BY_SCREENING, LASTING, PACE, Day, Gone, Places, Text, place
from scheduler.calendar import Window, at, local, next_sendable
from scheduler.holding import RELEASED
from scheduler.outbox import MAYBE_ARRIVED, PRIORITY, TIMED
from scheduler.states import Cause
from scheduler.transitions import Move

LONGEST_LIFE = timedelta(days=5)
"""No timed text goes out so long after its time."""
AT_ONCE = 1_000
"""Patients asked about, and texts written, in one statement: what is held in memory of a heap."""
GONE = (*MAYBE_ARRIVED, MessageState.UNDELIVERED)

_NOW = bindparam("now", type_=Message.due_at.type)
_LATE_BY = bindparam("late_by", type_=Message.due_at.type)
_MISSED_BY = bindparam("missed_by", type_=Message.due_at.type)
_LATE: tuple[ColumnElement[bool], ...] = (
    Message.state == MessageState.PLANNED,
    Message.priority == PRIORITY[TIMED[0]],  # said for the index of what is due
    Message.kind.in_(TIMED),
    Message.next_attempt_at <= _NOW,
    Message.due_at <= _LATE_BY,
    Message.expires_at > _NOW,
    Message.attempts == 0,
    or_(
        Message.paced_at.is_(None) & (Message.reason != RELEASED),
        Message.paced_at.is_not(None) & (Message.next_attempt_at <= _MISSED_BY),
        Message.next_attempt_at <= _LATE_BY,
    ),
)


def is_any_late(session: Session, now: datetime, late_after: timedelta) -> bool:
    """Whether timed texts wait that nobody tried to send for so long."""
    return bool(session.scalar(select(is_any()), instants(now, late_after)))


def give_places(session: Session, now: datetime, late_after: timedelta, pace: timedelta = PACE) -> int:
    """Let go what a newer text makes pointless, and give the others their place. Returns how many were late.

    Their rows are locked: of two workers that wake together the second finds nothing left to judge. `pace` of nought:
    what goes today goes at once.
    """
    instants_now = instants(now, late_after)
    patients = session.scalars(_late_patients(), instants_now).all()
    if not patients:
        return 0
    windows = _Windows(session, now)
    found = 0

    def days() -> Iterator[Day]:
        nonlocal found
        for late, others in _by_patient(session, patients, instants_now):
            found += len(late)
            yield Day(
                late=[windows.text(row) for row in late],
                to_come=[windows.text(row) for row in others if row.state == MessageState.PLANNED],
                gone=[_gone(row, now) for row in others if row.state != MessageState.PLANNED],
            )

    _write(session, place(days(), now, pace), now)
    return found


def give_way_to(session: Session, screening: Message, now: datetime) -> None:
    """Let go the other texts of a screening's day that a course can do without; nothing for any other text."""
    if screening.purpose != Purpose.SCREENING:
        return
    day = local(screening.due_at).date()
    rows = session.execute(
        select(Message.id, Message.next_attempt_at).where(
            Message.patient_id == screening.patient_id,
            Message.kind.in_(TIMED),
            Message.state == MessageState.PLANNED,
            ~is_lasting(),
        )
    )
    ids = [row.id for row in rows if local(row.next_attempt_at).date() == day]
    if ids:
        _drop().make(session, now=now, chosen=ids, why=BY_SCREENING, late=now)


def is_lasting() -> ColumnElement[bool]:
    """A text that a course cannot do without."""
    return Message.purpose.in_(LASTING)


def instants(now: datetime, late_after: timedelta) -> dict[str, datetime]:
    """`missed_by`: a text that has a place and was not sent then has missed it, long before it would be late anew."""
    return {"now": now, "late_by": now - late_after, "missed_by": now - min(PACE, late_after)}


def is_any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of the parameters that `instants` gives, for a statement that asks more than that.

    The order is said for the index on the next attempt: the late come first in it.
    """
    late = select(Message.id).where(*_LATE, *conditions).order_by(Message.next_attempt_at).limit(1)
    return late.scalar_subquery().is_not(None)


_COLUMNS = (
    Message.id,
    Message.clinic_id,
    Message.patient_id,
    Message.purpose,
    Message.state,
    Message.due_at,
    Message.expires_at,
    Message.on_holidays,
    func.coalesce(Message.sent_at, Message.claimed_at, Message.due_at).label("gone_at"),
)


@cache
def _late_patients() -> Select[int | None]:
    return select(Message.patient_id).where(*_LATE).distinct().order_by(Message.patient_id)


@cache
def _late() -> Select[*tuple[Any, ...]]:
    """Patient by patient, as they are asked about: workers that judge at once lock in the same order."""
    theirs = Message.patient_id.in_(bindparam("patients", expanding=True))
    return select(*_COLUMNS).where(theirs, *_LATE).order_by(Message.patient_id, Message.id).with_for_update()


@cache
def _others() -> Select[*tuple[Any, ...]]:
    """What else these patients get today, or got lately."""
    waits = (Message.state == MessageState.PLANNED) & (Message.next_attempt_at < bindparam("midnight", type_=_NOW.type))
    return select(*_COLUMNS).where(
        Message.patient_id.in_(bindparam("patients", expanding=True)),
        Message.kind.in_(TIMED),
        Message.due_at > bindparam("since", type_=_NOW.type),
        or_(waits, Message.state.in_(GONE)),
    )


def _by_patient(
    session: Session, patients: Sequence[int | None], instants_now: dict[str, datetime]
) -> Iterator[tuple[list[Row[Any]], list[Row[Any]]]]:
    """Each patient's late texts, and the others of the day and the days before. No more than some patients' are held
    at once.
    """
    now = instants_now["now"]
    since, midnight = now - LONGEST_LIFE, at(local(now).date() + timedelta(days=1), time(0))
    for start in range(0, len(patients), AT_ONCE):
        some = {"patients": patients[start : start + AT_ONCE]}
        late: defaultdict[int, list[Row[Any]]] = defaultdict(list)
        others: defaultdict[int, list[Row[Any]]] = defaultdict(list)
        for row in session.execute(_late(), some | instants_now):
            late[row.patient_id].append(row)
        are_late = {row.id for rows in late.values() for row in rows}
        for row in session.execute(_others(), some | {"since": since, "midnight": midnight}):
            if row.id not in are_late:
                others[row.patient_id].append(row)
        for patient, rows in late.items():
            yield rows, others[patient]


class _Windows:
    """When each clinic's window closes today and opens the next time, worked out once each."""

    def __init__(self, session: Session, now: datetime) -> None:
        rows = session.execute(select(Clinic.id, Clinic.window_opens, Clinic.window_closes))
        self._windows = {row.id: Window(row.window_opens, row.window_closes) for row in rows}
        self._today = local(now).date()
        self._instants: dict[tuple[str, bool], tuple[datetime, datetime]] = {}

    def text(self, row: Row[Any]) -> Text:
        which = (row.clinic_id, row.on_holidays)
        if which not in self._instants:
            window = self._windows[row.clinic_id]
            closes = at(self._today, window.last_minute) + timedelta(minutes=1)
            tomorrow = at(self._today + timedelta(days=1), time(0))
            self._instants[which] = closes, next_sendable(tomorrow, window, on_holidays=row.on_holidays)
        closes, opens = self._instants[which]
        return Text(row.id, row.clinic_id, row.purpose, row.due_at, row.expires_at, closes, opens)


def _gone(row: Row[Any], now: datetime) -> Gone:
    return Gone(row.purpose, row.due_at, row.gone_at, local(row.gone_at).date() == local(now).date())


def _write(session: Session, places: Places, now: datetime) -> None:
    for instants_of, paced in ((places.at, now), (places.another_day, None)):
        for some in _portions(list(instants_of)):
            given = [{"message": id_, "place": instants_of[id_], "paced": paced} for id_ in some]
            session.connection().execute(_put(), given)
    by_reason: defaultdict[str, list[int]] = defaultdict(list)
    for id_, reason in places.dropped.items():
        by_reason[reason].append(id_)
    for reason, ids in by_reason.items():
        for some in _portions(ids):
            _drop().make(session, now=now, chosen=some, why=reason, late=now)


def _portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


@cache
def _put() -> Update:
    return (
        update(Message)
        .where(Message.id == bindparam("message"), Message.state == MessageState.PLANNED)
        .values(
            next_attempt_at=bindparam("place", type_=_NOW.type),
            paced_at=bindparam("paced", type_=_NOW.type),
        )
    )


@cache
def _drop() -> Move:
    chosen = Message.id.in_(bindparam("chosen", expanding=True))
    return Move(
        Cause.EXPIRE,
        MessageState.EXPIRED,
        chosen,
        in_sight=False,
        reason=bindparam("why", type_=Message.reason.type),
        paced_at=bindparam("late", type_=_NOW.type),
    )
