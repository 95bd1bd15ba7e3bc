"""The way of a webhook while the database is away: onto the disk, and from there the way every other goes, in order."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.delivery import take_receipt
from bot.receive import Inbound, keep, process
from bot.runtime import Runtime
from core.spool import AT_ONCE, Record, Spool

AWAY = (OperationalError, InterfaceError, PoolTimeoutError)
"""What a database says that is not there, or has no room: later it may take the same thing."""
DRAIN_EVERY = 2.0
ON_THE_WAY = 20
"""Texts taken from the spool before the one that just came in; the provider waits 15 seconds for an answer."""
TEXT, RECEIPT = "text", "receipt"

log = structlog.get_logger()


@dataclass(frozen=True)
class Receipt:
    """A status callback: what the provider says of a text of ours. `message_id`: ours, from the address. `gateway`: the
    account that said so; none was written down by earlier versions.
    """

    message_id: int
    provider_id: str
    status: str
    error_code: str | None
    gateway: str | None = None


def spool_of(runtime: Runtime) -> Spool:
    return Spool(runtime.settings.spool_dir, runtime.keyring)


def spool_text(runtime: Runtime, text: Inbound, received_at: datetime) -> None:
    """Raises OSError when the disk cannot take it either."""
    spool_of(runtime).put({"kind": TEXT, "received_at": received_at.isoformat(), **asdict(text)})


def spool_receipt(runtime: Runtime, receipt: Receipt) -> None:
    """Raises OSError when the disk cannot take it either."""
    spool_of(runtime).put({"kind": RECEIPT, **asdict(receipt)})


def write_receipt(runtime: Runtime, receipt: Receipt) -> None:
    """Move the text on that a receipt is about."""
    with runtime.sessions() as session:
        take_receipt(
            session,
            message_id=receipt.message_id,
            provider_id=receipt.provider_id,
            status=receipt.status,
            error_code=receipt.error_code,
            gateway=receipt.gateway,
            now=runtime.now(),
        )
        session.commit()


def drain_spool(runtime: Runtime, limit: int = AT_ONCE) -> int:
    """Take what waits on disk, oldest first, as long as the database takes it. Returns how much was taken."""
    spool = spool_of(runtime)
    if not spool.waiting():
        return 0
    taken = spool.drain(lambda record: _take(runtime, record), limit)
    if taken:
        log.warning("taken from the spool", count=taken)
    return taken


def _take(runtime: Runtime, record: Record) -> bool:
    """Raises ValueError, KeyError or TypeError for a record that will never do."""
    take = {TEXT: _take_text, RECEIPT: _take_receipt}[record.pop("kind")]
    try:
        take(runtime, record)
    except AWAY as error:
        log.warning("the spool waits for the database", error=type(error).__name__)
        return False
    except (ValueError, KeyError, TypeError):
        raise
    except Exception as error:
        log.exception("spooled record refused")
        raise ValueError("refused") from error
    return True


def _take_text(runtime: Runtime, record: Record) -> None:
    """Kept first, once per provider id; what then fails is taken up by the tick for replies left behind."""
    received_at = datetime.fromisoformat(record.pop("received_at"))
    with runtime.sessions() as session:
        reply_id = keep(session, Inbound(**record), received_at)
        try:
            process(session, runtime.content, runtime.checker, reply_id, runtime.now(), runtime.means)
            session.commit()
        except Exception:
            session.rollback()
            log.exception("reply kept, processing failed", reply=reply_id)


def _take_receipt(runtime: Runtime, record: Record) -> None:
    write_receipt(runtime, Receipt(**record))


def keep_draining(runtime: Runtime, stopped: threading.Event) -> None:
    """For a thread of the web process, whose disk no worker may see: at its start, and again and again."""
    while True:
        try:
            drain_spool(runtime)
        except Exception:
            log.exception("the spool cannot be drained")
        if stopped.wait(DRAIN_EVERY):
            return
