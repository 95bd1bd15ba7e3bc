"""Sessions of logged-in staff: opened, found, listed, ended. All instants are true UTC time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from bot.staff.tokens import hash_of, new_token
from core.models import Staff, StaffSession

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
_HANDLE_LENGTH = 16


def open_session(session: Session, staff: Staff, now: datetime, browser: str = "") -> str:
    """A new token for a staff member; sessions past their absolute limit are cleared away."""
    session.execute(
        delete(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.created_at < now - ABSOLUTE_LIMIT)
    )
    token = new_token()
    session.add(
        StaffSession(token_hash=hash_of(token), staff_id=staff.id, browser=browser, created_at=now, seen_at=now)
    )
    session.flush()
    return token


def find_session(session: Session, token: str, now: datetime) -> StaffSession | None:
    """The living session of a token with its staff member and clinic; None when unknown, revoked or timed out."""
    found = session.scalar(
        select(StaffSession)
        .where(StaffSession.token_hash == hash_of(token), StaffSession.revoked_at.is_(None))
        .options(joinedload(StaffSession.staff).joinedload(Staff.clinic))
    )
    if found is None or found.staff.deactivated_at is not None:
        return None
    return None if now - found.seen_at >= IDLE_LIMIT or now - found.created_at >= ABSOLUTE_LIMIT else found


def touch(found: StaffSession, now: datetime) -> bool:
    """Note that the person is at work; True when there is something to commit (at most once a minute)."""
    if now - found.seen_at < TOUCH_EVERY:
        return False
    found.seen_at = now
    return True


def living(session: Session, staff_id: int, now: datetime) -> Sequence[StaffSession]:
    """Where a staff member is logged in, the one used last first."""
    return session.scalars(
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.revoked_at.is_(None),
            StaffSession.seen_at > now - IDLE_LIMIT,
            StaffSession.created_at > now - ABSOLUTE_LIMIT,
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.created_at.desc())
    ).all()


def handle(found: StaffSession) -> str:
    """A name for a session in its owner's forms. It opens nothing: the cookie's token does not follow from it."""
    return found.token_hash[:_HANDLE_LENGTH]


def end_one(session: Session, staff_id: int, named: str, now: datetime) -> bool:
    """End the staff member's session with a handle; False when there is none, or it had ended."""
    return any(_end(session, item, now) for item in living(session, staff_id, now) if handle(item) == named)


def end_all(session: Session, staff_id: int, now: datetime, *, but: str | None = None) -> int:
    """End a staff member's sessions, but for the one whose token is `but`; returns how many."""
    kept = hash_of(but) if but is not None else ""
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.revoked_at.is_(None), StaffSession.token_hash != kept)
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
        .returning(StaffSession.token_hash)
    )
    return len(ended.all())


def log_out(session: Session, token: str, now: datetime) -> StaffSession | None:
    """End the session of a token; None when there was none to end."""
    found = session.get(StaffSession, hash_of(token))
    return found if found is not None and _end(session, found, now) else None


def _end(session: Session, found: StaffSession, now: datetime) -> bool:
    ended = session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == found.token_hash, StaffSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session="fetch")
        .returning(StaffSession.token_hash)
    )
    return bool(ended.all())
