"""Clinics, their staff, the staff's sessions, and what staff saw and did."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.models.base import Base, BigId, Secret


class Clinic(Base):
    """A tenant. `quiet_from`/`quiet_until`: local minutes after midnight between which timed texts may go.

    `neutral`: its texts name no illness, body part or symptom. `keep_months`: how long after the last that happened a
    patient's name, numbers and words are kept.
    """

    __tablename__ = "clinic"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region: Mapped[str]
    phone: Mapped[str]
    sender: Mapped[str] = mapped_column(unique=True)
    window_opens: Mapped[int] = mapped_column(default=9 * 60)
    window_closes: Mapped[int] = mapped_column(default=20 * 60)
    neutral: Mapped[bool] = mapped_column(default=False)
    keep_months: Mapped[int] = mapped_column(default=12, server_default="12")
    created_at: Mapped[datetime]


class RegionNumber(Base):
    """A clinic's own correction of a region's out-of-hours number, with where it was read and when."""

    __tablename__ = "region_number"
    __table_args__ = (UniqueConstraint("clinic_id", "region"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    region: Mapped[str]
    service: Mapped[str]
    number: Mapped[str]
    source: Mapped[str]
    checked_on: Mapped[date]


class Staff(Base):
    """A staff member. `failed_logins` and `locked_until` (UTC) hold guessing back."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(Secret)
    role: Mapped[str]
    password_hash: Mapped[str]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]

    clinic: Mapped[Clinic] = relationship()


class StaffSession(Base):
    """A logged-in browser. Only a hash of its token is kept."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()


class Audit(Base):
    """Who saw or changed which patient data, and when. Holds ids, never a patient's words, name or number."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_clinic_at", "clinic_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]


class Heartbeat(Base):
    """When a worker's tick last ran, by name; /readyz and `rygbot check` read it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
