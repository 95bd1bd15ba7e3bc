"""A clinic's people without a web framework: added, given a role, shut out and let in again. The caller commits.

The clinic is held for each change, so that of two administrators who demote each other at once one stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import audit
from bot.staff import sessions, tokens
from bot.staff.access import normal_email
from bot.staff.tokens import Kind
from core.models import Alert, AlertState, Clinic, Role, Staff, StaffSession

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAX_EMAIL = 200
MAX_NAME = 60
NO_PASSWORD = "!"  # noqa: S105 - no password hashes to this: nobody gets in before the link has been used
BAD_EMAIL = "Skriv en e-mailadresse, for eksempel mette@klinik.dk."
TAKEN_EMAIL = "E-mailen er allerede i brug. Luk op for den adgang, der findes, eller skriv en anden."


class Act(StrEnum):
    """What came of a change. LAST_ADMIN: refused, for nobody could let anybody in after it."""

    DONE = "done"
    ALREADY = "already"
    NOT_FOUND = "not_found"
    LAST_ADMIN = "last_admin"
    ONESELF = "oneself"


@dataclass(frozen=True)
class Person:
    """A staff member as the page shows them. `seen_at`: when last at work. `held`: alerts taken and not closed."""

    staff: Staff
    seen_at: datetime | None
    held: tuple[Alert, ...]


def people(session: Session, clinic_id: str) -> list[Person]:
    """All who have or had access, those who have it first, by name. Three queries, however many there are."""
    everybody = session.scalars(select(Staff).where(Staff.clinic_id == clinic_id)).all()
    ids = [staff.id for staff in everybody]
    last_seen = (
        select(StaffSession.staff_id, func.max(StaffSession.seen_at))
        .where(StaffSession.staff_id.in_(ids))
        .group_by(StaffSession.staff_id)
    )
    seen = {staff_id: at for staff_id, at in session.execute(last_seen)}  # noqa: C416 - rows are not pairs to mypy
    held: dict[int | None, list[Alert]] = defaultdict(list)
    taken = select(Alert).where(Alert.clinic_id == clinic_id, Alert.state == AlertState.ACKNOWLEDGED)
    for alert in session.scalars(taken.order_by(Alert.opened_at)):
        held[alert.holder_id].append(alert)
    shown = [Person(staff, seen.get(staff.id), tuple(held[staff.id])) for staff in everybody]
    return sorted(shown, key=lambda one: (one.staff.deactivated_at is not None, one.staff.name.casefold()))


def add(
    session: Session, clinic_id: str, *, name: str, email: str, role: str, by_id: int, now: datetime
) -> Staff | dict[str, str]:
    """A staff member without a password; or what is wrong, field -> sentence in Danish."""
    name, email = name.strip(), normal_email(email)
    errors = {}
    if not 0 < len(name) <= MAX_NAME:
        errors["name"] = f"Skriv navnet, som kollegerne kender det (højst {MAX_NAME} tegn)."
    if not EMAIL.fullmatch(email) or len(email) > MAX_EMAIL:
        errors["email"] = BAD_EMAIL
    if role not in set(Role):
        errors["role"] = "Vælg en rolle."
    if errors:
        return errors
    staff = Staff(clinic_id=clinic_id, email=email, name=name, role=role, password_hash=NO_PASSWORD, created_at=now)
    try:
        with session.begin_nested():
            session.add(staff)
            session.flush()
    except IntegrityError:
        return {"email": TAKEN_EMAIL}
    _record(session, staff, by_id, "staff.add", now)
    return staff


def set_role(session: Session, clinic_id: str, staff_id: int, role: Role, *, by_id: int, now: datetime) -> Act:
    staff = _held(session, clinic_id, staff_id)
    if staff is None:
        return Act.NOT_FOUND
    if staff.role == role:
        return Act.ALREADY
    if role != Role.ADMIN and _is_last_admin(session, staff):
        return Act.LAST_ADMIN
    staff.role = role
    _record(session, staff, by_id, f"staff.role_{role}", now)
    return Act.DONE


def deactivate(
    session: Session, clinic_id: str, staff_id: int, *, by_id: int, now: datetime, wall_now: datetime
) -> Act:
    """Shut somebody out at once: every browser they are logged in on is logged out."""
    staff = _held(session, clinic_id, staff_id)
    if staff is None:
        return Act.NOT_FOUND
    if staff.deactivated_at is not None:
        return Act.ALREADY
    if _is_last_admin(session, staff):
        return Act.LAST_ADMIN
    if staff.id == by_id:
        return Act.ONESELF
    staff.deactivated_at = now
    sessions.end_all(session, staff.id, wall_now)
    for kind in (Kind.SECOND_STEP, Kind.PASSWORD_LINK):
        tokens.void(session, kind, staff.id)
    _record(session, staff, by_id, "staff.deactivate", now)
    return Act.DONE


def reactivate(session: Session, clinic_id: str, staff_id: int, *, by_id: int, now: datetime) -> Act:
    staff = _held(session, clinic_id, staff_id)
    if staff is None:
        return Act.NOT_FOUND
    if staff.deactivated_at is None:
        return Act.ALREADY
    staff.deactivated_at = None
    _record(session, staff, by_id, "staff.reactivate", now)
    return Act.DONE


def find(session: Session, clinic_id: str, staff_id: int) -> Staff | None:
    """The clinic's own; another clinic's people do not exist here."""
    return session.scalar(select(Staff).where(Staff.id == staff_id, Staff.clinic_id == clinic_id))


def _held(session: Session, clinic_id: str, staff_id: int) -> Staff | None:
    session.execute(select(Clinic.id).where(Clinic.id == clinic_id).with_for_update(key_share=True))
    own = select(Staff).where(Staff.id == staff_id, Staff.clinic_id == clinic_id)
    return session.scalar(own.execution_options(populate_existing=True))


def _is_last_admin(session: Session, staff: Staff) -> bool:
    if staff.role != Role.ADMIN or staff.deactivated_at is not None:
        return False
    other = exists().where(
        Staff.clinic_id == staff.clinic_id,
        Staff.role == Role.ADMIN,
        Staff.deactivated_at.is_(None),
        Staff.id != staff.id,
    )
    return not session.scalar(select(other))


def _record(session: Session, staff: Staff, by_id: int, action: str, now: datetime) -> None:
    audit.record(
        session,
        clinic_id=staff.clinic_id,
        staff_id=by_id,
        action=action,
        object_type="staff",
        object_id=staff.id,
        now=now,
    )
