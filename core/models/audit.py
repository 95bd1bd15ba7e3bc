"""What staff saw and did, and the chain of seals over it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.models.base import Base, BigId, index_where


class Audit(Base):
    """Who saw or changed which patient data, and when. Holds ids, never a patient's words, name or number.

    `detail`: what else belongs to the act, such as how many rows were exported. `number` and `seal`: the row's place in
    the chain and its hash, None until the worker has sealed it.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_clinic_at", "clinic_id", "at"),
        Index("ix_audit_object", "clinic_id", "object_type", "object_id"),
        index_where("ix_audit_unsealed", "id", where="number IS NULL"),
        Index("uq_audit_number", "number", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    number: Mapped[int | None] = mapped_column(BigId)
    seal: Mapped[str | None]


class AuditHead(Base):
    """The end of the chain, one row: whoever seals locks it, and rows cut off at the end are missed by it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigId)
    seal: Mapped[str]
