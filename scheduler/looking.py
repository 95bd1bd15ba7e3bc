"""What a worker asks before it claims, in one statement: whether there is anything to do at all, and what first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session

from core.models import Circuit, Message
from scheduler import lateness, picking, upkeep

LOOK_AGAIN = timedelta(seconds=5)
"""While a heap is due, all of it is looked at for what is late so seldom; what has fallen due since, each time."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """`due`: see scheduler.picking.due_count. `is_any_away`: whether a gateway is left alone. `is_any_expired`,
    `is_any_late`: see scheduler.upkeep and scheduler.lateness.
    """

    due: int
    is_any_away: bool
    is_any_expired: bool = False
    is_any_late: bool = False


class Lookout:
    """One worker's looking."""

    def __init__(self, late_after: timedelta) -> None:
        self._late_after = late_after
        self._looked_at = self._again_at = _NEVER
        self._is_any_late = False

    def look(self, session: Session, now: datetime) -> Look:
        """A window that opens, too, lets fall due what was late before: that must not wait for the next long look."""
        given = lateness.instants(now, self._late_after) | {"claim_at": now}
        if self._looked_at <= now < self._again_at:
            due, is_any_away, is_any_late = session.execute(_look(), given | {"since": self._looked_at}).one()
            found = Look(due, is_any_away, is_any_late=is_any_late or self._is_any_late)
        else:
            found = Look(*session.execute(_look_at_lateness(), given | {"by": now}).one())
            self._again_at = _NEVER if picking.are_few(found.due) else now + LOOK_AGAIN
        self._looked_at, self._is_any_late = now, found.is_any_late
        return found

    def forget_lateness(self) -> None:
        """What was late has got its place, and that is committed."""
        self._is_any_late = False


_is_any_away = exists().where(Circuit.gateway.is_not(None))


@cache
def _look() -> Select[int, bool, bool]:
    fell_due = Message.next_attempt_at > bindparam("since", type_=Message.due_at.type)
    return select(picking.how_many_due(), _is_any_away, lateness.is_any(fell_due))


@cache
def _look_at_lateness() -> Select[int, bool, bool, bool]:
    return select(picking.how_many_due(), _is_any_away, upkeep.is_any_expired(), lateness.is_any())
