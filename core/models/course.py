"""Patients, their enrolments, and the outbox: every text that is to go out, goes out, or went out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.models.base import Base, BigId, Secret, index_where
from core.models.clinic import Clinic, Staff
from core.states import EnrolmentState

WAITS = "state IN ('planned', 'held')"
"""What has not left yet, as an index of it says."""


class Patient(Base):
    """A person one clinic follows. The phone is found by `phone_hash`; `region` is where the patient calls.

    `erased_at`: when name, numbers and words were taken away for good (UTC); the row stays for what is counted.
    """

    __tablename__ = "patient"
    __table_args__ = (UniqueConstraint("clinic_id", "phone_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    name: Mapped[str] = mapped_column(Secret)
    phone: Mapped[str] = mapped_column(Secret)
    phone_hash: Mapped[str] = mapped_column(index=True)
    region: Mapped[str]
    doctor_phone: Mapped[str] = mapped_column(Secret)
    opted_out_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    clinic: Mapped[Clinic] = relationship()
    enrolments: Mapped[list[Enrolment]] = relationship(back_populates="patient", order_by="Enrolment.id.desc()")


class Enrolment(Base):
    """A patient's course: programme version, start (local date) and the consent it rests on.

    `screening_clean_at`: when the patient last denied all red flags, None from a red reply on (UTC).
    The patient's own wishes: `wished_time` (a time of day, or a clock time "17:00") since `wished_time_at`, fewer
    texts since `fewer_since`, the pause under way asked for at `pause_wished_at`. `stop_answer`: why a STOP was sent.
    `form`: how hard the exercises are (easier, usual, harder), since `form_since` for `form_reason`, in Danish.
    `silent_since`: from when on the texts a silent patient may do without are held; None once the patient writes (UTC).
    `wording`: the clinic's, that all its waiting texts are written in; it may be in a newer one.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        Index(
            "uq_enrolment_one_running",
            "patient_id",
            unique=True,
            postgresql_where=text("state IN ('active', 'paused')"),
            sqlite_where=text("state IN ('active', 'paused')"),
        ),
        index_where("ix_enrolment_active", "patient_id", where="state = 'active'"),
        index_where("ix_enrolment_paused", "state", "paused_until", where="state = 'paused'"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    programme_id: Mapped[str]
    programme_version: Mapped[int]
    plan_version: Mapped[int] = mapped_column(default=1)
    start_date: Mapped[date]
    time_of_day: Mapped[str]
    instructed: Mapped[bool]
    state: Mapped[str] = mapped_column(default=EnrolmentState.ACTIVE)
    state_reason: Mapped[str] = mapped_column(default="")
    consent_version: Mapped[str]
    consent_at: Mapped[datetime]
    enrolled_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    screening_clean_at: Mapped[datetime | None]
    wished_time: Mapped[str | None]
    wished_time_at: Mapped[datetime | None]
    fewer_since: Mapped[datetime | None]
    pause_wished_at: Mapped[datetime | None]
    stop_answer: Mapped[str | None]
    form: Mapped[str] = mapped_column(default="usual", server_default="usual")
    form_since: Mapped[datetime | None]
    form_reason: Mapped[str | None] = mapped_column(Secret)
    silent_since: Mapped[datetime | None]
    wording: Mapped[int] = mapped_column(default=0, server_default="0")

    patient: Mapped[Patient] = relationship(back_populates="enrolments")
    clinic: Mapped[Clinic] = relationship()


class Message(Base):
    """A row of the outbox.

    `due_at`, `expires_at`, `next_attempt_at`, `claimed_at`, `lease_until` are UTC. `reason` says in Danish why the
    row stands where it stands. `priority`: lower goes first (0 advice, 1 alarms, 5 answers, 9 timed texts).
    `language`: of `body`; when it is not Danish, `body_in_danish` says the same for the staff. `reminds_id`: the
    unanswered question that a reminder asks again; a question has one reminder at most. `submit_token`: of the form
    that a staff member's text was sent with, so that it is sent once. `dropped_at`: when staff cancelled this one text
    of a course (UTC); no later plan of the course sends it. `gateway`: which one took the text, or may have;
    None when no worker lived to tell. `paced_at`: when a text that nobody sent in time got its new place in
    `next_attempt_at`, or gave way to another (UTC); None: it is not late, or is still to be judged.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step_id", "plan_version"),
        index_where("ix_message_due", "next_attempt_at", "id", where="state = 'planned'"),
        index_where("ix_message_turn", "priority", "clinic_id", "next_attempt_at", "id", where="state = 'planned'"),
        index_where("ix_message_answers", "reply_id", where="reply_id IS NOT NULL"),
        index_where(
            "ix_message_ahead", "patient_id", "due_at", "id", where="state IN ('planned', 'sending', 'unknown')"
        ),
        index_where(
            "ix_message_course_left",
            "enrolment_id",
            where="kind = 'step' AND state IN ('planned', 'held', 'sending')",
        ),
        index_where(
            "ix_message_screening_asked",
            "purpose",
            "claimed_at",
            "patient_id",
            "enrolment_id",
            where="purpose = 'screening' AND state IN ('sending', 'sent', 'delivered', 'unknown')",
        ),
        index_where(
            "ix_message_contact_asked",
            "kind",
            "claimed_at",
            "patient_id",
            where="kind = 'contact_check' AND state IN ('sending', 'sent', 'delivered', 'unknown')",
        ),
        index_where("ix_message_alarm_waits", "kind", where="kind = 'alarm' AND state = 'planned'"),
        index_where("ix_message_ends", "expires_at", where=WAITS),
        Index("ix_message_unsettled", "state", "lease_until"),
        Index("ix_message_state_due", "state", "due_at"),
        Index("ix_message_clinic_due", "clinic_id", "due_at"),
        Index("ix_message_patient_due", "patient_id", "due_at"),
        Index("uq_message_reminds", "reminds_id", unique=True),
        Index("uq_message_submit_token", "patient_id", "submit_token", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"))
    reminds_id: Mapped[int | None] = mapped_column(BigId)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]
    purpose: Mapped[str]
    step_id: Mapped[str | None]
    plan_version: Mapped[int | None]
    question: Mapped[str | None]
    to_phone: Mapped[str] = mapped_column(Secret)
    body: Mapped[str] = mapped_column(Secret)
    language: Mapped[str] = mapped_column(default="da")
    body_in_danish: Mapped[str | None] = mapped_column(Secret)
    segments: Mapped[int]
    priority: Mapped[int]
    on_holidays: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(index=True)
    gateway: Mapped[str | None]
    error_code: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    submit_token: Mapped[str | None]
    dropped_at: Mapped[datetime | None]
    paced_at: Mapped[datetime | None]

    patient: Mapped[Patient | None] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    clinic: Mapped[Clinic] = relationship()
    staff: Mapped[Staff | None] = relationship()


class MessageEvent(Base):
    """One step in a text's history, written in the transaction that took it. `cause`: see scheduler.states.

    `detail`: a code, such as the provider's error or the worker's name. The history goes with its text.
    """

    __tablename__ = "message_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    source: Mapped[str]
    target: Mapped[str]
    cause: Mapped[str]
    detail: Mapped[str | None]
