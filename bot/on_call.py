"""A clinic's contacts and roster, as they are stored, and who is on call now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core.models import Contact, RosterChange, RosterShift
from scheduler.roster import Change, Duty, Order, Roster, Shift, duties, on_call

AHEAD = timedelta(days=14)
"""How far the roster is looked through for hours in which nobody is on call."""


def contacts_of(session: Session, clinic_id: str) -> dict[int, Contact]:
    """Everybody who can be put on call, by id: those of the standing order first, in that order."""
    rows = session.scalars(
        select(Contact)
        .options(joinedload(Contact.staff))
        .where(Contact.clinic_id == clinic_id, Contact.removed_at.is_(None))
        .order_by(Contact.standby.is_(None), Contact.standby, Contact.id)
    )
    return {row.id: row for row in rows}


def roster_of(session: Session, clinic_id: str, able: Iterable[int]) -> Roster:
    """The roster with those alone who can be alarmed; `able`: their ids, in the standing order."""
    ids = list(able)
    shifts = session.scalars(select(RosterShift).where(RosterShift.clinic_id == clinic_id).order_by(RosterShift.id))
    changes = session.scalars(select(RosterChange).where(RosterChange.clinic_id == clinic_id).order_by(RosterChange.id))
    standing = session.scalars(
        select(Contact.id).where(Contact.id.in_(ids), Contact.standby.is_not(None)).order_by(Contact.standby)
    )
    return Roster(
        tuple(Shift(frozenset(row.days), row.starts, row.ends, _of(row.contacts, ids)) for row in shifts),
        tuple(Change(row.starts_at, row.ends_at, _of(row.contacts, ids)) for row in changes),
        tuple(standing),
    )


def can_be_alarmed(contact: Contact, *, can_mail: bool) -> bool:
    """`can_mail`: whether this installation sends e-mail. A staff member whose access was closed is left out."""
    if contact.staff is not None and contact.staff.deactivated_at is not None:
        return False
    return contact.phone is not None or (can_mail and contact.email is not None)


def duties_ahead(session: Session, clinic_id: str, now: datetime, *, can_mail: bool) -> list[Duty]:
    """Who is alarmed from now on and for AHEAD, without a gap; those who cannot be reached are left out."""
    able = _able(session, clinic_id, can_mail=can_mail)
    return duties(roster_of(session, clinic_id, able), now, now + AHEAD)


def people_on_call(session: Session, clinic_id: str, now: datetime, *, can_mail: bool) -> list[Contact]:
    """Who is alarmed now, in order; those who cannot be reached are left out."""
    able = _able(session, clinic_id, can_mail=can_mail)
    return [able[key] for key in on_call(roster_of(session, clinic_id, able), now)]


def _able(session: Session, clinic_id: str, *, can_mail: bool) -> dict[int, Contact]:
    known = contacts_of(session, clinic_id)
    return {key: contact for key, contact in known.items() if can_be_alarmed(contact, can_mail=can_mail)}


def _of(contacts: list[int], able: list[int]) -> Order:
    return tuple(contact for contact in contacts if contact in able)
