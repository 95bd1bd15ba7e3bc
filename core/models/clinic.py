"""Clinics, their staff, and the staff's sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.models.base import Base, Secret


class Clinic(Base):
    """A tenant. `quiet_from`/`quiet_until`: local minutes after midnight between which timed texts may go.

    `neutral`: its texts name no illness, body part or symptom. `keep_months`: how long after the last that happened a
    patient's name, numbers and words are kept. `require_second_factor`: of everybody who logs in. `wording`: how many
    times what its texts say has changed; `rewording`: some of its courses still wait to be written anew.
    `segments_per_second`: what its sender may send, 0 for no limit, see scheduler.rates.
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
    require_second_factor: Mapped[bool] = mapped_column(default=False)
    segments_per_second: Mapped[int] = mapped_column(default=0, server_default="0")
    wording: Mapped[int] = mapped_column(default=0, server_default="0")
    rewording: Mapped[bool] = mapped_column(default=False, server_default=false())
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
    """A staff member. `failed_logins` and `locked_until` (UTC) hold guessing back.

    `deactivated_at`: since when the person cannot log in; the row stays, for what was done stays signed (UTC).
    `totp_secret`: what an app on the person's phone makes codes from; it counts once `totp_since` (UTC) is set.
    `totp_last_step`: the half-minute whose code was used last; an earlier or equal one is refused.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(Secret)
    role: Mapped[str]
    password_hash: Mapped[str]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(Secret)
    totp_since: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]

    clinic: Mapped[Clinic] = relationship()


class StaffSession(Base):
    """A logged-in browser, by a short name such as "Firefox på Windows". Only a hash of its token is kept."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    browser: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()


class Heartbeat(Base):
    """When a worker's tick last ran, by name; /readyz and `rygbot check` read it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Bookmark(Base):
    """How far something done again and again has come: when the provider's list was last read, whose turn a tick was.

    `at`: UTC.
    """

    __tablename__ = "bookmark"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
