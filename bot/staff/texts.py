"""Our texts as staff see them: how far each has come, what it says in Danish, what it was about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, not_, select
from sqlalchemy.orm import Session

from bot.staff import words
from bot.staff.formatting import date_time
from core.gateway import danish_reason
from core.models import Alert, AlertKind, Message, MessageKind, MessageState
from scheduler.backlog import GAVE_WAY, TOO_LATE

ANSWER_KINDS = (MessageKind.ADVICE, MessageKind.ANSWER, MessageKind.CONTACT_CHECK)


@dataclass(frozen=True)
class Answer:
    """What the bot answered, and how far that text has come; `is_waiting`: it has not left, and still may.

    `in_danish`: see the function of that name.
    """

    body: str
    language: str
    in_danish: str
    state: str
    is_waiting: bool
    arrived: bool
    failed: bool


def answers_to(session: Session, reply_ids: Sequence[int]) -> dict[int, tuple[Answer, ...]]:
    """By reply. A question about the doctor that staff made needless is left out: nobody was asked it."""
    if not reply_ids:
        return {}
    found: dict[int, list[Answer]] = defaultdict(list)
    needless = and_(Message.kind == MessageKind.CONTACT_CHECK, Message.state == MessageState.CANCELLED)
    rows = session.scalars(
        select(Message)
        .where(Message.reply_id.in_(reply_ids), Message.kind.in_(ANSWER_KINDS), not_(needless))
        .order_by(Message.id)
    )
    for row in rows:
        if row.reply_id is not None:
            found[row.reply_id].append(_answer(row))
    return {key: tuple(value) for key, value in found.items()}


def _answer(row: Message) -> Answer:
    return Answer(
        body=row.body,
        language=row.language,
        in_danish=in_danish(row),
        state=state_text(row),
        is_waiting=row.state in (MessageState.PLANNED, MessageState.HELD),
        arrived=row.state == MessageState.DELIVERED,
        failed=row.state in words.NOT_ARRIVED or row.state in words.NOT_SENT,
    )


def in_danish(row: Message) -> str:
    """What staff read beneath a text in another language; empty for a Danish one."""
    if row.body_in_danish is None:
        return ""
    return f"Sendt på {words.say(words.LANGUAGES, row.language)}. På dansk: {row.body_in_danish}"


def state_text(row: Message) -> str:
    """A text's state in Danish, with the reason where it is not simply on its way."""
    word = words.say(words.MESSAGE_STATES, row.state)
    if row.state in (MessageState.UNDELIVERED, MessageState.FAILED):
        return f"{word}: {danish_reason(row.error_code)}"
    if row.state == MessageState.EXPIRED and row.reason in GAVE_WAY:
        return f"ikke sendt: {row.reason.removeprefix(TOO_LATE)}"
    if row.state in (MessageState.CANCELLED, MessageState.HELD) and row.reason:
        return f"{word}: {row.reason.removeprefix('holdes: ')}"
    return word


def reminders(session: Session, alerts: Sequence[Alert]) -> dict[int, Message]:
    """By the question that was not answered: how it was asked again."""
    asked = [alert.message_id for alert in alerts if alert.kind == AlertKind.SILENT and alert.message_id is not None]
    if not asked:
        return {}
    rows = session.scalars(select(Message).where(Message.reminds_id.in_(asked)))
    return {row.reminds_id: row for row in rows if row.reminds_id is not None}


def about(alert: Alert, asked_again: Mapping[int, Message]) -> str:
    """The text an alert is about, when it is about one of ours: what was not answered or did not arrive."""
    row = alert.message
    if row is None or alert.kind == AlertKind.REPLY:
        return ""
    told = f"{_when(row)}, {state_text(row)}: {row.body} {in_danish(row)}".rstrip()
    if alert.kind != AlertKind.SILENT:
        return told
    reminder = asked_again.get(row.id)
    return f"{told} Påmindelse: {f'{_when(reminder)}, {state_text(reminder)}' if reminder else 'ingen'}."


def _when(row: Message) -> str:
    return date_time(row.sent_at or row.due_at)
