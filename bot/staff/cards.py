"""What an alert looks like to staff: one flat, frozen card per alert, read with a fixed number of queries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from bot.deadlines import Deadlines, deadline_of, deadlines_of
from bot.staff import words
from bot.staff.alarm_lines import Line, lines_by_alert, summary
from bot.staff.formatting import date_time, duration, moment
from bot.staff.marking import Piece, flag_names, pieces
from bot.staff.texts import Answer, about, answers_to, reminders
from bot.staff.timeline import Happening, held, holder_of, timeline
from core.models import Alert, AlertEvent, AlertKind, AlertState, MessageState, Reply
from core.phone import display

OPEN_STATES = (AlertState.OPEN, AlertState.ACKNOWLEDGED)


@dataclass(frozen=True)
class Card:
    """All that is shown of an alert. Two equal cards look the same.

    `deadline`: when somebody had to have taken it, while nobody has. `held`: how the holder came to have it.
    `in_doubt`: nobody knows whether the text it is about was sent: staff say what is to be done.
    """

    id: int
    colour: str
    colour_word: str
    state: str
    kind: str
    kind_word: str
    patient_id: int | None
    is_erased: bool
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
    deadline: str
    is_overdue: bool
    version: int
    holder_id: int | None
    holder: str
    held: str
    held_note: str
    outcome: str
    closed_by: str
    closed_at: str
    alarmed: str
    happenings: tuple[Happening, ...]
    in_doubt: bool

    @property
    def is_open(self) -> bool:
        return self.state != AlertState.RESOLVED

    @property
    def is_taken(self) -> bool:
        return self.state == AlertState.ACKNOWLEDGED


@dataclass(frozen=True)
class Wait:
    """How long, and until when: empty once somebody has taken it."""

    waited: str
    deadline: str = ""
    is_overdue: bool = False


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
            joinedload(Alert.holder),
            joinedload(Alert.acknowledging_contact),
            joinedload(Alert.resolver),
            selectinload(Alert.events).options(joinedload(AlertEvent.staff), joinedload(AlertEvent.receiver)),
        )
    )


def count(session: Session, clinic_id: str, *states: AlertState) -> int:
    """How many of a clinic's alerts stand in one of the states."""
    statement = select(func.count()).where(Alert.clinic_id == clinic_id, Alert.state.in_(states))
    return session.scalar(statement) or 0


def cards(session: Session, alerts: Sequence[Alert], wording: Wording, now: datetime) -> list[Card]:
    """The cards of some of one clinic's alerts, in the same order."""
    if not alerts:
        return []
    answered = answers_to(session, [alert.reply_id for alert in alerts if alert.reply_id is not None])
    asked_again = reminders(session, alerts)
    alarmed = lines_by_alert(session, [alert.id for alert in alerts])
    deadlines = deadlines_of(session, alerts[0].clinic_id)
    made = []
    for alert in alerts:
        texts = (answered.get(alert.reply_id or 0, ()), about(alert, asked_again))
        made.append(_card(alert, texts, alarmed.get(alert.id, ()), wording, _wait(alert, deadlines, now)))
    return made


def version(shown: object) -> str:
    """A short name for exactly what is shown, frozen dataclasses all, to tell a poll that nothing changed."""
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _wait(alert: Alert, deadlines: Deadlines, now: datetime) -> Wait:
    waited = duration((alert.resolved_at or now) - alert.waiting_since)
    if alert.state != AlertState.OPEN:
        return Wait(waited)
    deadline = deadline_of(deadlines, alert.colour, alert.waiting_since)
    return Wait(waited, moment(deadline, now), is_overdue=now > deadline)


def _is_in_doubt(alert: Alert) -> bool:
    row = alert.message
    return alert.kind == AlertKind.UNSETTLED and row is not None and row.state == MessageState.UNKNOWN


def _card(
    alert: Alert, texts: tuple[tuple[Answer, ...], str], alarmed: Sequence[Line], wording: Wording, wait: Wait
) -> Card:
    reply, patient, triage = alert.reply, alert.patient, alert.reply.triage if alert.reply else None
    phone = patient.phone if patient else reply.sender if reply else ""
    is_taken = alert.state == AlertState.ACKNOWLEDGED
    how, note = held(alert.events) if is_taken else ("", "")
    return Card(
        id=alert.id,
        colour=alert.colour,
        colour_word=words.say(words.COLOURS, alert.colour),
        state=alert.state,
        kind=alert.kind,
        kind_word=words.say(words.ALERT_KINDS, alert.kind),
        patient_id=patient.id if patient and patient.erased_at is None else None,
        is_erased=patient is not None and patient.erased_at is not None,
        name=patient.name if patient else "Ukendt afsender",
        phone=display(phone),
        phone_link=phone if phone.startswith("+") else "",
        reply_id=reply.id if reply else None,
        pieces=pieces(reply.body, triage.evidence if triage else (), wording.flags) if reply else (),
        flags=flag_names(triage.flags, triage.evidence, wording.flags) if triage else (),
        media_count=reply.media_count if reply else 0,
        about=texts[1],
        opened=date_time(alert.opened_at),
        waited=wait.waited,
        deadline=wait.deadline,
        is_overdue=wait.is_overdue,
        version=alert.version,
        answers=texts[0],
        holder_id=alert.holder_id,
        holder=holder_of(alert) if is_taken else "",
        held=how,
        held_note=note,
        outcome=wording.outcomes.get(alert.outcome or "", alert.outcome or ""),
        closed_by=alert.resolver.name if alert.resolver else "",
        closed_at=date_time(alert.resolved_at) if alert.resolved_at else "",
        alarmed=summary(alarmed),
        happenings=timeline(alert, alarmed),
        in_doubt=_is_in_doubt(alert),
    )
