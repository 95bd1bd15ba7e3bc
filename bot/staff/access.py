"""Log-in without a web framework: passwords, the second step, roles, and holding guessing back.

All instants here are true UTC time, also in a demo whose product clock runs fast. The caller commits, also after a
refusal: failures are counted. Whatever is guessed at, password or code, the staff row is locked meanwhile, so that
parallel guesses are counted one by one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.staff import recovery, tokens, totp
from bot.staff.sessions import open_session
from bot.staff.tokens import Kind
from core.models import Passkey, Role, Staff

FREE_TRIES = 5
LONGEST_LOCK_MINUTES = 60
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000

_RANK = {Role.READER: 0, Role.CLINICIAN: 1, Role.ADMIN: 2}
_HASHER = PasswordHasher()


class How(StrEnum):
    """By what somebody logged in; stands in the audit log."""

    PASSWORD = "adgangskode"  # noqa: S105 - a word, no password
    CODE = "adgangskode og kode"
    RECOVERY = "adgangskode og nødkode"
    PASSKEY = "adgangsnøgle"


@dataclass(frozen=True)
class LoggedIn:
    """`token` goes into the browser's cookie and is stored nowhere else."""

    token: str
    staff: Staff
    how: How


@dataclass(frozen=True)
class SecondStep:
    """The password was right, a second factor is still missing; `token` stands for that for five minutes."""

    token: str
    staff: Staff


@dataclass(frozen=True)
class Refused:
    """Wrong e-mail, wrong password, wrong code or locked; `locked` is for the log, the visitor is not told which.

    `lock_begun`: the staff member whose lock began with this try.
    """

    locked: bool
    lock_begun: Staff | None = field(default=None, compare=False)


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


def log_in(
    session: Session, email: str, password: str, now: datetime, browser: str = ""
) -> LoggedIn | SecondStep | Refused:
    """Check e-mail and password; open a session, or ask for the second step.

    Failures are forgiven only when all steps are taken: whoever knows the password may not guess codes for ever.
    """
    staff = session.scalar(select(Staff).where(Staff.email == normal_email(email)[:200]).with_for_update())
    if staff is None or staff.deactivated_at is not None:
        _matches(_dummy_hash(), password)  # so that the time taken does not tell which e-mails exist
        return Refused(locked=False)
    if (refused := _check_password(staff, password, now)) is not None:
        return refused
    if second_step_needed(session, staff):
        return SecondStep(tokens.issue(session, Kind.SECOND_STEP, now, staff_id=staff.id), staff)
    return _let_in(session, staff, How.PASSWORD, now, browser)


def take_second_step(
    session: Session, token: str, code: str, now: datetime, browser: str = ""
) -> LoggedIn | Refused | None:
    """Check a code from the app or a recovery code. None when the log-in must begin again: the token is used or old."""
    pending = tokens.find(session, Kind.SECOND_STEP, token, now)
    if pending is None or pending.staff_id is None:
        return None
    staff = _locked(session, pending.staff_id)
    if _is_locked(staff, now):
        return Refused(locked=True)
    if totp.accept(staff, code, now):
        how = How.CODE
    elif recovery.use(session, staff.id, code, now):
        how = How.RECOVERY
    else:
        return _count_failure(staff, now)
    if tokens.use(session, Kind.SECOND_STEP, token, now) is None:
        return None
    return _let_in(session, staff, how, now, browser)


def log_in_by_passkey(session: Session, passkey: Passkey, now: datetime, browser: str = "") -> LoggedIn:
    """Open a session for whoever's passkey has answered. A lock is for guesses, and a passkey cannot be guessed."""
    return LoggedIn(open_session(session, passkey.staff, now, browser), passkey.staff, How.PASSKEY)


def confirm(session: Session, staff_id: int, password: str, now: datetime) -> Refused | None:
    """Ask somebody who is logged in for the password again; None when it is right. Failures count as at log-in."""
    staff = _locked(session, staff_id)
    refused = _check_password(staff, password, now)
    if refused is None:
        _forgive(staff)
    return refused


def set_password(staff: Staff, password: str) -> None:
    """Give a staff member a new password, and a fresh start after wrong guesses."""
    staff.password_hash = hash_password(password)
    _forgive(staff)


def second_step_needed(session: Session, staff: Staff) -> bool:
    """Whether the password alone does not let this person in."""
    return totp.is_on(staff) or (staff.clinic.require_second_factor and has_passkey(session, staff.id))


def lacks_second_factor(session: Session, staff: Staff) -> bool:
    """Whether the clinic requires a second factor that this person has not set up yet."""
    return staff.clinic.require_second_factor and not totp.is_on(staff) and not has_passkey(session, staff.id)


def has_passkey(session: Session, staff_id: int) -> bool:
    return bool(session.scalar(select(exists().where(Passkey.staff_id == staff_id))))


def warm_up() -> None:
    """Make the dummy hash before the first visitor, whose wait would otherwise tell something."""
    _dummy_hash()


def _locked(session: Session, staff_id: int) -> Staff:
    return session.get_one(Staff, staff_id, with_for_update=True, populate_existing=True)


def _is_locked(staff: Staff, now: datetime) -> bool:
    return staff.locked_until is not None and now < staff.locked_until


def _check_password(staff: Staff, password: str, now: datetime) -> Refused | None:
    if _is_locked(staff, now):
        _matches(_dummy_hash(), password)
        return Refused(locked=True)
    if not _matches(staff.password_hash, password):
        return _count_failure(staff, now)
    if _HASHER.check_needs_rehash(staff.password_hash):
        staff.password_hash = _HASHER.hash(password)
    return None


def _count_failure(staff: Staff, now: datetime) -> Refused:
    staff.failed_logins += 1
    staff.locked_until = _lock_end(staff.failed_logins, now)
    is_locked = staff.locked_until is not None
    return Refused(locked=is_locked, lock_begun=staff if is_locked else None)


def _let_in(session: Session, staff: Staff, how: How, now: datetime, browser: str) -> LoggedIn:
    _forgive(staff)
    return LoggedIn(open_session(session, staff, now, browser), staff, how)


def _forgive(staff: Staff) -> None:
    staff.failed_logins = 0
    staff.locked_until = None


def _lock_end(failures: int, now: datetime) -> datetime | None:
    if failures < FREE_TRIES:
        return None
    minutes = min(2 ** min(failures - FREE_TRIES, 10), LONGEST_LOCK_MINUTES)
    return now + timedelta(minutes=minutes)


def _matches(password_hash: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        password = ""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(32))
