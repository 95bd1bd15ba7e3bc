"""Scripts of a clinic: the keys they carry, and what they asked for once and may ask for again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base, BigId


class ApiKey(Base):
    """A script's key to one clinic. Only a hash of the key is kept; `prefix` is its beginning, by which staff know it.

    `minute_from`, `minute_count`: how many requests came in the minute that began then. `last_used_at`: all in UTC.
    """

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    last_used_at: Mapped[datetime | None]
    minute_from: Mapped[datetime | None]
    minute_count: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]


class ApiEnrolment(Base):
    """An enrolment that a script asked for under a name of its own (`idempotency_key`): asked again, nothing is done.

    `request_hash`: keyed, of what was asked for, so that one name is not used for two patients.
    """

    __tablename__ = "api_enrolment"
    __table_args__ = (UniqueConstraint("clinic_id", "idempotency_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    idempotency_key: Mapped[str]
    request_hash: Mapped[str]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    created_at: Mapped[datetime]
