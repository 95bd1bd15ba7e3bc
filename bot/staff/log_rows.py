"""The audit log as its page and its file show it: filtered, newest first, with the patients the rows are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from bot.staff import acts
from bot.staff.formatting import clock, danish_date, date_time
from core.models import Alert, Audit, Enrolment, Message, Note, Patient, Reply, Staff
from scheduler.calendar import at

PER_PAGE = 50
BY_ITSELF = "0"
"""The filter's choice for acts that no staff member did."""
AUTOMATIC = "Automatisk"
_ABOUT: dict[str, type[Alert | Enrolment | Message | Note | Reply]] = {
    "alert": Alert,
    "enrolment": Enrolment,
    "message": Message,
    "note": Note,
    "reply": Reply,
}
"""Tables whose rows belong to a patient."""
HEADER = (
    "Dato", "Klokken", "Person", "E-mail", "Handling", "Bemærkning", "Patient nr.", "Genstand", "Genstand nr.",
    "Løbenr.", "Segl",
)  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """What to show; empty means all. `person`: a staff id, or BY_ITSELF. `kind`: a sort of acts, or one act."""

    person: str = ""
    patient_id: int | None = None
    kind: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Line:
    """A row as the page shows it. `thing`: what the act was about, when that is not simply the patient."""

    at: str
    who: str
    what: str
    detail: str
    patient_id: int | None
    patient: str
    thing: str


@dataclass(frozen=True)
class Page:
    """One page of the log; `number` counts from 1."""

    lines: tuple[Line, ...]
    number: int
    pages: int
    total: int


def page_of(session: Session, clinic_id: str, wanted: Filter, number: int) -> Page:
    """A page of a clinic's log, newest first, read with a fixed number of queries."""
    conditions = _conditions(clinic_id, wanted)
    total = session.scalar(select(func.count()).select_from(Audit).where(*conditions)) or 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(number, 1), pages)
    rows = session.scalars(
        select(Audit)
        .where(*conditions)
        .order_by(Audit.at.desc(), Audit.id.desc())
        .offset((number - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    staff, patients = _staff(session, clinic_id), _patients_of(session, rows)
    names = _names(session, patients.values())
    lines = [_line(row, staff, patients.get(row.id), names) for row in rows]
    return Page(tuple(lines), number, pages, total)


def table(session: Session, clinic_id: str, wanted: Filter) -> Iterator[Sequence[object]]:
    """All rows of the filter, oldest first, as cells under HEADER. Patients stand with their number, not their name:
    the file can be handed on to whoever looks into a matter.
    """
    staff = _staff(session, clinic_id)
    query = select(Audit).where(*_conditions(clinic_id, wanted)).order_by(Audit.at, Audit.id)
    for rows in session.scalars(query.execution_options(yield_per=500)).partitions():
        patients = _patients_of(session, rows)
        for row in rows:
            person = staff.get(row.staff_id or 0)
            name, email = (person.name, person.email) if person else (AUTOMATIC, "")
            yield (
                danish_date(row.at), clock(row.at), name, email,
                acts.word_of(row.action), row.detail, patients.get(row.id, ""),
                acts.THINGS.get(row.object_type, row.object_type), row.object_id, row.number or "", row.seal or "",
            )  # fmt: skip


def people(session: Session, clinic_id: str) -> list[tuple[str, str]]:
    """The persons one can filter by, as (value, name)."""
    named = sorted((item.name, str(item.id)) for item in _staff(session, clinic_id).values())
    return [*((value, name) for name, value in named), (BY_ITSELF, AUTOMATIC)]


def _conditions(clinic_id: str, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [Audit.clinic_id == clinic_id]
    if wanted.person == BY_ITSELF:
        conditions.append(Audit.staff_id.is_(None))
    elif wanted.person:
        conditions.append(Audit.staff_id == int(wanted.person))
    if wanted.kind:
        conditions.append(Audit.action.in_(acts.actions_of(wanted.kind)))
    if wanted.first is not None:
        conditions.append(Audit.at >= at(wanted.first, time.min))
    if wanted.last is not None:
        conditions.append(Audit.at < at(wanted.last + timedelta(days=1), time.min))
    if wanted.patient_id is not None:
        conditions.append(_about(wanted.patient_id))
    return conditions


def _about(patient_id: int) -> ColumnElement[bool]:
    """Rows about the patient, or about one of the patient's alerts, courses and replies."""
    itself = and_(Audit.object_type == "patient", Audit.object_id == str(patient_id))
    parts = [
        and_(
            Audit.object_type == name,
            Audit.object_id.in_(select(cast(model.id, String)).where(model.patient_id == patient_id)),
        )
        for name, model in _ABOUT.items()
    ]
    return or_(itself, *parts)


def _staff(session: Session, clinic_id: str) -> dict[int, Staff]:
    return {item.id: item for item in session.scalars(select(Staff).where(Staff.clinic_id == clinic_id))}


def _patients_of(session: Session, rows: Iterable[Audit]) -> dict[int, int]:
    """Row id -> the patient the row is about."""
    rows = list(rows)
    found = {row.id: int(row.object_id) for row in rows if row.object_type == "patient"}
    for name, model in _ABOUT.items():
        about = {row.id: int(row.object_id) for row in rows if row.object_type == name}
        if not about:
            continue
        owned = select(model.id, model.patient_id).where(model.id.in_(set(about.values())))
        owners = dict(session.execute(owned).all())
        for row_id, object_id in about.items():
            if (owner := owners.get(object_id)) is not None:
                found[row_id] = owner
    return found


def _names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    rows = session.scalars(select(Patient).where(Patient.id.in_(set(ids))))
    return {patient.id: patient.name for patient in rows}


def _line(row: Audit, staff: dict[int, Staff], patient_id: int | None, names: dict[int, str]) -> Line:
    person = staff.get(row.staff_id or 0)
    about_person = row.object_type == "staff" and row.object_id != str(row.staff_id)
    other = staff.get(int(row.object_id)) if about_person and row.object_id.isdecimal() else None
    return Line(
        at=date_time(row.at),
        who=person.name if person else AUTOMATIC,
        what=acts.word_of(row.action),
        detail=row.detail,
        patient_id=patient_id,
        patient=names.get(patient_id or 0, ""),
        thing=other.name if other else "",
    )
