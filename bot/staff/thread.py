"""A patient's conversation: texts, replies and alerts in one line of time, and what is still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from bot.marks import possible
from bot.red_flags import Evidence, Level
from bot.red_flags import Triage as Reading
from bot.staff import words
from bot.staff.cards import Card, Wording, alerts_of, cards, in_danish, state_text
from bot.staff.explaining import Why, explained
from bot.staff.formatting import clock, date_time, day_heading
from bot.staff.marking import Piece, flag_names, pieces
from core.models import Alert, Message, MessageKind, MessageState, Reply, Staff, Triage, TriageMark
from messages.red_flag_schema import shipped_rules
from scheduler.calendar import local
from scheduler.replanning import REPLACED

WAITING = (MessageState.PLANNED, MessageState.HELD)
SENDERS: dict[str, str] = {
    MessageKind.STEP: "Forløbet",
    MessageKind.ADVICE: "Automatisk råd",
    MessageKind.ANSWER: "Automatisk svar",
    MessageKind.CONTACT_CHECK: "Automatisk opfølgning",
    MessageKind.STAFF: "Klinikken",
    MessageKind.REMINDER: "Påmindelse",
}


@dataclass(frozen=True)
class Outgoing:
    """A text that went out, or should have. `in_danish`: what stands beneath one in another language."""

    id: int
    at: datetime
    clock: str
    sender: str
    body: str
    language: str
    in_danish: str
    state: str
    state_text: str
    is_delivered: bool
    is_lost: bool
    is_unsent: bool


@dataclass(frozen=True)
class Mark:
    """What a staff member says of a reading. `is_mine`: the one who looks at the page says so."""

    verdict: str
    word: str
    who: str
    at: str
    note: str
    is_mine: bool


@dataclass(frozen=True)
class Incoming:
    """A reply with its triage; `level` is empty while nothing has read it.

    `flags`: the Danish names. `whys`: the explanation of a red or amber reading. `verdicts`: what may be said against
    the reading.
    """

    id: int
    at: datetime
    clock: str
    pieces: tuple[Piece, ...]
    level: str
    flags: tuple[str, ...]
    whys: tuple[Why, ...]
    media_count: int
    verdicts: tuple[str, ...]
    marks: tuple[Mark, ...]

    @property
    def my_mark(self) -> Mark | None:
        return next((mark for mark in self.marks if mark.is_mine), None)


@dataclass(frozen=True)
class Raised:
    """An alert, standing after the reply it is about or, without one, at the time it came."""

    at: datetime
    card: Card


Entry = Outgoing | Incoming | Raised


@dataclass(frozen=True)
class Day:
    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Coming:
    """A planned text; `is_off` when it has been cancelled and will not be sent."""

    when: str
    body: str
    state_text: str
    is_off: bool


@dataclass(frozen=True)
class Conversation:
    days: tuple[Day, ...]
    coming: tuple[Coming, ...]
    open_cards: tuple[Card, ...]


def conversation(session: Session, viewer: Staff, patient_id: int, wording: Wording, now: datetime) -> Conversation:
    """Everything between the viewer's clinic and one patient, oldest first."""
    clinic_id = viewer.clinic_id
    messages = session.scalars(
        select(Message)
        .where(Message.clinic_id == clinic_id, Message.patient_id == patient_id, Message.reason != REPLACED)
        .order_by(Message.due_at, Message.id)
    ).all()
    replies = session.scalars(
        select(Reply)
        .where(Reply.patient_id == patient_id, or_(Reply.clinic_id == clinic_id, Reply.clinic_id.is_(None)))
        .options(joinedload(Reply.triage))
        .order_by(Reply.received_at, Reply.id)
    ).all()
    alerts = session.scalars(
        alerts_of(clinic_id).where(Alert.patient_id == patient_id).order_by(Alert.opened_at, Alert.id)
    ).all()
    shown = cards(session, alerts, wording, now)
    marks = _marks(session, viewer, [reply.id for reply in replies])
    is_coming = [row.state in WAITING or (row.state in words.NOT_SENT and row.due_at > now) for row in messages]
    entries: list[Entry] = [_incoming(reply, wording, marks.get(reply.id, ())) for reply in replies]
    entries += [Raised(_stands_at(alert), card) for alert, card in zip(alerts, shown, strict=True)]
    entries += [_outgoing(row) for row, later in zip(messages, is_coming, strict=True) if not later]
    return Conversation(
        days=_days(entries),
        coming=tuple(_coming(row) for row, later in zip(messages, is_coming, strict=True) if later),
        open_cards=tuple(card for card in shown if card.is_open),
    )


