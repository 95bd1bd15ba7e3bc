"""How staff get in beyond a password: passkeys, recovery codes, and what is handed out to be used once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.models.base import Base, BigId, Secret
from core.models.clinic import Staff

LONGEST_CREDENTIAL = 1400
"""A credential's id has 1023 bytes at most: 1364 characters of base64."""


class Passkey(Base):
    """A key that lies in a staff member's phone, computer or security key. `credential_id` in base64url."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(LONGEST_CREDENTIAL), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(Secret)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()


class RecoveryCode(Base):
    """A code for the day the phone is gone. Good once; only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class StaffToken(Base):
    """Something handed out to be used once and soon: the second step of a log-in, a passkey's challenge, a link.

    Only a hash of the token is kept. `staff_id` None: who it is shows when the passkey answers. `content`: the
    challenge, or what a link shall do besides. Instants are true UTC.
    """

    __tablename__ = "staff_token"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    content: Mapped[str] = mapped_column(Secret, default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    staff: Mapped[Staff | None] = relationship()
