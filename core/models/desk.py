"""What staff write: notes about a patient that are never sent, and the clinic's ready-made texts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.models.base import Base, BigId, Secret
from core.models.clinic import Staff


class Note(Base):
    """A staff member's note about a patient. It never leaves the clinic.

    `body`: the present wording; earlier ones stand in `versions`. `corrected_at`: when it last changed (UTC).
    `removed_at`, `removed_by`: an administrator took it out of sight. The words go with those of the patient.
    """

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_patient_created", "patient_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[str] = mapped_column(Secret)
    created_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id])
    remover: Mapped[Staff | None] = relationship(foreign_keys=[removed_by])
    versions: Mapped[list[NoteVersion]] = relationship(order_by="NoteVersion.id")


class NoteVersion(Base):
    """How a note stood before a correction. `written_at`: when that wording was written (UTC)."""

    __tablename__ = "note_version"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(Secret)
    written_at: Mapped[datetime]


class TextTemplate(Base):
    """A clinic's ready-made text, or its own form of a shipped one.

    `shipped_id`: which shipped one this stands for, None for the clinic's own. `is_hidden`: the shipped one is not
    offered. `body`: without the clinic's name in front; {klinik} and {telefon} are filled in when it is chosen.
    """

    __tablename__ = "text_template"
    __table_args__ = (UniqueConstraint("clinic_id", "shipped_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    shipped_id: Mapped[str | None]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    is_hidden: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
