"""Texts of unknown fate are looked up in the provider's own list and settled: present, absent, or staff's to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from core.gateway import Book, Found, UnreadableError
from core.models import Clinic, Message, MessageEvent, MessageState, Patient
from scheduler.line import Line
from scheduler.matching import Lost, earliest, latest, settle
from scheduler.outbox import lock_patient
from scheduler.presence import is_present
from scheduler.settling import LOOK_AGAIN, LOOK_SELDOM, LOOKED_FOR, URGENT
from scheduler.states import Cause
from scheduler.transitions import shift_one
from scheduler.upkeep import WORKER_GONE

AT_ONCE = 100
"""Texts looked up in one round."""
FAILURES = 3
"""Numbers that cannot be read, after which the round ends: the provider is away, not one number."""

log = structlog.get_logger()


class TakeFound(Protocol):
    """How an entry of the provider's list is written on its text; handed over from above."""

    def __call__(self, session: Session, message_id: int, found: Found, now: datetime) -> object: ...


def reconcile(sessions: sessionmaker[Session], line: Line[Book], take: TakeFound, now: Callable[[], datetime]) -> int:
    """One round; commits per telephone number. Returns how many texts were settled."""
    settled = failures = 0
    for number, lost in _due(sessions, now()).items():
        try:
            entries = line.run(partial(_read, number, earliest(lost), latest(lost, now())))
        except UnreadableError as error:
            log.warning("provider's list cannot be read", code=str(error), count=len(lost))
            _look_again(sessions, [text.message_id for text in lost], now())
            failures += 1
            if failures == FAILURES:
                break
            continue
        with sessions() as session:
            settled += _apply(session, lost, entries, take, now())
            session.commit()
    return settled


async def _read(number: str, since: datetime, until: datetime, book: Book) -> list[Found]:
    return await book.find(number, since, until)


def _due(sessions: sessionmaker[Session], now: datetime) -> dict[str, list[Lost]]:
    """By telephone number, most urgent first: the texts to look up, and others of unknown fate to the same person."""
    lost = Message.state == MessageState.UNKNOWN
    erased = exists().where(Patient.id == Message.patient_id, Patient.erased_at.is_not(None))
    with sessions() as session:
        due = session.execute(
            select(Message.id, Message.patient_id)
            .where(lost, ~erased, Message.next_attempt_at <= now, Message.claimed_at > now - LOOKED_FOR)
            .order_by(Message.next_attempt_at, Message.priority, Message.id)
            .limit(AT_ONCE)
        ).all()
        if not due:  # as a rule
            return {}
        patients = {row.patient_id for row in due if row.patient_id is not None}
        of_these = Message.id.in_([row.id for row in due]) | Message.patient_id.in_(patients)
        by_number: defaultdict[str, list[Lost]] = defaultdict(list)
        for message, sender, first_try in _rows(session, lost, of_these):
            if message.claimed_at is not None:
                text = Lost(
                    message_id=message.id,
                    attempt=message.attempts,
                    body=message.body,
                    sender=sender,
                    first_tried_at=first_try,
                    tried_at=message.claimed_at,
                    is_settled=message.next_attempt_at <= now,
                    worker=_open_try(message),
                )
                by_number[message.to_phone].append(text)
    return dict(by_number)


def _open_try(message: Message) -> str | None:
    """Who might still send the text: a worker that never said how its try ended. An urgent one does not wait for that:
    to come twice is harmless, to come late is not."""
    is_open = message.error_code == WORKER_GONE and message.kind not in URGENT
    return message.claimed_by if is_open else None


def _rows(session: Session, *conditions: ColumnElement[bool]) -> Sequence[tuple[Message, str, datetime]]:
    """Texts with the number they went from and when they were tried first."""
    first_try = (
        select(func.min(MessageEvent.at))
        .where(MessageEvent.message_id == Message.id, MessageEvent.cause == Cause.CLAIM)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Message, Clinic.sender, func.coalesce(first_try, Message.claimed_at))
        .join(Clinic, Message.clinic_id == Clinic.id)
        .where(*conditions)
        .order_by(Message.id)
    )
    return [(message, sender, tried) for message, sender, tried in rows]


