"""The list of patients, one flat row each, read with a fixed number of queries.

The filters are conditions in the database. Names stand encrypted there, so a search for one, and the order by name,
opens the names of those the filters leave over, and their numbers only for a search with digits: 0.3 seconds for 20,000
patients. A whole number is found by its hash, without opening any. Only the rows of the page that is shown are read
whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from bot.course import RUNNING
from bot.programmes import programme_of
from bot.staff import words
from bot.staff.filters import Filters
from bot.staff.formatting import course_week, danish_date, date_time
from bot.staff.roster_query import (
    COLOURS,
    FLAGS,
    RANKS,
    joined,
    latest_reply,
    newest_enrolment,
    people,
    worst_alert,
)
from core import phone as telephone
from core.crypto import keyring_of
from core.models import Enrolment, Patient
from core.phone import display
from messages.loader import Content

PER_PAGE = 50
AT_ONCE = 500
_ALPHABET = str.maketrans("æäøöå", "{{||}")
"""The Danish alphabet ends in æ, ø, å; the three signs are those that follow z."""


@dataclass(frozen=True)
class Row:
    """A patient as the list and its file show it; `colour` is the worst open alert's, empty when there is none."""

    id: int
    name: str
    phone: str
    doctor_phone: str
    region: str
    state: str
    state_word: str
    programme: str
    week: str
    start: str
    last_reply: str
    colour: str
    colour_word: str


@dataclass(frozen=True)
class Page:
    """One page of the list; `number` counts from 1, `total` all that match."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class Counts:
    """How many of all the clinic's patients each choice would show."""

    everybody: int
    colours: dict[str, int]
    flags: dict[str, int]
    programmes: dict[str, int]
    states: dict[str, int]


def page_of(session: Session, clinic_id: str, content: Content, filters: Filters, *, number: int, today: date) -> Page:
    """One page of the patients that match. `number`: the page asked for; the nearest that there is is given."""
    found = people(clinic_id, filters, today)
    if _needs_names(filters):
        ids = _by_name(session, found, filters)
        total = len(ids)
    else:
        ids = None
        total = session.scalar(found.with_only_columns(func.count()).order_by(None)) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(number, 1), pages)
    start = (number - 1) * PER_PAGE
    if ids is None:
        ids = list(session.scalars(found.with_only_columns(Patient.id).offset(start).limit(PER_PAGE)))
    else:
        ids = ids[start : start + PER_PAGE]
    return Page(tuple(_rows(session, ids, content, today)), number, pages, total)


def everyone(session: Session, clinic_id: str, content: Content, filters: Filters, *, today: date) -> Iterator[Row]:
    """All that match, in the list's order, some hundred at a time."""
    found = people(clinic_id, filters, today)
    if _needs_names(filters):
        ids = _by_name(session, found, filters)
    else:
        ids = list(session.scalars(found.with_only_columns(Patient.id)))
    for start in range(0, len(ids), AT_ONCE):
        yield from _rows(session, ids[start : start + AT_ONCE], content, today)


def search(session: Session, clinic_id: str, words: str, today: date) -> list[int]:
    """The ids of the patients whose name or number fits, the last enrolled first; none for no words."""
    filters = Filters(words=words)
    return _by_name(session, people(clinic_id, filters, today), filters) if words else []


def counts(session: Session, clinic_id: str) -> Counts:
    """Two queries, however many patients there are."""
    flags = {name: func.sum(case((condition, 1), else_=0)).label(name) for name, condition in FLAGS.items()}
    ranked = {name: func.sum(case((worst_alert == rank, 1), else_=0)).label(name) for name, rank in RANKS.items()}
    summed = session.execute(joined(clinic_id, func.count().label("all"), *flags.values(), *ranked.values())).one()
    programmes: dict[str, int] = {}
    states: dict[str, int] = {}
    grouped = joined(clinic_id, Enrolment.programme_id, Enrolment.state, func.count()).where(Enrolment.id.is_not(None))
    for programme, state, count in session.execute(grouped.group_by(Enrolment.programme_id, Enrolment.state)):
        programmes[programme] = programmes.get(programme, 0) + count
        states[state] = states.get(state, 0) + count
    said = summed._mapping  # noqa: SLF001 - its public name
    return Counts(
        everybody=said["all"],
        colours={name: said[name] or 0 for name in ranked},
        flags={name: said[name] or 0 for name in flags},
        programmes=programmes,
        states=states,
    )


