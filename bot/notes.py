"""Notes of the staff about a patient. They are never sent. The caller commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from bot import audit
from core.models import Note, NoteVersion
from scheduler.outbox import lock_patient

LONGEST = 4000
CORRECTABLE = timedelta(hours=24)
"""How long the author may correct a note; after that one writes another."""
SAME_FORM = timedelta(minutes=2)
"""The same words by the same person within this are one form sent twice."""


class Outcome(Enum):
    """What came of an act. REFUSED: not the author, or too late. GONE: it was removed meanwhile."""

    DONE = auto()
    EMPTY = auto()
    REFUSED = auto()
    GONE = auto()


def notes_of(session: Session, clinic_id: str, patient_id: int) -> list[Note]:
    """A patient's notes, oldest first, with who wrote them and how they stood before."""
    return list(
        session.scalars(
            select(Note)
            .where(Note.clinic_id == clinic_id, Note.patient_id == patient_id)
            .options(joinedload(Note.staff), joinedload(Note.remover), selectinload(Note.versions))
            .order_by(Note.created_at, Note.id)
        )
    )


def find(session: Session, clinic_id: str, note_id: int) -> Note | None:
    """A clinic's own note; another clinic's does not exist here."""
    return session.scalar(select(Note).where(Note.id == note_id, Note.clinic_id == clinic_id))


def may_correct(note: Note, staff_id: int, now: datetime) -> bool:
    return note.staff_id == staff_id and note.removed_at is None and now < note.created_at + CORRECTABLE


def add(session: Session, *, clinic_id: str, patient_id: int, body: str, staff_id: int, now: datetime) -> Outcome:
    """Write a note; a form that was sent twice makes one."""
    body = body.strip()[:LONGEST]
    if not body:
        return Outcome.EMPTY
    lock_patient(session, patient_id)
    if _just_written(session, patient_id, staff_id, body, now):
        return Outcome.DONE
    note = Note(clinic_id=clinic_id, patient_id=patient_id, staff_id=staff_id, body=body, created_at=now)
    session.add(note)
    session.flush()
    _audit(session, note, "note.add", staff_id, now)
    return Outcome.DONE


def _just_written(session: Session, patient_id: int, staff_id: int, body: str, now: datetime) -> bool:
    """The words stand encrypted, so the last few are opened and compared."""
    recent = select(Note).where(
        Note.patient_id == patient_id, Note.staff_id == staff_id, Note.created_at > now - SAME_FORM
    )
    return any(note.body == body for note in session.scalars(recent))


def correct(session: Session, note: Note, *, body: str, staff_id: int, now: datetime) -> Outcome:
    """Give a note other words; how it stood is kept."""
    body = body.strip()[:LONGEST]
    if not body:
        return Outcome.EMPTY
    lock_patient(session, note.patient_id)
    session.refresh(note)
    if note.removed_at is not None:
        return Outcome.GONE
    if not may_correct(note, staff_id, now):
        return Outcome.REFUSED
    if body == note.body:
        return Outcome.DONE
    session.add(NoteVersion(note_id=note.id, body=note.body, written_at=note.corrected_at or note.created_at))
    note.body, note.corrected_at = body, now
    session.flush()
    _audit(session, note, "note.correct", staff_id, now)
    return Outcome.DONE


def remove(session: Session, note: Note, *, staff_id: int, now: datetime) -> Outcome:
    """Take a note out of sight. Who may is decided by the page; of two people the second is told."""
    removed = session.execute(
        update(Note)
        .where(Note.id == note.id, Note.removed_at.is_(None))
        .values(removed_at=now, removed_by=staff_id)
        .returning(Note.id)
    ).scalar_one_or_none()
    if removed is None:
        return Outcome.GONE
    _audit(session, note, "note.remove", staff_id, now)
    return Outcome.DONE


def _audit(session: Session, note: Note, action: str, staff_id: int, now: datetime) -> None:
    audit.record(
        session,
        clinic_id=note.clinic_id,
        staff_id=staff_id,
        action=action,
        object_type="note",
        object_id=note.id,
        now=now,
    )
