"""What an alert looks like to staff: one flat, frozen card per alert, read with a fixed number of queries."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.staff import words
from bot.staff.alarm_lines import Line, lines_by_alert, summary
from bot.staff.formatting import date_time, duration
from bot.staff.marking import Piece, flag_names, pieces
from bot.staff.timeline import Happening, taken_by, timeline
from core.gateway import danish_reason
from core.models import Alert, AlertEvent, AlertKind, AlertState, Colour, Message, MessageKind, MessageState, Reply
from core.phone import display

OPEN_STATES = (AlertState.OPEN, AlertState.ACKNOWLEDGED)
ANSWER_KINDS = (MessageKind.ADVICE, MessageKind.ANSWER, MessageKind.CONTACT_CHECK)
WORST_FIRST = case({Colour.RED: 0, Colour.AMBER: 1, Colour.BLUE: 2}, value=Alert.colour, else_=0)
"""An unknown colour is shown among the red ones rather than hidden at the end."""


@dataclass(frozen=True)
class Answer:
    """What the bot answered, and how far that text has come. `in_danish`: see the function of that name."""

    body: str
    language: str
    in_danish: str
    state: str
    arrived: bool
    failed: bool


@dataclass(frozen=True)
class Card:
    """All that is shown of an alert. Two equal cards look the same."""

    id: int
    colour: str
    colour_word: str
    state: str
    kind: str
    kind_word: str
    patient_id: int | None
    name: str
    phone: str
    phone_link: str
    reply_id: int | None
    pieces: tuple[Piece, ...]
    flags: tuple[str, ...]
    media_count: int
    about: str
    opened: str
    waited: str
    answers: tuple[Answer, ...]
    taken_by: str
    taken_at: str
    taken_note: str
    outcome: str
    closed_by: str
    closed_at: str
    alarmed: str
    happenings: tuple[Happening, ...]
    in_doubt: bool
    """Nobody knows whether the text it is about was sent: staff say what is to be done."""

    @property
    def is_open(self) -> bool:
        return self.state != AlertState.RESOLVED

    @property
    def is_taken(self) -> bool:
        return self.state == AlertState.ACKNOWLEDGED


@dataclass(frozen=True)
class Wording:
    """What cards are worded with: the flags' Danish names and the outcomes'."""

    flags: Mapping[str, str]
    outcomes: Mapping[str, str]


def alerts_of(clinic_id: str) -> Select[Alert]:
    """A clinic's alerts with all that a card shows of them."""
    return (
        select(Alert)
        .where(Alert.clinic_id == clinic_id)
        .options(
            joinedload(Alert.patient),
            joinedload(Alert.reply).joinedload(Reply.triage),
            joinedload(Alert.message),
            joinedload(Alert.acknowledger),
            joinedload(Alert.acknowledging_contact),
            joinedload(Alert.resolver),
            selectinload(Alert.events).joinedload(AlertEvent.staff),
        )
    )


def open_alerts(clinic_id: str) -> Select[Alert]:
    """What waits: red first, then amber, then blue; in each colour the longest wait first."""
    return alerts_of(clinic_id).where(Alert.state.in_(OPEN_STATES)).order_by(WORST_FIRST, Alert.opened_at, Alert.id)


def count(session: Session, clinic_id: str, *states: AlertState) -> int:
    """How many of a clinic's alerts stand in one of the states."""
    statement = select(func.count()).where(Alert.clinic_id == clinic_id, Alert.state.in_(states))
    return session.scalar(statement) or 0


def cards(session: Session, alerts: Sequence[Alert], wording: Wording, now: datetime) -> list[Card]:
    answers = _answers(session, [alert.reply_id for alert in alerts if alert.reply_id is not None])
    reminders = _reminders(session, alerts)
    alarmed = lines_by_alert(session, [alert.id for alert in alerts])
    return [
        _card(
            alert,
            answers.get(alert.reply_id or 0, ()),
            _about(alert, reminders),
            alarmed.get(alert.id, ()),
            wording,
            now,
        )
        for alert in alerts
    ]