def _look_again(sessions: sessionmaker[Session], message_ids: Sequence[int], now: datetime) -> None:
    with sessions() as session:
        _put_off(session, message_ids, now)
        session.commit()


def _put_off(session: Session, message_ids: Sequence[int], now: datetime, **values: object) -> None:
    """Looked up again soon, and seldom once staff have been told."""
    still = (Message.id.in_(message_ids), Message.state == MessageState.UNKNOWN, Message.next_attempt_at <= now)
    told = Message.lease_until <= now
    session.execute(update(Message).where(*still, told).values(next_attempt_at=now + LOOK_SELDOM, **values))
    session.execute(update(Message).where(*still, ~told).values(next_attempt_at=now + LOOK_AGAIN, **values))


def _apply(session: Session, lost: Sequence[Lost], entries: Sequence[Found], take: TakeFound, now: datetime) -> int:
    """Settle what the list proves. What has been settled meanwhile, by a receipt say, is left alone."""
    ids = [text.message_id for text in lost]
    patients = select(Message.patient_id).where(Message.id.in_(ids), Message.patient_id.is_not(None))
    who = sorted({patient for patient in session.scalars(patients) if patient is not None})
    for patient_id in who:
        lock_patient(session, patient_id)
    if _is_sending(session, who, ids):
        _put_off(session, ids, now)  # the list may hold what that worker has not written down yet
        return 0
    rows = select(Message.id, Message.attempts).where(Message.id.in_(ids), Message.state == MessageState.UNKNOWN)
    still = {(row.id, row.attempts) for row in session.execute(rows.order_by(Message.id).with_for_update())}
    lost = [text for text in lost if (text.message_id, text.attempt) in still]
    known = session.scalars(
        select(Message.provider_id).where(Message.provider_id.in_([entry.provider_id for entry in entries]))
    )
    result = settle(lost, entries, {provider_id for provider_id in known if provider_id})
    for message_id, found in result.present.items():
        take(session, message_id, found, now)
    absent = [text for text in lost if text.message_id in result.absent and text.is_settled]
    asleep = [text for text in absent if text.worker is not None and is_present(session, text.worker)]
    _put_off(session, [text.message_id for text in asleep], now)
    absent = [text for text in absent if text not in asleep]
    for text in absent:
        _send_again(session, text, now)
    in_doubt = [text.message_id for text in lost if text.message_id in result.in_doubt and text.is_settled]
    if in_doubt:
        _put_off(session, in_doubt, now, lease_until=now)  # nothing more will be learnt: staff are told now
    if result.present or absent or in_doubt:
        log.info("texts settled", present=len(result.present), absent=len(absent), unknown=len(in_doubt))
    return len(result.present) + len(absent)


def _is_sending(session: Session, patient_ids: Sequence[int], message_ids: Sequence[int]) -> bool:
    """Whether a text to one of these is on its way just now; to a number without a patient, any such text counts."""
    whom = Message.patient_id.in_(patient_ids) if patient_ids else Message.patient_id.is_(None)
    query = select(Message.id).where(Message.state == MessageState.SENDING, whom, Message.id.not_in(message_ids))
    return session.scalar(query.limit(1)) is not None


def _send_again(session: Session, text: Lost, now: datetime) -> None:
    """Planned once more, at once; what is past its life expires with what follows, as any late text does."""
    same = Message.attempts == text.attempt
    values: dict[str, Any] = {"next_attempt_at": now, "lease_until": None, "sent_at": None, "error_code": None}
    shift_one(session, text.message_id, Cause.ABSENT, MessageState.PLANNED, same, now=now, **values)
