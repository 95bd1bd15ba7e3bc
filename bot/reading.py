"""What is made of a reply before anything is decided: its triage, and what the rules of its course say. Stored here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import cast

import structlog
from sqlalchemy import Insert, Table, Update, bindparam, insert, update
from sqlalchemy.orm import Session

from bot.adapting import Adaptation, Said, adapt, value_of
from bot.answers import Answer
from bot.concerns import for_checker, settle, weigh
from bot.course import form_of
from bot.history import history_of
from bot.programmes import programme_of
from bot.red_flags import Checker, check_safely
from bot.red_flags import Triage as Reading
from core.models import Enrolment, Reply, Triage
from messages.loader import Content

MADE = (
    "processed_at",
    "clinic_id",
    "patient_id",
    "enrolment_id",
    "question",
    "answers_id",
    "answer_step",
    "answer_value",
    "adaptation",
)
"""What is filled in of a reply when it is processed."""

log = structlog.get_logger()


def read(
    content: Content, checker: Checker, reply: Reply, answer: Answer, *, is_wish: bool = False
) -> tuple[Reading, bool]:
    """The triage of a reply. The second is True when the checker failed and the reply needs eyes."""
    triage, error = check_safely(checker, reply.body, for_checker(reply.question))
    if error is not None:
        log.error("checker failed", reply=reply.id, error=type(error).__name__)
    triage = settle(triage, understood=is_wish or (reply.question == "barrier" and answer.only_barrier))
    return weigh(reply.body, reply.question, answer, triage, content.replies.concern), error is not None


def store(session: Session, reply: Reply, triage: Reading, now: datetime) -> None:
    """Write down what was made of a reply, and keep the triage with it."""
    session.execute(_made(), {"kept": reply.id} | {column: getattr(reply, column) for column in MADE})
    found = {
        "reply_id": reply.id,
        "level": triage.level,
        "flags": list(triage.flags),
        "evidence": [asdict(evidence) for evidence in triage.evidence],
        "rule_version": triage.rule_version,
        "at": now,
    }
    session.execute(_found(), found)


@cache
def _made() -> Update:
    table = cast("Table", Reply.__table__)
    return update(table).where(table.c.id == bindparam("kept"))


@cache
def _found() -> Insert:
    return insert(cast("Table", Triage.__table__)).inline()  # its id is not asked back


def adaptation_of(
    session: Session, content: Content, enrolment: Enrolment, reply: Reply, answer: Answer
) -> Adaptation | None:
    """What the rules of the course make of this answer, with all that the patient answered before."""
    value = value_of(reply.question, answer)
    programme = programme_of(content, enrolment)
    rules = content.rules_of(programme) if programme is not None else ()
    if value is None or not any(reply.question in rule.when.questions for rule in rules):
        return None
    said = Said(reply.question or "", value, reply.received_at)
    return adapt(rules, [*history_of(session, enrolment.id), said], form_of(enrolment))
