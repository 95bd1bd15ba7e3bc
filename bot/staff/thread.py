"""A patient's conversation: texts, replies, alerts and notes in one line of time, and what is still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from core.models import Alert, Message, Reply, Staff, TriageMark
from scheduler.calendar import local
from scheduler.replanning import BROUGHT_BACK, REPLACED


@dataclass(frozen=True)
class Day:
    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Conversation:
    """`chart`: how the patient has answered, None while there is nothing to draw."""

    days: tuple[Day, ...]
    coming: tuple[Coming, ...]
    open_cards: tuple[Card, ...]
    chart: Chart | None


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
    return Conversation(
        days=_days(entries),
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