def version(shown: Sequence[Card]) -> str:
    """A short name for exactly what is shown, to tell a poll that nothing changed."""
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _answers(session: Session, reply_ids: Sequence[int]) -> dict[int, tuple[Answer, ...]]:
    if not reply_ids:
        return {}
    found: dict[int, list[Answer]] = defaultdict(list)
    rows = session.scalars(
        select(Message).where(Message.reply_id.in_(reply_ids), Message.kind.in_(ANSWER_KINDS)).order_by(Message.id)
    )
    for row in rows:
        if row.reply_id is not None:
            found[row.reply_id].append(answer(row))
    return {key: tuple(value) for key, value in found.items()}


def answer(row: Message) -> Answer:
    return Answer(
        body=row.body,
        language=row.language,
        in_danish=in_danish(row),
        state=state_text(row),
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
    if row.state in (MessageState.CANCELLED, MessageState.HELD) and row.reason:
        return f"{word}: {row.reason.removeprefix('holdes: ')}"
    return word


def _card(
    alert: Alert, answers: tuple[Answer, ...], about: str, alarmed: Sequence[Line], wording: Wording, now: datetime
) -> Card:
    reply, patient, triage = alert.reply, alert.patient, alert.reply.triage if alert.reply else None
    phone = patient.phone if patient else reply.sender if reply else ""
    end = alert.resolved_at or now
    return Card(
        id=alert.id,
        colour=alert.colour,
        colour_word=words.say(words.COLOURS, alert.colour),
        state=alert.state,
        kind=alert.kind,
        kind_word=words.say(words.ALERT_KINDS, alert.kind),
        patient_id=patient.id if patient and patient.erased_at is None else None,
        name=patient.name if patient else "Ukendt afsender",
        phone=display(phone),
        phone_link=phone if phone.startswith("+") else "",
        reply_id=reply.id if reply else None,
        pieces=pieces(reply.body, triage.evidence if triage else (), wording.flags) if reply else (),
        flags=flag_names(triage.flags, triage.evidence, wording.flags) if triage else (),
        media_count=reply.media_count if reply else 0,
        about=about,
        opened=date_time(alert.opened_at),
        waited=duration(end - alert.opened_at),
        answers=answers,
        taken_by=taken_by(alert),
        taken_at=date_time(alert.acknowledged_at) if alert.acknowledged_at else "",
        taken_note=next((event.note for event in alert.events if event.action == "acknowledge"), ""),
        outcome=wording.outcomes.get(alert.outcome or "", alert.outcome or ""),
        closed_by=alert.resolver.name if alert.resolver else "",
        closed_at=date_time(alert.resolved_at) if alert.resolved_at else "",
        alarmed=summary(alarmed),
        happenings=timeline(alert, alarmed),
        in_doubt=_is_in_doubt(alert),
    )


def _is_in_doubt(alert: Alert) -> bool:
    row = alert.message
    return alert.kind == AlertKind.UNSETTLED and row is not None and row.state == MessageState.UNKNOWN


def _reminders(session: Session, alerts: Sequence[Alert]) -> dict[int, Message]:
    """By the question that was not answered: how it was asked again."""
    asked = [alert.message_id for alert in alerts if alert.kind == AlertKind.SILENT and alert.message_id is not None]
    if not asked:
        return {}
    rows = session.scalars(select(Message).where(Message.reminds_id.in_(asked)))
    return {row.reminds_id: row for row in rows if row.reminds_id is not None}


def _about(alert: Alert, reminders: Mapping[int, Message]) -> str:
    """The text an alert is about, when it is about one of ours: what was not answered or did not arrive."""
    row = alert.message
    if row is None or alert.kind == AlertKind.REPLY:
        return ""
    about = f"{_when(row)}, {state_text(row)}: {row.body} {in_danish(row)}".rstrip()
    if alert.kind != AlertKind.SILENT:
        return about
    reminder = reminders.get(row.id)
    return f"{about} Påmindelse: {f'{_when(reminder)}, {state_text(reminder)}' if reminder else 'ingen'}."


def _when(row: Message) -> str:
    return date_time(row.sent_at or row.due_at)
