"""What stands in a patient's conversation: texts, replies, alerts, notes, and what is still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.marks import possible
from bot.notes import may_correct
from bot.planned import CHANGEABLE
from bot.red_flags import Evidence, Level
from bot.red_flags import Triage as Reading
from bot.staff import words
from bot.staff.cards import Card, Wording
from bot.staff.explaining import Why, explained
from bot.staff.formatting import clock, date_time
from bot.staff.marking import Piece, flag_names, pieces
from bot.staff.texts import in_danish, state_text
from core.gateway import NextStep, next_step
from core.models import Message, MessageKind, MessageState, Note, Reply, Staff, Triage
from messages.red_flag_schema import shipped_rules

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
    """A text that went out, or should have; `kind` as it is stored. `in_danish`: what stands beneath one in another
    language. `advised`: what staff do about one that did not arrive.
    """

    id: int
    kind: str
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
    advised: NextStep | None = None


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

    `question`: what was asked, as it is stored, empty when nothing was. `flags`: the Danish names. `whys`: the
    explanation of a red or amber reading. `verdicts`: what may be said against the reading.
    """

    id: int
    at: datetime
    clock: str
    question: str
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


@dataclass(frozen=True)
class Noted:
    """A staff member's note, never sent. `body` is empty once it was removed. `before`: earlier wordings, oldest first,
    each with when it was written.
    """

    id: int
    at: datetime
    clock: str
    who: str
    body: str
    corrected: str
    before: tuple[tuple[str, str], ...]
    may_correct: bool
    removed: str


Entry = Outgoing | Incoming | Raised | Noted


@dataclass(frozen=True)
class Coming:
    """A planned text; `is_off` when it has been cancelled and will not be sent. `is_own`: staff cancelled this one.

    `may_change`: staff may move it, send it now or cancel it.
    """

    id: int
    when: str
    body: str
    state_text: str
    is_off: bool
    is_own: bool
    may_change: bool


def is_still_to_come(row: Message, now: datetime) -> bool:
    """Whether a text stands among the planned ones; an answer that is about to leave stands in the conversation."""
    if row.state in WAITING:
        return row.kind == MessageKind.STEP or row.due_at > now
    return row.state in words.NOT_SENT and row.due_at > now


def incoming(reply: Reply, wording: Wording, marks: tuple[Mark, ...]) -> Incoming:
    triage = reply.triage
    return Incoming(
        id=reply.id,
        at=reply.received_at,
        clock=clock(reply.received_at),
        question=reply.question or "",
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


def outgoing(row: Message) -> Outgoing:
    at = row.sent_at or row.due_at
    is_lost = row.state in words.NOT_ARRIVED
    return Outgoing(
        id=row.id,
        kind=row.kind,
        at=at,
        clock=clock(at),
        sender=f"{row.staff.name}, klinikken" if row.staff else words.say(SENDERS, row.kind),
        body=row.body,
        language=row.language,
        in_danish=in_danish(row),
        state=row.state,
        state_text=state_text(row),
        is_delivered=row.state == MessageState.DELIVERED,
        is_lost=is_lost,
        is_unsent=row.state in words.NOT_SENT,
        advised=next_step(row.error_code) if is_lost else None,
    )


def noted(note: Note, viewer: Staff, now: datetime) -> Noted:
    remover = note.remover.name if note.remover else ""
    return Noted(
        id=note.id,
        at=note.created_at,
        clock=clock(note.created_at),
        who=note.staff.name,
        body="" if note.removed_at else note.body,
        corrected=date_time(note.corrected_at) if note.corrected_at else "",
        before=() if note.removed_at else tuple((date_time(old.written_at), old.body) for old in note.versions),
        may_correct=may_correct(note, viewer.id, now),
        removed=f"{remover}, {date_time(note.removed_at)}" if note.removed_at else "",
    )


def _may_change(row: Message) -> bool:
    """What waits may be moved or cancelled; what staff cancelled of a course may come back."""
    if row.state in WAITING:
        return row.kind in CHANGEABLE
    return row.kind == MessageKind.STEP and row.dropped_at is not None


def coming(rows: Sequence[Message]) -> tuple[Coming, ...]:
    return tuple(
        Coming(
            id=row.id,
            when=date_time(row.due_at),
            body=row.body,
            state_text=state_text(row),
            is_off=row.state in words.NOT_SENT,
            is_own=row.kind == MessageKind.STEP and row.dropped_at is not None,
            may_change=_may_change(row),
        )
        for row in rows
    )
