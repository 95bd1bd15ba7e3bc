"""Which gateways are left alone for a while because they failed again and again, and when one text tries them.

In a row each, not in a worker's memory: all workers stop at once, one text tries for all of them, the pages can tell
staff, and a worker that is started anew does not begin by knocking at a closed door.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.models import Circuit, Message, MessageState

FAILURES = 5
"""In a row, each the provider's own fault: then it is left alone."""
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(seconds=60)
"""Between probes; advice waits no longer than that once the provider is back."""
PROBE_LASTS = timedelta(seconds=30)
"""Longer than a send may take; after it another worker may probe."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Standing:
    """Of the gateways, in the order they are tried: the ones in use, and the ones one text may try."""

    usable: tuple[str, ...]
    open: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()


def standing(session: Session, gateways: Collection[str], now: datetime) -> Standing:
    found = {row.gateway: row.probe_at for row in session.execute(_circuits()) if row.gateway in gateways}
    return Standing(
        usable=tuple(name for name in gateways if name not in found),
        open=tuple(name for name in gateways if name in found),
        probes=tuple(name for name in gateways if name in found and found[name] <= now),
    )


def take_probe(session: Session, gateway: str, now: datetime) -> bool:
    """Take the turn to try a gateway with one text; of several workers one gets it."""
    turn = update(Circuit).where(Circuit.gateway == gateway, Circuit.probe_at <= now)
    taken = turn.values(probe_at=now + PROBE_LASTS).execution_options(synchronize_session=False)
    return session.scalar(taken.returning(Circuit.gateway)) is not None


def open_circuit(session: Session, gateway: str, code: str, now: datetime) -> None:
    """Leave a gateway alone from now on; nothing changes when it is already."""
    row = Circuit(gateway=gateway, opened_at=now, probe_at=now + FIRST_PAUSE, failed_probes=0, code=code)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return
    log.error("gateway left alone", gateway=gateway, code=code)


def probe_failed(session: Session, gateway: str, code: str, now: datetime) -> None:
    row = session.get(Circuit, gateway, with_for_update=True, populate_existing=True)
    if row is not None:
        row.failed_probes += 1
        row.code = code
        row.probe_at = now + min(FIRST_PAUSE * (1 << min(row.failed_probes, 10)), LONGEST_PAUSE)
        session.flush()


def close_circuit(session: Session, gateway: str) -> None:
    """It answers again."""
    done = delete(Circuit).where(Circuit.gateway == gateway).execution_options(synchronize_session=False)
    if session.scalar(done.returning(Circuit.gateway)) is not None:
        log.warning("gateway in use again", gateway=gateway)


def left_alone(session: Session, gateways: Collection[str]) -> list[Circuit]:
    """The gateways that are left alone just now, in the order they are tried."""
    rows = session.scalars(select(Circuit).where(Circuit.gateway.in_(gateways))).all()
    return sorted(rows, key=lambda row: list(gateways).index(row.gateway))


def nothing_leaves(session: Session, gateways: Collection[str], now: datetime) -> bool:
    """Whether texts wait and every gateway is left alone. One that nobody needs yet is not tried, and may be well."""
    waits = exists().where(Message.state == MessageState.PLANNED, Message.due_at <= now, Message.next_attempt_at <= now)
    return len(left_alone(session, gateways)) == len(gateways) and bool(session.scalar(select(waits)))


@cache
def _circuits() -> Select[str, datetime]:
    return select(Circuit.gateway, Circuit.probe_at)
