"""What staff keep for their own work: named views of the patients list, and lists of patients being read in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.crypto import EncryptedJson
from core.models.base import Base, BigId, Secret


class SavedView(Base):
    """A filter of the patients list under a name, one staff member's own. It holds no words that were searched for."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(Secret)
    filters: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    created_at: Mapped[datetime]


class ImportList(Base):
    """A list that somebody pasted or uploaded, kept for an hour at most while it is looked through and enrolled.

    `cells`: the table as it stood. `choices`: which column is what. `chosen`: the numbers of the rows to enrol.
    `results`: what came of each of them. `created_at`: true time, also in a demo whose clock runs fast.
    """

    __tablename__ = "import_list"
    # A number is not used again: a page that stayed open must never act on another list.
    __table_args__ = (Index("ix_import_list_state_created", "state", "created_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clinic_id: Mapped[str] = mapped_column(ForeignKey("clinic.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[str]
    cells: Mapped[list[list[str]]] = mapped_column(EncryptedJson)
    choices: Mapped[dict[str, Any]] = mapped_column(EncryptedJson)
    chosen: Mapped[list[int]] = mapped_column(EncryptedJson)
    results: Mapped[list[dict[str, Any]]] = mapped_column(EncryptedJson)
    created_at: Mapped[datetime]
