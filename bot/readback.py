"""Texts whose webhook never came: the provider's list of what was sent to us is read again and again."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.receive import Inbound, keep, process
from bot.runtime import Runtime
from core.gateway import Book, Received, UnreadableError
from core.models import Clinic, Reply
from scheduler.line import Line
from scheduler.turns import bookmark, put_bookmark

READ_UP_TO = "inbound read up to"
OVERLAP = timedelta(hours=1)
"""Read twice: a text may enter the provider's list late, and clocks differ."""
FIRST_TIME = timedelta(days=1)
ON_ITS_WAY = timedelta(minutes=1)
"""A text younger than this has a webhook that may still come."""

log = structlog.get_logger()


def read_back(runtime: Runtime, line: Line[Book], now: datetime) -> int:
    """Take what the list holds and we do not, by the way a webhook takes. Returns how many texts that were.

    The bookmark moves on once every clinic's number was read to its end. Commits for each text.
    """
    with runtime.sessions() as session:
        last = bookmark(session, READ_UP_TO)
        numbers = list(session.scalars(select(Clinic.sender).distinct()))
    numbers += [account.sender for account in runtime.settings.twilio_accounts if account.is_spare and account.sender]
    since = last - OVERLAP if last is not None else now - FIRST_TIME
    found, complete = 0, True
    for number in numbers:
        try:
            texts = line.run(partial(_read, number, since))
        except UnreadableError as error:
            log.warning("provider's list of inbound texts cannot be read", code=str(error))
            complete = False
            continue
        found += _take(runtime, [text for text in texts if text.at <= now - ON_ITS_WAY], now)
    if complete:
        with runtime.sessions() as session:
            put_bookmark(session, READ_UP_TO, now)
            session.commit()
    return found


async def _read(number: str, since: datetime, book: Book) -> list[Received]:
    return await book.received(number, since)


def _take(runtime: Runtime, texts: list[Received], now: datetime) -> int:
    with runtime.sessions() as session:
        ids = [text.provider_id for text in texts]
        known = set(session.scalars(select(Reply.provider_id).where(Reply.provider_id.in_(ids))))
        missing = [text for text in texts if text.provider_id not in known]
        for text in missing:
            _receive(runtime, session, text, now)
    if missing:
        log.warning("texts whose webhook never came", count=len(missing))
    return len(missing)


def _receive(runtime: Runtime, session: Session, text: Received, now: datetime) -> None:
    """Kept first; what then fails is taken up by the tick for replies left behind."""
    inbound = Inbound(text.provider_id, text.sender, text.recipient, text.body, text.media_count)
    reply_id = keep(session, inbound, min(text.at, now))
    try:
        process(session, runtime.content, runtime.checker, reply_id, now, runtime.means)
        session.commit()
    except Exception:
        session.rollback()
        log.exception("reply kept, processing failed", reply=reply_id)
