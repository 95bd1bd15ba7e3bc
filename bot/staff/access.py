"""Log-in without a web framework: passwords, sessions, roles, and holding guessing back.

All instants here are true UTC time, also in a demo whose product clock runs fast.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from core.models import Role, Staff, StaffSession

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
FREE_TRIES = 5
LONGEST_LOCK_MINUTES = 60
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000

_TOKEN_BYTES = 32
_RANK = {Role.READER: 0, Role.CLINICIAN: 1, Role.ADMIN: 2}
_HASHER = PasswordHasher()


@dataclass(frozen=True)
class LoggedIn:
    """`token` goes into the browser's cookie and is stored nowhere else."""

    token: str
    staff: Staff


@dataclass(frozen=True)
class Refused:
    """Wrong e-mail, wrong password or locked; `locked` is for the log, the visitor is not told which."""

    locked: bool


def may(role: str, needed: Role) -> bool:
    """Whether a staff member's role reaches the needed one: reader < clinician < admin."""
    return _RANK[Role(role)] >= _RANK[needed]


def normal_email(email: str) -> str:
    """The one spelling under which an address is stored and found; what no database can hold is left out."""
    return email.replace("\0", "").encode("utf-8", "replace").decode().strip().lower()


def password_problem(password: str) -> str | None:
    """Why a new password cannot be used, as a sentence for an operator, or None when it can."""
    if len(password) < SHORTEST_PASSWORD:
        return f"The password must have at least {SHORTEST_PASSWORD} characters."
    if len(password) > LONGEST_PASSWORD:
        return f"The password must have at most {LONGEST_PASSWORD} characters."
    return None


def hash_password(password: str) -> str:
    """An argon2id hash with the library's current parameters."""
    return _HASHER.hash(password)


def log_in(session: Session, email: str, password: str, now: datetime) -> LoggedIn | Refused:
    """Check a log-in and open a session. The caller commits, also after a refusal: failures are counted.

    The staff row is locked while the password is checked, so that parallel guesses are counted one by one.
    """
    staff = session.scalar(select(Staff).where(Staff.email == normal_email(email)[:200]).with_for_update())
    if len(password) > LONGEST_PASSWORD:
        password = ""
    if staff is None or staff.deactivated_at is not None:
        _matches(_dummy_hash(), password)  # so that the time taken does not tell which e-mails exist
        return Refused(locked=False)
    if staff.locked_until is not None and now < staff.locked_until:
        _matches(_dummy_hash(), password)
        return Refused(locked=True)
    if not _matches(staff.password_hash, password):
        staff.failed_logins += 1
        staff.locked_until = _lock_end(staff.failed_logins, now)
        return Refused(locked=staff.locked_until is not None)
    staff.failed_logins = 0
    staff.locked_until = None
    if _HASHER.check_needs_rehash(staff.password_hash):
        staff.password_hash = _HASHER.hash(password)
    return LoggedIn(open_session(session, staff, now), staff)


def open_session(session: Session, staff: Staff, now: datetime) -> str:
    """A new token for a staff member; sessions past their absolute limit are cleared away."""
    session.execute(
        delete(StaffSession).where(StaffSession.staff_id == staff.id, StaffSession.created_at < now - ABSOLUTE_LIMIT)
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(StaffSession(token_hash=_token_hash(token), staff_id=staff.id, created_at=now, seen_at=now))
    session.flush()
    return token


def find_session(session: Session, token: str, now: datetime) -> StaffSession | None:
    """The living session of a token with its staff member and clinic; None when unknown, revoked or timed out."""
    found = session.scalar(
        select(StaffSession)
        .where(StaffSession.token_hash == _token_hash(token), StaffSession.revoked_at.is_(None))
        .options(joinedload(StaffSession.staff).joinedload(Staff.clinic))
    )
    if (
        found is None
        or found.staff.deactivated_at is not None
        or now - found.seen_at >= IDLE_LIMIT
        or now - found.created_at >= ABSOLUTE_LIMIT
    ):
        return None
    return found


def touch(found: StaffSession, now: datetime) -> bool:
    """Note that the person is at work; True when there is something to commit (at most once a minute)."""
    if now - found.seen_at < TOUCH_EVERY:
        return False
    found.seen_at = now
    return True


def log_out(session: Session, token: str, now: datetime) -> None:
    found = session.get(StaffSession, _token_hash(token))
    if found is not None and found.revoked_at is None:
        found.revoked_at = now


def warm_up() -> None:
    """Make the dummy hash before the first visitor, whose wait would otherwise tell something."""
    _dummy_hash()


def _lock_end(failures: int, now: datetime) -> datetime | None:
    if failures < FREE_TRIES:
        return None
    minutes = min(2 ** min(failures - FREE_TRIES, 10), LONGEST_LOCK_MINUTES)
    return now + timedelta(minutes=minutes)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(_TOKEN_BYTES))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
