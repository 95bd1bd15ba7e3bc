"""What is handed out to be used once and soon: the second step of a log-in, a passkey's challenge, a link.

All instants here are true UTC time, also in a demo whose product clock runs fast.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, joinedload

from core.models import Staff, StaffToken

_TOKEN_BYTES = 32


class Kind(StrEnum):
    SECOND_STEP = "second_step"
    CODE_NEW = "code_new"
    PASSKEY_NEW = "passkey_new"
    PASSKEY_LOG_IN = "passkey_log_in"
    PASSWORD_LINK = "password_link"  # noqa: S105 - the name of a kind


LIFETIMES = {
    Kind.SECOND_STEP: timedelta(minutes=5),
    Kind.CODE_NEW: timedelta(minutes=15),
    Kind.PASSKEY_NEW: timedelta(minutes=5),
    Kind.PASSKEY_LOG_IN: timedelta(minutes=5),
    Kind.PASSWORD_LINK: timedelta(hours=24),
}


def new_token() -> str:
    """256 random bits for an address or a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_of(token: str) -> str:
    """What is stored instead of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def issue(session: Session, kind: Kind, now: datetime, *, staff_id: int | None = None, content: str = "") -> str:
    """A new token. Those that have expired are cleared away."""
    session.execute(delete(StaffToken).where(StaffToken.expires_at <= now))
    token = new_token()
    session.add(
        StaffToken(
            token_hash=hash_of(token),
            kind=kind,
            staff_id=staff_id,
            content=content,
            created_at=now,
            expires_at=now + LIFETIMES[kind],
        )
    )
    session.flush()
    return token


def find(session: Session, kind: Kind, token: str, now: datetime) -> StaffToken | None:
    """A token that can still be used, with its staff member; it stays usable."""
    return session.scalar(
        select(StaffToken)
        .where(_usable(kind, token, now))
        .options(joinedload(StaffToken.staff).joinedload(Staff.clinic))
        .execution_options(populate_existing=True)
    )


def use(session: Session, kind: Kind, token: str, now: datetime) -> StaffToken | None:
    """Use a token up. None when it is unknown, expired or used, by whoever came first."""
    found = find(session, kind, token, now)
    used = session.execute(
        update(StaffToken)
        .where(_usable(kind, token, now))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
        .returning(StaffToken.token_hash)
    ).all()
    return found if used else None


def void(session: Session, kind: Kind, staff_id: int) -> None:
    """Take back all of a staff member's tokens of one kind."""
    session.execute(delete(StaffToken).where(StaffToken.kind == kind, StaffToken.staff_id == staff_id))


def _usable(kind: Kind, token: str, now: datetime) -> ColumnElement[bool]:
    return (
        (StaffToken.token_hash == hash_of(token))
        & (StaffToken.kind == kind)
        & StaffToken.used_at.is_(None)
        & (StaffToken.expires_at > now)
    )
