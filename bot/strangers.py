"""A text from a number that belongs to no patient: somebody on call who takes an alarm, or a stranger."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alarm_replies import Caller, explain, take
from bot.alarms import Means
from bot.alerts import clinic_for_stranger, raise_alert
from bot.answers import Answer
from bot.reading import read, store
from bot.red_flags import Checker, Level
from bot.voice import voice_of
from core import phone as telephone
from core.models import AlertKind, Clinic, Colour, Message, MessageKind, Reply
from messages.loader import Content
from messages.wording import answer_text
from scheduler.outbox import Draft, enqueue

ANSWERED_FOR = timedelta(hours=24)

log = structlog.get_logger()


def of_no_patient(
    session: Session,
    content: Content,
    checker: Checker,
    reply: Reply,
    now: datetime,
    *,
    caller: Caller | None,
    means: Means,
) -> Level | None:
    """The checker reads it first, whoever wrote: what is red goes to staff, whatever the number.

    Anything less from somebody on call is about an alarm: it takes one, or is answered with how to.
    """
    clinic_id = caller.contacts[0].clinic_id if caller else clinic_for_stranger(session, reply.recipient)
    if clinic_id is None:
        log.error("no clinic to show a reply to: run `rygbot clinic add`", reply=reply.id)
        return None
    reply.processed_at = now
    reply.clinic_id = clinic_id
    triage, failed = read(content, checker, reply, Answer())
    store(session, reply, triage, now)
    if caller is not None and triage.level is not Level.RED and not failed:
        (take if means.texts.takes(reply.body) else explain)(session, means, caller, reply, now)
        return triage.level
    raise_alert(
        session,
        clinic_id=clinic_id,
        kind=AlertKind.UNKNOWN_SENDER,
        colour=Colour.RED if triage.level is Level.RED else Colour.AMBER,
        now=now,
        reply=reply,
    )
    _answer(session, content, clinic_id, reply, now)
    return triage.level


def _answer(session: Session, content: Content, clinic_id: str, reply: Reply, now: datetime) -> None:
    """One polite answer a day that says nothing of anybody, and none to a short code or a name. The clinic is held, so
    that of two texts in one moment one is answered."""
    number = telephone.from_sender(reply.sender)
    if number is None:
        return
    clinic = session.get_one(Clinic, clinic_id, with_for_update={"key_share": True})
    if not _answered_lately(session, clinic_id, number, now):
        body = answer_text(content.replies, "unknown_sender", voice_of(clinic))
        draft = Draft(MessageKind.ANSWER, body, reason="svar til ukendt nummer")
        enqueue(session, draft, clinic_id=clinic_id, to_phone=number, now=now, reply_id=reply.id)


def _answered_lately(session: Session, clinic_id: str, number: str, now: datetime) -> bool:
    """Numbers stand encrypted, so the day's few answers to strangers are opened and compared."""
    answers = session.scalars(
        select(Message).where(
            Message.clinic_id == clinic_id,
            Message.patient_id.is_(None),
            Message.kind == MessageKind.ANSWER,
            Message.created_at > now - ANSWERED_FOR,
        )
    )
    return any(answer.to_phone == number for answer in answers)