def _days(entries: Sequence[Entry]) -> tuple[Day, ...]:
    """In order of time; at the same instant a reply stands before its alert, and that before the answer."""
    ranks = {Incoming: 0, Raised: 1, Outgoing: 2}
    ordered = sorted(entries, key=lambda entry: (entry.at, ranks[type(entry)]))

    def day(entry: Entry) -> date:
        return local(entry.at).date()

    return tuple(Day(day_heading(key), tuple(group)) for key, group in groupby(ordered, key=day))


def _stands_at(alert: Alert) -> datetime:
    return alert.reply.received_at if alert.reply else alert.opened_at


def _marks(session: Session, viewer: Staff, reply_ids: Sequence[int]) -> Mapping[int, tuple[Mark, ...]]:
    """By reply, oldest first."""
    rows = session.scalars(
        select(TriageMark)
        .where(TriageMark.clinic_id == viewer.clinic_id, TriageMark.reply_id.in_(reply_ids))
        .options(joinedload(TriageMark.staff))
        .order_by(TriageMark.created_at, TriageMark.id)
    ).all()
    found: dict[int, tuple[Mark, ...]] = {}
    for row in rows:
        mark = Mark(
            verdict=row.verdict,
            word=words.say(words.VERDICTS, row.verdict),
            who=row.staff.name,
            at=date_time(row.created_at),
            note=row.note,
            is_mine=row.staff_id == viewer.id,
        )
        found[row.reply_id] = (*found.get(row.reply_id, ()), mark)
    return found


def _incoming(reply: Reply, wording: Wording, marks: tuple[Mark, ...]) -> Incoming:
    triage = reply.triage
    return Incoming(
        id=reply.id,
        at=reply.received_at,
        clock=clock(reply.received_at),
        pieces=pieces(reply.body, triage.evidence if triage else (), wording.flags),
        level=triage.level if triage else "",
        flags=flag_names(triage.flags, triage.evidence, wording.flags) if triage else (),
        whys=_whys(reply.body, triage) if triage else (),
        media_count=reply.media_count,
        verdicts=possible(triage.level) if triage else (),
        marks=marks,
    )


def _whys(body: str, triage: Triage) -> tuple[Why, ...]:
    """Why a reply was read as it was, in the words of the rules that are in use now."""
    evidence = tuple(Evidence(**item) for item in triage.evidence)
    found = Reading(Level(triage.level), tuple(triage.flags), evidence, triage.rule_version)
    return explained(body, found, shipped_rules())


def _outgoing(row: Message) -> Outgoing:
    at = row.sent_at or row.due_at
    return Outgoing(
        id=row.id,
        at=at,
        clock=clock(at),
        sender=words.say(SENDERS, row.kind),
        body=row.body,
        language=row.language,
        in_danish=in_danish(row),
        state=row.state,
        state_text=state_text(row),
        is_delivered=row.state == MessageState.DELIVERED,
        is_lost=row.state in words.NOT_ARRIVED,
        is_unsent=row.state in words.NOT_SENT,
    )


def _coming(row: Message) -> Coming:
    return Coming(
        when=date_time(row.due_at),
        body=row.body,
        state_text=state_text(row),
        is_off=row.state in words.NOT_SENT,
    )
