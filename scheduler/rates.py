"""How fast each sender sends: a level of segments that fills with time, in a row that all workers share.

A row is held from the choosing of texts to the commit of the claim, and never waited for: advice needs none, and
whoever finds a level held takes its advice alone and comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TypeAlias

from sqlalchemy import Row, Select, Update, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.models import Clinic, SenderLevel

NO_LIMIT = 0
FASTEST = 1000
"""Segments a second that a clinic may set, NO_LIMIT to leave the queueing to the provider."""
BURST_SECONDS = 5
"""So much of its rate a sender that was idle may send at once."""
HELD_AT_MOST = "10s"
"""A worker that is stopped in the middle of a claim loses its hold on levels and texts after that (PostgreSQL)."""


Clinics: TypeAlias = Sequence[Row[str, str, int, int, int]]
"""What a claim needs of all clinics: id, sender, segments_per_second, window_opens, window_closes."""


@dataclass(frozen=True)
class Sender:
    """What texts go from. `per_second`: segments."""

    name: str
    per_second: int

    def full(self) -> float:
        return float(self.per_second * BURST_SECONDS)


@dataclass
class Levels:
    """What senders may still send, as one claim sees it.

    `of_clinic`: by clinic, what its texts go from; a clinic without a limit has none. `owed`: taken by advice while
    another worker held the level; kept by the worker until it next holds it.
    """

    of_clinic: Mapping[str, Sender]
    owed: defaultdict[str, int]
    seen: dict[str, float] = field(default_factory=dict)
    held: dict[str, float] = field(default_factory=dict)

    def spent(self) -> list[str]:
        """Clinics whose sender has nothing left."""
        return [clinic for clinic, sender in self.of_clinic.items() if self._seen(sender) < 1]

    def seconds_to_wait(self) -> float:
        """Until every sender that has nothing left has something again; 0 when all have."""
        short = [(1 - self._seen(one)) / one.per_second for one in set(self.of_clinic.values()) if self._seen(one) < 1]
        return max(short, default=0.0)

    def take(self, clinic_id: str, segments: int) -> bool:
        """Whether a text may go; the last one may take a level below nothing, so that none is too long to go."""
        sender = self.of_clinic.get(clinic_id)
        if sender is not None and self.held.get(sender.name, 0.0) < 1:
            return False
        self.take_anyway(clinic_id, segments)
        return True

    def take_anyway(self, clinic_id: str, segments: int) -> None:
        """Advice is never refused; everything else waits for what it took."""
        sender = self.of_clinic.get(clinic_id)
        if sender is None:
            return
        if sender.name in self.held:
            self.held[sender.name] -= segments
        else:
            self.owed[sender.name] += segments
        self.seen[sender.name] = self._seen(sender) - segments

    def _seen(self, sender: Sender) -> float:
        return self.seen.get(sender.name, sender.full())


def clinics(session: Session) -> Clinics:
    """All clinics, as a claim needs them."""
    return session.execute(_clinics()).all()


def read(session: Session, clinics: Clinics, shared: str | None, owed: defaultdict[str, int], now: datetime) -> Levels:
    """Every sender's level now. `shared`: what all clinics' texts go from; None when each clinic has its number.

    A shared sender goes by the fastest of its clinics' settings: none slows the others.
    """
    limited = [row for row in clinics if row.segments_per_second != NO_LIMIT]
    if not limited:
        return Levels({}, owed)
    if shared:
        fastest = Sender(shared, max(row.segments_per_second for row in limited))
        of_clinic = {row.id: fastest for row in clinics}
    else:
        of_clinic = {row.id: Sender(row.sender, row.segments_per_second) for row in limited}
    senders = {sender.name: sender for sender in of_clinic.values()}
    levels = Levels(of_clinic, owed)
    for row in session.execute(_all_levels()):
        if (sender := senders.get(row.sender)) is not None:
            levels.seen[row.sender] = _risen(sender, row.segments, row.at, now) - owed[row.sender]
    return levels


def hold(session: Session, levels: Levels, clinic_ids: Collection[str], now: datetime) -> bool:
    """Hold the levels of these clinics' senders for the rest of the transaction, as far as nobody else does.

    False when somebody does.
    """
    limited = [sender for clinic_id in clinic_ids if (sender := levels.of_clinic.get(clinic_id)) is not None]
    if not limited:
        return True
    wanted = {sender.name: sender for sender in limited}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LET_GO)
    rows = {row.sender: row for row in session.execute(_hold(), {"senders": sorted(wanted)})}
    for name in sorted(wanted.keys() - rows.keys()):
        if name not in levels.seen and _begin(session, wanted[name], now):
            levels.held[name] = wanted[name].full()
    for name, row in rows.items():
        levels.held[name] = _risen(wanted[name], row.segments, row.at, now)
    for name in levels.held:
        owed = levels.owed.pop(name, 0)
        levels.held[name] -= owed
        levels.seen[name] = levels.held[name]
    return levels.held.keys() >= wanted.keys()


def write(session: Session, levels: Levels, now: datetime) -> None:
    """Keep what is left of the levels that are held."""
    rows = [{"name": name, "left": left, "now": now} for name, left in levels.held.items()]
    if rows:
        session.connection().execute(_write(), rows)


def _risen(sender: Sender, segments: float, at: datetime, now: datetime) -> float:
    """Workers' clocks differ a little: time never runs backwards here."""
    passed = max((now - at).total_seconds(), 0.0)
    return min(segments + passed * sender.per_second, sender.full())


def _begin(session: Session, sender: Sender, now: datetime) -> bool:
    """A sender's first text: its level is full. Of two workers at once the second gets False, and comes back."""
    try:
        with session.begin_nested():
            session.execute(insert(SenderLevel).values(sender=sender.name, segments=sender.full(), at=now))
    except IntegrityError:
        return False
    return True


_LET_GO = text("SELECT set_config('idle_in_transaction_session_timeout', :most, true)").bindparams(most=HELD_AT_MOST)


@cache
def _clinics() -> Select[str, str, int, int, int]:
    return select(Clinic.id, Clinic.sender, Clinic.segments_per_second, Clinic.window_opens, Clinic.window_closes)


@cache
def _all_levels() -> Select[str, float, datetime]:
    return select(SenderLevel.sender, SenderLevel.segments, SenderLevel.at)


@cache
def _hold() -> Select[str, float, datetime]:
    wanted = SenderLevel.sender.in_(bindparam("senders", expanding=True))
    return _all_levels().where(wanted).order_by(SenderLevel.sender).with_for_update(skip_locked=True)


@cache
def _write() -> Update:
    mine = update(SenderLevel).where(SenderLevel.sender == bindparam("name"))
    return mine.values(segments=bindparam("left"), at=bindparam("now", type_=SenderLevel.at.type))
