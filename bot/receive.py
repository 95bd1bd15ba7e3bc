"""A reply from the moment it comes in: kept raw first, then triage, advice, alert and answer in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import cast

import structlog
from sqlalchemy import Select, Table, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot import conversation
from bot.act import carry_out
from bot.adapting import raised, value_of
from bot.alarm_replies import Caller, caller_of, take
from bot.alarms import Means
from bot.alerts import clinic_for_stranger, raise_alert
from bot.answers import Answer, parse
from bot.course import STOPPED_BY_PATIENT
from bot.history import step_asked
from bot.reading import adaptation_of, read, store
from bot.red_flags import Checker, Level, Triage
from bot.sender import Sender, hold
from bot.strangers import of_no_patient
from bot.wishes import read_wish
from core.models import AlertKind, Colour, MessageKind, Reply
from core.states import EnrolmentState
from messages.advice_schema import AdviceGroup
from messages.loader import Content
from scheduler.questions import Question

QUESTION_STAYS = timedelta(hours=72)
"""How long a question is what a reply is read in the light of."""
YES_OR_NO = frozenset(
    {
        "screening",
        "exercise",
        "activity",
        *conversation.ASKED_ONCE,
        conversation.REACHED_DOCTOR,
        conversation.STAFF_ASKED,
    }
)
MAX_ATTEMPTS = 5
"""Failures after which a reply is handed to staff as it is."""
LEFT_BEHIND = timedelta(seconds=30)
"""A kept reply that nobody has processed by then lost its request on the way, and is taken up by the tick."""
MAX_FIELD = 200
AT_ONCE = {"isolation_level": "AUTOCOMMIT"}
"""One statement is a transaction by itself: PostgreSQL need not be told where it begins and ends."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Inbound:
    """An inbound text as the provider handed it over."""

    provider_id: str
    sender: str
    recipient: str
    body: str
    media_count: int = 0


def keep(session: Session, inbound: Inbound, now: datetime) -> int:
    """Store a text raw, once per provider id, and commit. Returns the reply's id, old or new."""
    provider_id = _clean(inbound.provider_id)
    raw = {
        "provider_id": provider_id,
        "sender": inbound.sender,
        "recipient": _clean(inbound.recipient),
        "body": inbound.body,
        "media_count": inbound.media_count,
        "received_at": now,
    }
    if session.get_bind().dialect.name == "postgresql" and not session.in_transaction():
        session.connection(execution_options=AT_ONCE)
    try:
        reply_id = session.execute(_kept(), raw).scalar_one()
        session.commit()
    except IntegrityError:
        session.rollback()
        return session.scalars(select(Reply.id).where(Reply.provider_id == provider_id)).one()
    return reply_id


@cache
def _kept() -> ReturningInsert[int]:
    table = cast("Table", Reply.__table__)
    return insert(table).returning(table.c.id)


