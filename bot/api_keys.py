"""Keys for scripts: made and revoked by an administrator, known by their hash, and held to so many requests a minute.

All instants here are true UTC time. The caller commits.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session

from core.models import ApiKey, ApiScope

LEAD = "rygbot_"
SHOWN_LETTERS = 6
PER_MINUTE = 120
MINUTE = timedelta(minutes=1)
MAX_NAME = 60
MOST_KEYS = 20
"""In use at once in a clinic."""
_BYTES = 32


@dataclass(frozen=True)
class NewKey:
    """`key` is shown once and stored nowhere."""

    key: str
    row: ApiKey


def keys_of(session: Session, clinic_id: str) -> list[ApiKey]:
    """A clinic's keys, those in use first, the newest first."""
    found = select(ApiKey).where(ApiKey.clinic_id == clinic_id)
    return list(session.scalars(found.order_by(ApiKey.revoked_at.is_not(None), ApiKey.id.desc())))


def make_key(
    session: Session, *, clinic_id: str, name: str, scope: ApiScope, staff_id: int, wall_now: datetime
) -> NewKey:
    key = LEAD + secrets.token_urlsafe(_BYTES)
    row = ApiKey(
        clinic_id=clinic_id,
        name=name,
        prefix=key[: len(LEAD) + SHOWN_LETTERS],
        key_hash=_hash(key),
        scope=scope,
        created_at=wall_now,
        created_by=staff_id,
    )
    session.add(row)
    session.flush()
    return NewKey(key, row)


def revoke(session: Session, key_id: int, *, clinic_id: str, wall_now: datetime) -> ApiKey | None:
    """The key lets nobody in from now on; None when there is no such key in use."""
    statement = (
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.clinic_id == clinic_id, ApiKey.revoked_at.is_(None))
        .values(revoked_at=wall_now)
        .returning(ApiKey)
        .execution_options(populate_existing=True)
    )
    return session.scalars(statement).one_or_none()


def find_key(session: Session, presented: str) -> ApiKey | None:
    """The key in use that somebody presents; its hash is what is compared, so time tells nothing."""
    return session.scalar(select(ApiKey).where(ApiKey.key_hash == _hash(presented), ApiKey.revoked_at.is_(None)))


def spend(session: Session, key: ApiKey, wall_now: datetime) -> int:
    """Count one request. 0 when it may go on, else the seconds until the next may come.

    One statement on one row, so that all processes count together.
    """
    is_over = or_(ApiKey.minute_from.is_(None), ApiKey.minute_from <= wall_now - MINUTE)
    statement = (
        update(ApiKey)
        .where(ApiKey.id == key.id)
        .values(
            minute_from=case((is_over, wall_now), else_=ApiKey.minute_from),
            minute_count=case((is_over, 1), else_=ApiKey.minute_count + 1),
            last_used_at=wall_now,
        )
        .returning(ApiKey.minute_from, ApiKey.minute_count)
        .execution_options(synchronize_session=False)
    )
    since, count = session.execute(statement).one()
    if count <= PER_MINUTE or since is None:
        return 0
    return max(1, int((since + MINUTE - wall_now).total_seconds()) + 1)


def _hash(key: str) -> str:
    """No salt and no work: a key is 256 random bits, which nobody guesses."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
