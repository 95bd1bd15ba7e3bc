"""E-mails that are due: claim one, commit, send, record. No transaction is open while a mail server is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from core.gateway import SendError, Verdict
from core.gateway.mail import OutboundMail
from core.models import Alarm, Mail, MessageState
from scheduler.ahead import is_wanted
from scheduler.outbox import LEASE

RETRY_BASE = timedelta(seconds=30)
RETRY_CAP = timedelta(minutes=10)
BATCH = 5

SendMail = Callable[[OutboundMail], None]
"""Raises SendError."""
OnMailFailure = Callable[[Session, int], None]
"""What shall follow when an e-mail (its id) did not go: handed over from above, runs in the same transaction."""

log = structlog.get_logger()


class MailDispatcher:
    """One worker's e-mails, one after the other."""

    def __init__(self, *, sessions: sessionmaker[Session], send: SendMail, on_failure: OnMailFailure) -> None:
        self._sessions = sessions
        self._send = send
        self._on_failure = on_failure

    def run(self, now: Callable[[], datetime]) -> int:
        """Send what is due, a few at a time: a worker that is asked to stop waits for them. Returns how many went."""
        with self._sessions() as session, session.begin():
            expire(session, now(), self._on_failure)
            give_back(session, now())
        sent = 0
        for _ in range(BATCH):
            if (mail := self._claim(now())) is None:
                break
            error = self._attempt(mail)
            with self._sessions() as session, session.begin():
                record(session, mail.mail_id, error, self._on_failure, now())
            sent += error is None
        return sent

    def _claim(self, now: datetime) -> OutboundMail | None:
        with self._sessions() as session, session.begin():
            return claim(session, now)

    def _attempt(self, mail: OutboundMail) -> SendError | None:
        try:
            self._send(mail)
        except SendError as error:
            return error
        except Exception:
            log.exception("mail failed unexpectedly", mail=mail.mail_id)
            return SendError(Verdict.NOT_SENT, "internal error")
        return None


def claim(session: Session, now: datetime) -> OutboundMail | None:
    """Mark the next due e-mail as `sending`; of two workers one gets it. An alarm that was taken meanwhile stays."""
    due = (
        select(Mail.id)
        .where(
            Mail.state == MessageState.PLANNED,
            Mail.next_attempt_at <= now,
            Mail.expires_at > now,
            is_wanted(Alarm.mail_id == Mail.id),
        )
        .order_by(Mail.next_attempt_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Mail)
        .cte("due")
    )
    row = session.execute(
        update(Mail)
        .where(Mail.id == due.c.id)
        .values(state=MessageState.SENDING, lease_until=now + LEASE, attempts=Mail.attempts + 1)
        .execution_options(synchronize_session=False)
        .returning(Mail.id, Mail.to_address, Mail.subject, Mail.body)
    ).one_or_none()
    return None if row is None else OutboundMail(row.id, row.to_address, row.subject, row.body)


def record(session: Session, mail_id: int, error: SendError | None, on_failure: OnMailFailure, now: datetime) -> None:
    """Write down what came of an attempt. One that failed is told of at the first attempt, and when it is the last."""
    mail = session.get_one(Mail, mail_id, with_for_update=True)
    mail.lease_until = None
    mail.error_code = error.code if error else None
    if error is None:
        mail.state, mail.sent_at = MessageState.SENT, now
        return
    log.warning("mail not sent", mail=mail_id, code=error.code, attempts=mail.attempts)
    is_over = error.verdict is Verdict.REFUSED
    mail.state = MessageState.FAILED if is_over else MessageState.PLANNED
    mail.next_attempt_at = now + min(RETRY_BASE * (1 << min(mail.attempts - 1, 10)), RETRY_CAP)
    if is_over or mail.attempts == 1:
        on_failure(session, mail_id)


def expire(session: Session, now: datetime, on_failure: OnMailFailure) -> None:
    """What is too late to be sent stays in the table, and counts as failed."""
    late = (
        update(Mail)
        .where(Mail.state == MessageState.PLANNED, Mail.expires_at <= now)
        .values(state=MessageState.EXPIRED)
        .execution_options(synchronize_session=False)
        .returning(Mail.id)
    )
    for mail_id in session.scalars(late).all():
        on_failure(session, mail_id)


def give_back(session: Session, now: datetime) -> None:
    """An e-mail whose worker vanished is sent again: a second copy does no harm."""
    session.execute(
        update(Mail)
        .where(Mail.state == MessageState.SENDING, Mail.lease_until < now)
        .values(state=MessageState.PLANNED)
        .execution_options(synchronize_session=False)
    )