def _clean(text: str) -> str:
    """Fit for a plain column: no NUL, no lone surrogates, bounded."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:MAX_FIELD]


def process(
    session: Session, content: Content, checker: Checker, reply_id: int, now: datetime, means: Means
) -> Level | None:
    """Triage a kept reply and carry out what follows; the caller commits. None when it was done before.

    `means`: how somebody on call, who took an alarm with this reply, is answered.
    """
    reply = session.scalar(_unprocessed(), {"reply": reply_id})
    if reply is None:
        return None
    session.expunge(reply)  # what becomes of it is written once, in `store`
    sender = hold(session, reply, now)
    caller = caller_of(session, reply, now) if sender is None or sender.is_on_call else None
    if sender is None:
        return of_no_patient(session, content, checker, reply, now, caller=caller, means=means)
    reply.processed_at = now
    triage, decision = _decide(session, content, checker, reply, sender, caller, means)
    store(session, reply, triage, now)
    if decision is None and caller is not None:
        take(session, means, caller, reply, now)
    elif decision is not None:
        carry_out(session, content, decision, reply=reply, sender=sender, now=now)
    return triage.level


@cache
def _unprocessed() -> Select[Reply]:
    """A reply that nobody has processed yet, held. Built once: every reply asks it."""
    return select(Reply).where(Reply.id == bindparam("reply"), Reply.processed_at.is_(None)).with_for_update()


def _decide(
    session: Session,
    content: Content,
    checker: Checker,
    reply: Reply,
    sender: Sender,
    caller: Caller | None,
    means: Means,
) -> tuple[Triage, conversation.Decision | None]:
    """What a reply of a patient says and what is to follow; the reply's own columns are filled in.

    None when it follows that the patient, on call too, has taken an alarm with it.
    """
    patient, enrolment = sender.patient, sender.enrolment
    reply.patient_id, reply.clinic_id = patient.id, patient.clinic_id
    reply.enrolment_id = enrolment.id if enrolment else None
    answer = parse(reply.body, content.replies.vocabulary)
    asked = _asked(sender.asked, reply, answer)
    reply.question = asked.question if asked else None
    reply.answer_step = step_asked(session, asked)
    wish = read_wish(reply.body, reply.received_at)
    triage, failed = read(content, checker, reply, answer, is_wish=wish is not None)
    if caller is not None and triage.level is not Level.RED and _takes_alarm(means, caller, reply, answer, asked):
        return triage, None
    situation = _situation(sender, reply, asked, checker_failed=failed)
    adaptation = None
    if enrolment is not None and conversation.may_adapt(situation, triage, answer, wish):
        adaptation = adaptation_of(session, content, enrolment, reply, answer)
    triage = raised(triage, adaptation, reply.body)
    decision = conversation.decide(situation, triage, answer, wish, adaptation)
    if decision.answered and asked is not None:
        reply.answers_id = asked.reminds_id or asked.id
        reply.answer_value = value_of(reply.question, answer)
        reply.adaptation = adaptation.rule.id if adaptation is not None else None
    return triage, decision


def _takes_alarm(means: Means, caller: Caller, reply: Reply, answer: Answer, asked: Question | None) -> bool:
    """What was sent last is what a patient who is on call answers; a word that answers no question takes the alarm."""
    if caller.newest_at is None or not means.texts.takes(reply.body):
        return False
    if asked is None or (answer.yes is None and answer.number is None):
        return True
    return asked.asked_at < caller.newest_at


def _situation(sender: Sender, reply: Reply, asked: Question | None, *, checker_failed: bool) -> conversation.Situation:
    patient, enrolment = sender.patient, sender.enrolment
    return conversation.Situation(
        question=reply.question,
        asked_again=asked is not None and asked.kind == MessageKind.ANSWER,
        course=EnrolmentState(enrolment.state) if enrolment else None,
        opted_out=patient.opted_out_at is not None,
        has_words=any(character.isalnum() for character in reply.body),
        checker_failed=checker_failed,
        can_reopen=enrolment is not None and enrolment.state_reason == STOPPED_BY_PATIENT,
        red_open=sender.red_open,
        own_pause=enrolment is not None and enrolment.pause_wished_at is not None,
    )


def _asked(asked: Sequence[Question], reply: Reply, answer: Answer) -> Question | None:
    """What the reply answers: the newest open question when it was written.

    A bare yes or no to a question that wants something else is read as the late answer to an open screening, which
    stays open until the next one. A no to how it goes is its answer: it brings a person, where a clean screening would
    bring nobody.
    """
    screening = next((question for question in asked if question.question == "screening"), None)
    if not asked:
        return None
    newest = asked[0]
    is_fresh = newest.asked_at > reply.received_at - QUESTION_STAYS
    wants_yes_or_no = newest.question in YES_OR_NO or (newest.question == "progress" and answer.yes is not True)
    is_bare = answer.yes is not None and answer.number is None
    if is_bare and not (is_fresh and wants_yes_or_no):
        return screening or (newest if is_fresh else None)
    return newest if is_fresh else None


def process_left_behind(
    session: Session, content: Content, checker: Checker, now: datetime, means: Means, limit: int = 50
) -> int:
    """Tick: take up replies whose request died. One that fails again and again goes to staff as it is."""
    waiting = session.scalars(_left_behind(limit), {"by": now - LEFT_BEHIND}).all()
    session.commit()
    for reply_id in waiting:
        try:
            process(session, content, checker, reply_id, now, means)
            session.commit()
        except Exception:
            session.rollback()
            log.exception("reply could not be processed", reply=reply_id)
            _count_failure(session, content, reply_id, now)
    return len(waiting)


@cache
def _left_behind(limit: int) -> Select[int]:
    is_old = Reply.received_at <= bindparam("by", type_=Reply.received_at.type)
    return select(Reply.id).where(Reply.processed_at.is_(None), is_old).order_by(Reply.received_at).limit(limit)


def _count_failure(session: Session, content: Content, reply_id: int, now: datetime) -> None:
    """Try a reply again some times, for the fault may pass; then staff get it as it is, and the patient is told."""
    try:
        counted = update(Reply).where(Reply.id == reply_id).values(attempts=Reply.attempts + 1)
        attempts = session.scalar(counted.returning(Reply.attempts)) or 0
        session.commit()
        if attempts >= MAX_ATTEMPTS:
            _to_staff(session, content, reply_id, now)
            session.commit()
    except Exception:
        session.rollback()
        log.exception("reply could not be handed to staff", reply=reply_id)


def _to_staff(session: Session, content: Content, reply_id: int, now: datetime) -> None:
    """What nobody could read may be red: a red alert, the texts held, and the patient told whom to ring."""
    reply = session.scalar(_unprocessed(), {"reply": reply_id})
    if reply is None:  # another worker, that failed at it too, was quicker
        return
    sender = hold(session, reply, now)
    clinic_id = sender.patient.clinic_id if sender else clinic_for_stranger(session, reply.recipient)
    if clinic_id is None:
        return
    reply.processed_at = now
    reply.clinic_id = clinic_id
    reply.patient_id = sender.patient.id if sender else None
    enrolment = sender.enrolment if sender else None
    raise_alert(
        session,
        clinic_id=clinic_id,
        kind=AlertKind.CHECKER_FAILED,
        colour=Colour.RED,
        now=now,
        patient_id=reply.patient_id,
        enrolment_id=enrolment.id if enrolment else None,
        reply=reply,
    )
    if sender is not None and sender.patient.opted_out_at is None:
        unread = conversation.Decision(advice=AdviceGroup.UNCLEAR)
        carry_out(session, content, unread, reply=reply, sender=replace(sender, red_open=True), now=now)


def count_unprocessed(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Reply).where(Reply.processed_at.is_(None))) or 0
