"""What comes in: replies stored raw, their triage, and the alerts staff must close."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.crypto import EncryptedJson
from core.models.base import Base, BigId, Secret, index_where
from core.models.clinic import Clinic, Staff
from core.models.course import Enrolment, Message, Patient
from core.models.on_call import Contact
from core.states import AlertState


class Reply(Base):
    """An inbound text, raw, once per provider id.

    `question`: what it was read in the light of. `answers_id`: the question it was accepted as the answer to.
    `answer_step`: the programme's step behind that question. `answer_value`: what the reply says as the answer to it
    (yes, no, better, same, worse, a number from 0 to 10, time, pain, fear, forgot). `adaptation`: id of the rule that
    the answer set off. `attempts`: how often processing failed.
    """

    __tablename__ = "reply"
    __table_args__ = (
        index_where("ix_reply_unprocessed", "received_at", where="processed_at IS NULL"),
        Index("ix_reply_patient_received", "patient_id", "received_at"),
        Index("ix_reply_clinic_received", "clinic_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider_id: Mapped[str] = mapped_column(unique=True)
    clinic_id: Mapped[str | None] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    sender: Mapped[str] = mapped_column(Secret)
    recipient: Mapped[str]
    body: Mapped[str] = mapped_column(Secret)
    media_count: Mapped[int] = mapped_column(default=0)
    question: Mapped[str | None]
    answers_id: Mapped[int | None] = mapped_column(BigId, index=True)
    answer_step: Mapped[str | None]
    answer_value: Mapped[str | None] = mapped_column(Secret)
    adaptation: Mapped[str | None] = mapped_column(Secret)
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]

    patient: Mapped[Patient | None] = relationship()
    triage: Mapped[Triage | None] = relationship(back_populates="reply")


class Triage(Base):
    """What the checker made of a reply. `evidence`: spans into the reply's body, with the rule that read them."""

    __tablename__ = "triage"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id"), unique=True)
    level: Mapped[str]
    flags: Mapped[list[str]] = mapped_column(EncryptedJson)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson)
    rule_version: Mapped[str]
    at: Mapped[datetime]

    reply: Mapped[Reply] = relationship(back_populates="triage")


class TriageMark(Base):
    """A staff member's word that a reply was read wrongly: one for each reply and person, the newest stands.

    `level`, `rule_version`: what the reading said when it was judged. `note`: the person's own words. The mark goes
    with its reply, whoever deletes that.
    """

    __tablename__ = "triage_mark"
    __table_args__ = (
        UniqueConstraint("reply_id", "staff_id"),
        Index("ix_triage_mark_clinic_created", "clinic_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    reply_id: Mapped[int] = mapped_column(ForeignKey("reply.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    verdict: Mapped[str]
    note: Mapped[str] = mapped_column(Secret)
    level: Mapped[str]
    rule_version: Mapped[str]
    created_at: Mapped[datetime]

    reply: Mapped[Reply] = relationship()
    staff: Mapped[Staff] = relationship()


class Alert(Base):
    """Something staff must close.

    `waiting_since`: when the present wait began, which is when it was opened or reopened. `acknowledged_by`: who took
    it first, `acknowledged_contact_id`: who did so on call without being staff; `holder_id`: who has it now.
    `alarmed_at`: when the person on call was last alarmed about it; None as well when that alarm failed (UTC).
    `version`: how many acts it has been through; each act is conditional on it.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_clinic_state", "clinic_id", "state", "opened_at"),
        Index("ix_alert_clinic_resolved", "clinic_id", "resolved_at"),
        index_where("ix_alert_waiting", "patient_id", where="state <> 'resolved'"),
        UniqueConstraint("message_id", "kind"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"))
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("reply.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    kind: Mapped[str]
    colour: Mapped[str]
    state: Mapped[str] = mapped_column(default=AlertState.OPEN)
    outcome: Mapped[str | None]
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    acknowledged_contact_id: Mapped[int | None] = mapped_column(ForeignKey("on_call_contact.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    alarmed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0, server_default="0")

    clinic: Mapped[Clinic] = relationship()
    patient: Mapped[Patient | None] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    reply: Mapped[Reply | None] = relationship()
    message: Mapped[Message | None] = relationship()
    acknowledger: Mapped[Staff | None] = relationship(foreign_keys=[acknowledged_by])
    acknowledging_contact: Mapped[Contact | None] = relationship()
    holder: Mapped[Staff | None] = relationship(foreign_keys=[holder_id])
    resolver: Mapped[Staff | None] = relationship(foreign_keys=[resolved_by])
    events: Mapped[list[AlertEvent]] = relationship(order_by="AlertEvent.id")


class AlertEvent(Base):
    """One act on an alert's timeline; the note is a staff member's own words.

    `receiver_id`: whom it was handed to. `outcome`: what it was resolved with. Of a staff member's act also: `version`
    of the alert after it, `before`: how the alert stood before it (ids, states and instants alone), `undo_until`: until
    when, by the true clock, the one who acted may take it back.
    """

    __tablename__ = "alert_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(Secret)
    version: Mapped[int | None]
    before: Mapped[dict[str, Any] | None]
    undo_until: Mapped[datetime | None]

    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])
    receiver: Mapped[Staff | None] = relationship(foreign_keys=[receiver_id])
