"""A clinic's ready-made texts: those that ship, in the clinic's own words where it has some, and its own besides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import audit
from bot.voice import voice_of
from core.models import Clinic, TextTemplate
from messages.free_text import Circumstances, judge
from messages.loader import Content
from messages.schema import named_in
from messages.template_schema import LONGEST_TITLE, PLACEHOLDERS, ReadyText

OPENING = "{klinik}: "
MOST_OF_OWN = 40
_OWN = re.compile(r"own-(\d{1,9})")


@dataclass(frozen=True)
class Ready:
    """A text to choose. `key`: its name in forms. `body`: the template without the clinic's name in front.

    `is_shipped`: it comes with the product; `is_changed`: in the clinic's own words; `is_hidden`: not offered.
    """

    key: str
    title: str
    body: str
    is_shipped: bool = False
    is_changed: bool = False
    is_hidden: bool = False

    def filled(self, given: Circumstances) -> str:
        """What stands in the field when it is chosen."""
        return self.body.replace("{klinik}", given.clinic).replace("{telefon}", given.phone)


def all_of(session: Session, content: Content, clinic: Clinic) -> list[Ready]:
    """The shipped ones in the order of the file, then the clinic's own by title; the hidden ones too."""
    rows = session.scalars(select(TextTemplate).where(TextTemplate.clinic_id == clinic.id)).all()
    changed = {row.shipped_id: row for row in rows if row.shipped_id is not None}
    shipped = [_shipped(text, changed.get(text.id), neutral=clinic.neutral) for text in content.ready_texts.values()]
    own = [Ready(f"own-{row.id}", row.title, row.body) for row in rows if row.shipped_id is None]
    return [*shipped, *sorted(own, key=lambda text: text.title.casefold())]


def _shipped(text: ReadyText, row: TextTemplate | None, *, neutral: bool) -> Ready:
    body = text.template(neutral=neutral).removeprefix(OPENING)
    if row is None:
        return Ready(text.id, text.title, body, is_shipped=True)
    if row.is_hidden:
        return Ready(text.id, text.title, body, is_shipped=True, is_hidden=True)
    return Ready(text.id, row.title, row.body, is_shipped=True, is_changed=True)


def problems(clinic: Clinic, title: str, body: str) -> dict[str, str]:
    """What is wrong with a ready-made text: field -> sentence in Danish. It may be chosen beside a red alert, and is
    chosen in a hurry: nothing that is doubtful there is let through here.
    """
    errors = {}
    if not 3 <= len(title) <= LONGEST_TITLE:
        errors["title"] = f"Skriv en kort titel, 3 til {LONGEST_TITLE} tegn."
    if unknown := sorted(set(named_in(body)) - PLACEHOLDERS):
        errors["body"] = f"Kun {{klinik}} og {{telefon}} kan udfyldes. Ukendt: {', '.join(unknown)}."
        return errors
    voice = voice_of(clinic)
    given = Circumstances(voice.clinic, voice.phone, neutral=voice.neutral, red_open=True)
    judged = judge(Ready("", title, body).filled(given), given)
    wrong = [*judged.stops, *judged.doubts]
    if judged.replaced:
        odd = " ".join(char for char, _ in judged.replaced)
        wrong.append(f"Disse tegn findes ikke i en sms: {odd}")
    if wrong:
        errors["body"] = " ".join(wrong)
    return errors


def save(
    session: Session, content: Content, clinic: Clinic, key: str, title: str, body: str, *, now: datetime, staff_id: int
) -> bool:
    """Store a text that has no problems: a shipped one in other words, one of the clinic's own, or ("") a new one.

    False when the key belongs to nothing here, or there are too many.
    """
    row = _row(session, content, clinic, key)
    if row is None and key:
        return False
    if row is None:
        if len([text for text in all_of(session, content, clinic) if not text.is_shipped]) >= MOST_OF_OWN:
            return False
        row = TextTemplate(clinic_id=clinic.id)
    row.title, row.body, row.is_hidden, row.changed_at = title, body, False, now
    _store(session, row, "text_template.change", now, staff_id)
    return True


def hide(session: Session, content: Content, clinic: Clinic, key: str, *, now: datetime, staff_id: int) -> bool:
    """Offer a text no more: a shipped one is hidden, the clinic's own is deleted. False: no such text."""
    row = _row(session, content, clinic, key)
    if row is None:
        return False
    if row.shipped_id is None:
        session.execute(delete(TextTemplate).where(TextTemplate.id == row.id))
        _audit(session, clinic.id, row.id, "text_template.remove", now, staff_id)
        return True
    shipped = content.ready_texts[row.shipped_id]
    row.title, row.body, row.is_hidden, row.changed_at = shipped.title, "", True, now
    _store(session, row, "text_template.remove", now, staff_id)
    return True


def reset(session: Session, content: Content, clinic: Clinic, key: str, *, now: datetime, staff_id: int) -> bool:
    """A shipped text as it ships. False: it is none, or stands so already."""
    row = _row(session, content, clinic, key)
    if row is None or row.shipped_id is None or row.id is None:
        return False
    session.execute(delete(TextTemplate).where(TextTemplate.id == row.id))
    _audit(session, clinic.id, row.id, "text_template.reset", now, staff_id)
    return True


def _row(session: Session, content: Content, clinic: Clinic, key: str) -> TextTemplate | None:
    """The clinic's row of a text; a new one for a shipped text that has none yet. One change at a time."""
    session.get_one(Clinic, clinic.id, with_for_update={"key_share": True})
    mine = select(TextTemplate).where(TextTemplate.clinic_id == clinic.id)
    if key in content.ready_texts:
        row = session.scalar(mine.where(TextTemplate.shipped_id == key))
        return row or TextTemplate(clinic_id=clinic.id, shipped_id=key)
    own = _OWN.fullmatch(key)
    if own is None:
        return None
    return session.scalar(mine.where(TextTemplate.id == int(own[1]), TextTemplate.shipped_id.is_(None)))


def _store(session: Session, row: TextTemplate, action: str, now: datetime, staff_id: int) -> None:
    session.add(row)
    session.flush()
    _audit(session, row.clinic_id, row.id, action, now, staff_id)


def _audit(session: Session, clinic_id: str, row_id: int, action: str, now: datetime, staff_id: int) -> None:
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action=action,
        object_type="text_template",
        object_id=row_id,
        now=now,
    )
