"""A patient's conversation: texts, replies, alerts and notes in one line of time, and what is still to come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from bot.notes import notes_of
from bot.staff import words
from bot.staff.cards import Card, Wording, alerts_of, cards
from bot.staff.course_chart import Chart, chart_of
from bot.staff.entries import (
    Coming,
    Entry,
    Incoming,
    Mark,
    Noted,
    Outgoing,
    Raised,
    coming,
    incoming,
    is_still_to_come,
    noted,
    outgoing,
)
from bot.staff.formatting import date_time, day_heading
from core.models import Alert, Colour, Message, Reply, Staff, TriageMark
from scheduler.calendar import local
from scheduler.replanning import BROUGHT_BACK, REPLACED

AT_ONCE = 15
"""So many entries, and the rest of their day, are shown before the older ones are folded away."""


@dataclass(frozen=True)
class Day:
    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Conversation:
    """`days`: the newest part, shown at once; `older`: what is folded away. `chart`: how the patient has answered,
    None while there is nothing to draw.
    """

    older: tuple[Day, ...]
    days: tuple[Day, ...]
    coming: tuple[Coming, ...]
    open_cards: tuple[Card, ...]
    chart: Chart | None

    @property
    def worst_card(self) -> Card | None:
        """The open alert that the head of the page names: red before amber before blue, then the longest wait."""
        ranks = {Colour.RED: 0, Colour.AMBER: 1, Colour.BLUE: 2}
        return min(self.open_cards, key=lambda card: ranks.get(Colour(card.colour), 0), default=None)

    @property
    def older_count(self) -> int:
        return sum(len(day.entries) for day in self.older)


def conversation(session: Session, viewer: Staff, patient_id: int, wording: Wording, now: datetime) -> Conversation:
    """Everything between the viewer's clinic and one patient, oldest first. The number of queries is fixed."""
    clinic_id = viewer.clinic_id
    messages = session.scalars(
        select(Message)
        .where(
            Message.clinic_id == clinic_id,
            Message.patient_id == patient_id,
            Message.reason.not_in((REPLACED, BROUGHT_BACK)),
        )
        .options(joinedload(Message.staff))
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
    entries: list[Entry] = [incoming(reply, wording, marks.get(reply.id, ())) for reply in replies]
    entries += [Raised(_stands_at(alert), card) for alert, card in zip(alerts, shown, strict=True)]
    entries += [noted(note, viewer, now) for note in notes_of(session, clinic_id, patient_id)]
    entries += [outgoing(row) for row in messages if not is_still_to_come(row, now)]
    older, days = _folded(_days(entries), {card.reply_id for card in shown if card.is_open})
    return Conversation(
        older=older,
        days=days,
        coming=coming([row for row in messages if is_still_to_come(row, now)]),
        open_cards=tuple(card for card in shown if card.is_open),
        chart=chart_of(replies),
    )


def _days(entries: Sequence[Entry]) -> tuple[Day, ...]:
    """In order of time; at the same instant a reply stands before its alert, and that before the answer."""
    ranks = {Incoming: 0, Raised: 1, Outgoing: 2, Noted: 3}
    ordered = sorted(entries, key=lambda entry: (entry.at, ranks[type(entry)]))

    def day(entry: Entry) -> date:
        return local(entry.at).date()

    return tuple(Day(day_heading(key), tuple(group)) for key, group in groupby(ordered, key=day))


def _folded(days: tuple[Day, ...], waiting: Collection[int | None]) -> tuple[tuple[Day, ...], tuple[Day, ...]]:
    """The older days and the newest ones; nothing that still waits for staff is folded away."""
    first, shown = len(days), 0
    while first > 0 and shown < AT_ONCE:
        first -= 1
        shown += len(days[first].entries)
    open_days = (index for index, day in enumerate(days) if any(_waits(entry, waiting) for entry in day.entries))
    first = min(first, next(open_days, first))
    return days[:first], days[first:]


def _waits(entry: Entry, waiting: Collection[int | None]) -> bool:
    if isinstance(entry, Raised):
        return entry.card.is_open
    return isinstance(entry, Incoming) and entry.id in waiting


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
