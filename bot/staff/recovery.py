"""Ten codes on paper for the day the phone is gone. Each is good once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.models import RecoveryCode

HOW_MANY = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""
_LENGTH = 16
"""Some 79 random bits: a plain hash of that cannot be guessed back."""
_GROUP = 4


def make(session: Session, staff_id: int) -> list[str]:
    """Ten new codes, as the person shall write them down; the old ones are void. Only hashes are stored."""
    clear(session, staff_id)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=_hash(code)) for code in codes)
    session.flush()
    return ["-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP)) for code in codes]


def left(session: Session, staff_id: int) -> int:
    """How many codes can still be used."""
    unused = select(func.count()).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def use(session: Session, staff_id: int, typed: str, now: datetime) -> bool:
    """Use a code up; hyphens, spaces and capitals do not count. False when it is wrong or used already."""
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.code_hash == _hash(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
        .returning(RecoveryCode.id)
    )
    return bool(used.all())


def clear(session: Session, staff_id: int) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def _hash(typed: str) -> str:
    plain = "".join(character for character in typed.lower() if character.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
