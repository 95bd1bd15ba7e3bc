"""Changes of who can be on call, of the roster, and of a clinic's hours and deadlines; each audited. The caller
commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot import audit
from bot.alarms import Means, raise_trial
from bot.deadlines import Allowance
from bot.on_call import contacts_of
from core.crypto import keyring_of
from core.models import (
    Alarm,
    Clinic,
    ClosedDays,
    Colour,
    Contact,
    Deadline,
    OpeningDay,
    RosterChange,
    RosterShift,
    Staff,
)
from scheduler.opening import Span

TRIALS = 5
"""Alarms tried in an hour, by one clinic."""
TRIED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Person:
    """A contact as it is to be. `phone`: E.164. `standby`: the place in the standing order, from 1; None: not in it."""

    name: str
    phone: str | None
    email: str | None
    staff_id: int | None
    standby: int | None


def find_contact(session: Session, clinic_id: str, contact_id: int) -> Contact | None:
    """A contact of this clinic that has not been removed."""
    return session.scalar(
        select(Contact).where(Contact.id == contact_id, Contact.clinic_id == clinic_id, Contact.removed_at.is_(None))
    )


def save_contact(session: Session, contact: Contact | None, person: Person, *, by: Staff, now: datetime) -> Contact:
    """Add a contact, or change one; the others of the standing order make room for it."""
    if contact is None:
        contact = Contact(clinic_id=by.clinic_id, created_at=now)
        session.add(contact)
    contact.name, contact.phone, contact.email = person.name, person.phone, person.email
    contact.phone_hash = keyring_of(session.get_bind().dialect).lookup_hash(person.phone) if person.phone else None
    contact.staff_id = person.staff_id
    is_down = None not in {contact.standby, person.standby} and (person.standby or 0) > (contact.standby or 0)
    contact.standby = person.standby
    session.flush()
    _renumber(session, by.clinic_id, contact, is_down=is_down)
    _audit(session, by, "contact.change", "contact", contact.id, now)
    return contact


def remove_contact(session: Session, contact: Contact, *, by: Staff, now: datetime) -> None:
    """Off the lists, not out of the table: the alarms it got stay told by its name."""
    contact.removed_at = now
    contact.standby = None
    session.flush()
    _renumber(session, by.clinic_id, None, is_down=False)
    _audit(session, by, "contact.remove", "contact", contact.id, now)


def add_shift(session: Session, shift: RosterShift, *, by: Staff, now: datetime) -> None:
    session.add(shift)
    session.flush()
    _audit(session, by, "roster.change", "roster_shift", shift.id, now)


def save_shift(session: Session, row: RosterShift, shift: RosterShift, *, by: Staff, now: datetime) -> None:
    """Let a shift that is there say what another one says, which itself is not kept."""
    row.days, row.starts, row.ends, row.contacts = shift.days, shift.starts, shift.ends, shift.contacts
    _audit(session, by, "roster.change", "roster_shift", row.id, now)


def add_change(session: Session, change: RosterChange, *, by: Staff, now: datetime) -> None:
    session.add(change)
    session.flush()
    _audit(session, by, "roster.change", "roster_change", change.id, now)


def add_closed_days(session: Session, first: date, last: date, reason: str, *, by: Staff, now: datetime) -> None:
    row = ClosedDays(clinic_id=by.clinic_id, first_day=first, last_day=last, reason=reason)
    session.add(row)
    session.flush()
    _audit(session, by, "opening_hours.change", "closed_days", row.id, now)


def remove(session: Session, row: RosterShift | RosterChange | ClosedDays, *, by: Staff, now: datetime) -> None:
    """Take a line out of the roster or of the closed days."""
    is_day = isinstance(row, ClosedDays)
    _audit(session, by, "opening_hours.change" if is_day else "roster.change", row.__tablename__, row.id, now)
    session.delete(row)


def set_hours(session: Session, week: Sequence[Span | None], *, by: Staff, now: datetime) -> None:
    """The opening hours of each weekday, Monday first; None: closed."""
    session.execute(delete(OpeningDay).where(OpeningDay.clinic_id == by.clinic_id))
    session.add_all(
        OpeningDay(clinic_id=by.clinic_id, weekday=weekday, opens=span[0], closes=span[1])
        for weekday, span in enumerate(week)
        if span is not None
    )
    _audit(session, by, "opening_hours.change", "clinic", by.clinic_id, now)


def set_deadlines(session: Session, allowances: Mapping[Colour, Allowance], *, by: Staff, now: datetime) -> None:
    session.execute(delete(Deadline).where(Deadline.clinic_id == by.clinic_id))
    session.add_all(
        Deadline(
            clinic_id=by.clinic_id,
            colour=colour,
            open_minutes=allowance.open_minutes,
            closed_minutes=allowance.closed_minutes,
            every_minutes=allowance.every_minutes,
            has_alarm=allowance.has_alarm,
        )
        for colour, allowance in allowances.items()
    )
    _audit(session, by, "deadlines.change", "clinic", by.clinic_id, now)


def try_alarm(session: Session, means: Means, contact: Contact, *, by: Staff, now: datetime) -> list[Alarm] | None:
    """Send a try; None when this clinic has tried often enough for now, an empty list when there is no way to try."""
    clinic = session.scalars(select(Clinic).where(Clinic.id == by.clinic_id).with_for_update(key_share=True)).one()
    tried = session.scalar(
        select(func.count(func.distinct(Alarm.created_at))).where(
            Alarm.clinic_id == by.clinic_id, Alarm.colour.is_(None), Alarm.created_at > now - TRIED_FOR
        )
    )
    if (tried or 0) >= TRIALS:
        return None
    made = raise_trial(session, means, clinic, contact, staff_id=by.id, now=now)
    _audit(session, by, "alarm.try", "contact", contact.id, now)
    return made


def _renumber(session: Session, clinic_id: str, moved: Contact | None, *, is_down: bool) -> None:
    """Places 1, 2, 3 … without gaps; who was just given a place comes before the one that had it, or after on the way
    down.
    """
    standing: Iterable[Contact] = (row for row in contacts_of(session, clinic_id).values() if row.standby is not None)
    in_order = sorted(standing, key=lambda row: (row.standby or 0, (row is moved) is is_down, row.id))
    for place, contact in enumerate(in_order, 1):
        contact.standby = place


def _audit(session: Session, by: Staff, action: str, object_type: str, object_id: object, now: datetime) -> None:
    audit.record(
        session,
        clinic_id=by.clinic_id,
        staff_id=by.id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        now=now,
    )
