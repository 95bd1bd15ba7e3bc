"""The list of patients, one flat row each, read with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from bot.programmes import programme_of
from bot.staff import words
from bot.staff.cards import OPEN_STATES
from bot.staff.formatting import course_week, date_time
from core.models import Alert, Colour, EnrolmentState, Patient, Reply
from core.phone import display
from messages.loader import Content

PER_PAGE = 50
_WORST_FIRST = (Colour.RED, Colour.AMBER, Colour.BLUE)
RUNNING = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)


@dataclass(frozen=True)
class Row:
    """A patient as the list shows it; `colour` is the worst open alert's, empty when there is none."""

    id: int
    name: str
    phone: str
    state: str
    state_word: str
    programme: str
    week: str
    last_reply: str
    colour: str
    colour_word: str


@dataclass(frozen=True)
class Page:
    """One page of the list; `number` counts from 1."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    total: int


def page_of(
    session: Session,
    clinic_id: str,
    content: Content,
    *,
    query: str,
    number: int,
    today: date,
) -> Page:
    """The patients that match, newest first. Names stand encrypted, so a search reads all of the clinic's."""
    own = (Patient.clinic_id == clinic_id, Patient.erased_at.is_(None))
    statement = select(Patient).where(*own).order_by(Patient.id.desc())
    found: list[int] = []
    if query:
        found = [patient.id for patient in session.scalars(statement) if matches(patient, query)]
        total = len(found)
    else:
        total = session.scalar(select(func.count()).where(*own)) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(number, 1), pages)
    start = (number - 1) * PER_PAGE
    if query:
        statement = statement.where(Patient.id.in_(found[start : start + PER_PAGE]))
    else:
        statement = statement.offset(start).limit(PER_PAGE)
    patients = session.scalars(statement.options(selectinload(Patient.enrolments))).all()
    return Page(tuple(_rows(session, patients, content, today)), number, pages, total)


def matches(patient: Patient, query: str) -> bool:
    """Every word of the query stands in the name, or its digits stand in the phone number."""
    name = patient.name.casefold()
    if all(word in name for word in query.casefold().split()):
        return True
    digits = "".join(character for character in query if character.isdecimal())
    is_number = bool(digits) and all(character.isdecimal() or character in " +-.()" for character in query)
    return is_number and digits.removeprefix("00") in patient.phone


def _rows(session: Session, patients: Sequence[Patient], content: Content, today: date) -> list[Row]:
    ids = [patient.id for patient in patients]
    if not ids:
        return []
    last: dict[int, datetime] = {
        key: at
        for key, at in session.execute(
            select(Reply.patient_id, func.max(Reply.received_at))
            .where(Reply.patient_id.in_(ids))
            .group_by(Reply.patient_id)
        )
        if key is not None
    }
    colours: dict[int, set[str]] = {}
    for key, colour in session.execute(
        select(Alert.patient_id, Alert.colour).where(Alert.patient_id.in_(ids), Alert.state.in_(OPEN_STATES))
    ):
        if key is not None:
            colours.setdefault(key, set()).add(colour)
    return [_row(patient, last.get(patient.id), colours.get(patient.id, set()), content, today) for patient in patients]


def _row(
    patient: Patient,
    last_reply: datetime | None,
    colours: set[str],
    content: Content,
    today: date,
) -> Row:
    newest = patient.enrolments[0] if patient.enrolments else None
    programme = programme_of(content, newest)
    colour = next((str(colour) for colour in _WORST_FIRST if colour in colours), "")
    week = ""
    if newest and programme and newest.state in RUNNING:
        week = course_week(newest.start_date, today, programme.weeks)
    state = "opted_out" if patient.opted_out_at else newest.state if newest else ""
    return Row(
        id=patient.id,
        name=patient.name,
        phone=display(patient.phone),
        state=state,
        state_word="Afmeldt sms" if patient.opted_out_at else words.say(words.ENROLMENT_STATES, state),
        programme=programme.name if programme else newest.programme_id if newest else "",
        week=week,
        last_reply=date_time(last_reply) if last_reply else "",
        colour=colour,
        colour_word=words.say(words.COLOURS, colour),
    )
