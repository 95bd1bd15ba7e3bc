"""What a worker asks before it claims, in one statement: whether there is anything to do at all, and what first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from core.models import Circuit
from scheduler import lateness, picking, upkeep

LOOK_AGAIN = timedelta(seconds=5)
"""While a heap is due, a look at what is late holds so long: each due text is looked at for it."""


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
        self._again_at: datetime | None = None
        self._is_any_late = False

    def look(self, session: Session, now: datetime) -> Look:
        if self._again_at is not None and self._again_at - LOOK_AGAIN <= now < self._again_at:
            due, is_any_away = session.execute(_look(), {"claim_at": now}).one()
            return Look(due, is_any_away, is_any_late=self._is_any_late)
        given = lateness.instants(now, self._late_after) | {"claim_at": now, "by": now}
        found = Look(*session.execute(_look_at_lateness(), given).one())
        self._again_at = None if picking.are_few(found.due) else now + LOOK_AGAIN
        self._is_any_late = found.is_any_late
        return found

    def forget_lateness(self) -> None:
        """What was late has got its place."""
        self._is_any_late = False


_is_any_away = exists().where(Circuit.gateway.is_not(None))


@cache
def _look() -> Select[int, bool]:
    return select(picking.how_many_due(), _is_any_away)


@cache
def _look_at_lateness() -> Select[int, bool, bool, bool]:
    return select(picking.how_many_due(), _is_any_away, upkeep.is_any_expired(), lateness.is_any())
