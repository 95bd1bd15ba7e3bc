"""Signs of life: what a worker leaves behind when it has done its rounds, and who is told when it does not."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.models import Heartbeat, Message, MessageState
from scheduler.circuits import nothing_leaves

WORKER = "worker"
"""Left after each round of sending."""
TICK = "tick: "
"""Before the name of a tick: left after each of its rounds."""
FRESH = timedelta(seconds=60)
STUCK_AFTER = timedelta(minutes=5)
"""A tick that has not come to its end for so long hangs, or fails each time."""
UNTOUCHED = timedelta(minutes=5)
PING_SECONDS = 10.0

log = structlog.get_logger()


def beat(session: Session, now: datetime, name: str = WORKER) -> None:
    """Say that something was done. `now` is true time, in a fast demo too."""
    said = update(Heartbeat).where(Heartbeat.name == name).values(at=now).returning(Heartbeat.name)
    if session.scalar(said.execution_options(synchronize_session=False)) is None:
        with suppress(IntegrityError), session.begin_nested():  # another worker may say it first, in this moment
            session.add(Heartbeat(name=name, at=now))


def last_beat(session: Session) -> datetime | None:
    """When some worker last came to the end of its sending (UTC)."""
    return session.scalar(select(Heartbeat.at).where(Heartbeat.name == WORKER))


def stuck_ticks(session: Session, now: datetime) -> list[str]:
    """The ticks that used to come to their end and have not for a while. `now`: true time."""
    names = session.scalars(
        select(Heartbeat.name)
        .where(Heartbeat.name.startswith(TICK), Heartbeat.at < now - STUCK_AFTER)
        .order_by(Heartbeat.name)
    )
    return [name.removeprefix(TICK) for name in names]


def nobody_sends(session: Session, now: datetime, wall_now: datetime, gateways: Sequence[str] = ()) -> bool:
    """Whether staff must be told that no text goes out: the worker is silent, or never came while texts wait, or every
    one of the `gateways` is left alone while texts wait.

    `now`: product time; `wall_now`: true time.
    """
    if gateways and nothing_leaves(session, gateways, now):
        return True
    last = last_beat(session)
    if last is not None:
        return wall_now - last > FRESH
    waits = select(func.min(Message.next_attempt_at)).where(Message.state == MessageState.PLANNED)
    oldest = session.scalar(waits)
    return oldest is not None and now - oldest > UNTOUCHED


def ping(url: str) -> bool:
    """Tell a monitor outside that all is well; hearing nothing, it raises the alarm. False when it cannot be told."""
    request = Request(url, headers={"User-Agent": "Rygbot"})  # noqa: S310 - a web address, the settings see to it
    try:
        with urlopen(request, timeout=PING_SECONDS):  # noqa: S310 - same
            return True
    except (URLError, OSError, ValueError) as error:
        log.warning("the heartbeat address cannot be reached", error=type(error).__name__)
        return False
