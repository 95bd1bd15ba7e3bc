"""A link by which somebody who cannot log in chooses a new password: made by an administrator, good once for a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import audit
from bot.staff import access, recovery, sessions, tokens, totp
from bot.staff.tokens import Kind
from core.models import Passkey, Staff, StaffToken

PATH = "/ny-adgangskode/"
_WITHOUT_SECOND_FACTOR = "without second factor"


def make_link(
    session: Session,
    staff: Staff,
    *,
    public_url: str,
    by_id: int | None,
    remove_second_factor: bool,
    now: datetime,
    wall_now: datetime,
) -> str:
    """A link for a staff member, to be handed over by a safe way; earlier ones are void. The caller commits.

    `by_id`: the administrator, of the same clinic; None at the command line. `remove_second_factor`: using the link
    also takes away codes and passkeys, for whoever has lost the phone. `now` dates the audit log; the link's 24 hours
    run in true time, from `wall_now`.
    """
    tokens.void(session, Kind.PASSWORD_LINK, staff.id)
    content = _WITHOUT_SECOND_FACTOR if remove_second_factor else ""
    token = tokens.issue(session, Kind.PASSWORD_LINK, wall_now, staff_id=staff.id, content=content)
    audit.record(
        session,
        clinic_id=staff.clinic_id,
        staff_id=by_id,
        action="staff.link_make",
        object_type="staff",
        object_id=staff.id,
        now=now,
        detail="fjerner også kode og adgangsnøgler" if remove_second_factor else "",
    )
    return f"{public_url}{PATH}{token}"


def find(session: Session, token: str, wall_now: datetime) -> Staff | None:
    """Whose link it is; None when it is unknown, used or too old."""
    found = tokens.find(session, Kind.PASSWORD_LINK, token, wall_now)
    return found.staff if found is not None else None


def removes_second_factor(found: StaffToken) -> bool:
    return found.content == _WITHOUT_SECOND_FACTOR


def use_link(session: Session, token: str, password: str, *, now: datetime, wall_now: datetime) -> Staff | None:
    """Set the new password, end all sessions, and take away the second factor if the link says so.

    The password has been judged good. None when the link cannot be used (any more). The caller commits.
    """
    found = tokens.use(session, Kind.PASSWORD_LINK, token, wall_now)
    if found is None or found.staff is None:
        return None
    staff = found.staff
    access.set_password(staff, password)
    if removes_second_factor(found):
        remove_second_factor(session, staff)
    sessions.end_all(session, staff.id, wall_now)
    tokens.void(session, Kind.SECOND_STEP, staff.id)
    audit.record(
        session,
        clinic_id=staff.clinic_id,
        staff_id=staff.id,
        action="staff.link_use",
        object_type="staff",
        object_id=staff.id,
        now=now,
    )
    return staff


def remove_second_factor(session: Session, staff: Staff) -> None:
    """Codes, recovery codes and passkeys: all of them may lie in the phone that is gone."""
    totp.turn_off(staff)
    recovery.clear(session, staff.id)
    session.execute(delete(Passkey).where(Passkey.staff_id == staff.id))
