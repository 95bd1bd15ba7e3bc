"""Whether a worker lives: it says so at every tick."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.models import Heartbeat

FRESH = timedelta(seconds=60)


def is_beating(session: Session, wall_now: datetime) -> bool:
    """Whether some worker ticked within the last minute. `wall_now`: the true instant, in a fast demo too."""
    last = session.scalar(select(func.max(Heartbeat.at)))
    return last is not None and wall_now - last <= FRESH
