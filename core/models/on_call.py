"""When a clinic is open, how long an alert may wait, who is on call, and the alarms they were sent."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.models.base import Base, BigId, Secret
from core.models.clinic import Clinic, Staff
from core.models.course import Message


class OpeningDay(Base):
    """A weekday (0: Monday) on which a clinic is open, in local minutes after midnight. No row: closed that day; no
    row at all: the clinic has never said, and the usual hours count.
    """

    __tablename__ = "opening_day"

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[int]
    closes: Mapped[int]


class ClosedDays(Base):
    """Local days on which a clinic is closed besides the public holidays, first and last included."""

    __tablename__ = "closed_days"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]


class Deadline(Base):
    """How long a clinic's alerts of a colour may wait before the person on call is alarmed, in minutes.

    `closed_minutes`: for one that comes while the clinic is closed; None: only opening time counts, and nobody is
    alarmed outside it. `every_minutes`: until the next alarm. `has_alarm`: False: nobody is alarmed at all.
    """

    __tablename__ = "deadline"

    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    colour: Mapped[str] = mapped_column(primary_key=True)
    open_minutes: Mapped[int]
    closed_minutes: Mapped[int | None]
    every_minutes: Mapped[int]
    has_alarm: Mapped[bool]


class Contact(Base):
    """Somebody who can be on call. `standby`: the place in the order used when the roster names nobody; None: in the
    roster alone. One that was removed stays, for the alarms it got.
    """

    __tablename__ = "on_call_contact"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(Secret)
    phone: Mapped[str | None] = mapped_column(Secret)
    phone_hash: Mapped[str | None] = mapped_column(index=True)
    email: Mapped[str | None] = mapped_column(Secret)
    standby: Mapped[int | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    staff: Mapped[Staff | None] = relationship()


class RosterShift(Base):
    """A shift that comes again every week: days (0 Monday to 6 Sunday, 7 public holidays), local minutes after
    midnight (`ends` not after `starts`: on the next day), and the contacts' ids in the order in which they are alarmed.
    """

    __tablename__ = "roster_shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    days: Mapped[list[int]]
    starts: Mapped[int]
    ends: Mapped[int]
    contacts: Mapped[list[int]]


class RosterChange(Base):
    """Who is on call instead of the roster's, from and until an instant (UTC). `reason` may tell of an illness."""

    __tablename__ = "roster_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    contacts: Mapped[list[int]]
    reason: Mapped[str] = mapped_column(Secret)


class Mail(Base):
    """A row of the e-mails to go out. `state` is a MessageState; `error_code` why the last attempt failed."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_state_next", "state", "next_attempt_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    to_address: Mapped[str] = mapped_column(Secret)
    subject: Mapped[str] = mapped_column(Secret)
    body: Mapped[str] = mapped_column(Secret)
    state: Mapped[str]
    error_code: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class Alarm(Base):
    """One call for somebody on call, by text or by e-mail. `colour` None: a try, which `staff_id` asked for.

    `answered_at`: when the contact wrote back to take it.
    """

    __tablename__ = "alarm"
    __table_args__ = (
        Index("ix_alarm_contact_created", "contact_id", "created_at"),
        Index("ix_alarm_clinic_created", "clinic_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("on_call_contact.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    colour: Mapped[str | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), unique=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id"), unique=True)
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    clinic: Mapped[Clinic] = relationship()
    contact: Mapped[Contact] = relationship()
    message: Mapped[Message | None] = relationship()
    mail: Mapped[Mail | None] = relationship()


class AlarmAlert(Base):
    """Which alerts an alarm was about."""

    __tablename__ = "alarm_alert"

    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"), primary_key=True, autoincrement=False)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), primary_key=True, autoincrement=False, index=True)