def matches(name: str, number: str, query: str) -> bool:
    """Every word of the query stands in the name, or its digits stand in the phone number (E.164)."""
    folded = name.casefold()
    if all(word in folded for word in query.casefold().split()):
        return True
    digits = _digits(query)
    return bool(digits) and digits.removeprefix("00") in number


def _digits(query: str) -> str:
    """The digits of what looks like a telephone number or a part of one; else nothing."""
    is_number = all(character.isdecimal() or character in " +-.()" for character in query)
    return "".join(character for character in query if character.isdecimal()) if is_number else ""


def sort_key(name: str) -> str:
    """Under what a name stands in a Danish list."""
    return name.casefold().replace("aa", "å").translate(_ALPHABET)


def _needs_names(filters: Filters) -> bool:
    return bool(filters.words) or filters.sort == "name"


def _by_name(session: Session, found: Select[Any], filters: Filters) -> list[int]:
    """The ids of those whose name or number fits, in the list's order."""
    digits = _digits(filters.words)
    if digits and (number := telephone.parse(filters.words)) is not None:
        hashes = keyring_of(session.get_bind().dialect).lookup_hashes(number)
        whole = found.with_only_columns(Patient.id).where(Patient.phone_hash.in_(hashes))
        if ids := list(session.scalars(whole)):
            return ids
    phone = Patient.phone if digits else literal("").label("phone")
    people = session.execute(found.with_only_columns(Patient.id, Patient.name, phone)).all()
    kept = [row for row in people if not filters.words or matches(row.name, row.phone, filters.words)]
    if filters.sort == "name":
        kept.sort(key=lambda row: (sort_key(row.name), row.id))
    return [row.id for row in kept]


def _rows(session: Session, ids: Sequence[int], content: Content, today: date) -> list[Row]:
    statement = select(Patient, Enrolment, worst_alert.label("worst"), latest_reply.label("last_reply"))
    statement = statement.outerjoin(Enrolment, Enrolment.id == newest_enrolment).where(Patient.id.in_(ids))
    rows = {
        patient.id: _row(patient, newest, worst, replied, content, today)
        for patient, newest, worst, replied in session.execute(statement)
    }
    return [rows[key] for key in ids if key in rows]


def _row(
    patient: Patient,
    newest: Enrolment | None,
    worst: int | None,
    last_reply: datetime | None,
    content: Content,
    today: date,
) -> Row:
    programme = programme_of(content, newest)
    colour = "" if worst is None else str(COLOURS[worst])
    week = ""
    if newest and programme and newest.state in RUNNING:
        week = course_week(newest.start_date, today, programme.weeks)
    state = "opted_out" if patient.opted_out_at else newest.state if newest else ""
    region = content.regions.get(patient.region)
    return Row(
        id=patient.id,
        name=patient.name,
        phone=display(patient.phone),
        doctor_phone=display(patient.doctor_phone),
        region=region.name if region else patient.region,
        state=state,
        state_word="Afmeldt sms" if patient.opted_out_at else words.say(words.ENROLMENT_STATES, state),
        programme=programme.name if programme else newest.programme_id if newest else "",
        week=week,
        start=danish_date(newest.start_date) if newest else "",
        last_reply=date_time(last_reply) if last_reply else "",
        colour=colour,
        colour_word=words.say(words.COLOURS, colour),
    )
