"""What a clinic says of itself: name, telephone, region, and when it sends. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import audit
from bot.rewording import hold_clinic, hold_some, left_to_reword, move_hours, rename_others, reword_timed
from bot.voice import voice_of
from core import phone as telephone
from core.models import Clinic
from messages.loader import Content
from scheduler.calendar import Window
from scheduler.rates import FASTEST, NO_LIMIT

MAX_NAME = 60
EARLIEST, LATEST = 9 * 60, 20 * 60
"""Minutes after local midnight: timed texts go between these at most."""
SHORTEST_WINDOW = 60
FIELDS = {
    "name": "navn",
    "phone": "telefon",
    "region": "region",
    "window_opens": "sendetid",
    "window_closes": "sendetid",
    "require_second_factor": "to trin ved log ind",
    "segments_per_second": "fart",
}
"""What may change, by column, as the audit log names it."""


@dataclass(frozen=True)
class Details:
    """A clinic's details as they were typed. `opens` and `closes` in minutes after local midnight.

    `second_factor`: asked of everybody who logs in. `per_second`: segments its sender may send, 0
    for no limit; None leaves it as it is.
    """

    name: str
    phone: str
    region: str
    opens: int
    closes: int
    second_factor: bool = False
    per_second: int | None = None


@dataclass(frozen=True)
class Changed:
    """`fields`: what is different now. `rewritten` and `moved`: waiting texts. `left`: patients whose texts follow."""

    fields: tuple[str, ...] = ()
    rewritten: int = 0
    moved: int = 0
    left: int = 0


def check(content: Content, details: Details) -> dict[str, str]:
    """What is wrong with typed details: field -> sentence in Danish."""
    length = len(details.name.strip())
    checks = {
        "name": (0 < length <= MAX_NAME, f"Skriv klinikkens navn, som patienterne kender det (højst {MAX_NAME} tegn)."),
        "phone": (telephone.parse(details.phone) is not None, "Skriv klinikkens telefonnummer, 8 cifre."),
        "region": (details.region in content.regions, "Vælg en region."),
        "closes": (
            details.opens >= EARLIEST and details.opens + SHORTEST_WINDOW <= details.closes <= LATEST,
            "Vælg mindst en time, der ligger mellem kl. 9 og kl. 20.",
        ),
        "per_second": (
            details.per_second is None or NO_LIMIT <= details.per_second <= FASTEST,
            f"Skriv et helt tal fra 1 til {FASTEST}, eller {NO_LIMIT} for ingen grænse.",
        ),
    }
    return {field: sentence for field, (is_good, sentence) in checks.items() if not is_good}


def change(
    session: Session, content: Content, clinic_id: str, details: Details, *, staff_id: int, now: datetime
) -> Changed:
    """Take over details that were checked; waiting texts get the new name and number, and move into the new hours.

    Raises ValueError for details that are wrong.
    """
    number = telephone.parse(details.phone)
    if number is None or check(content, details):
        raise ValueError("these details have not been checked")
    moves = _moves(session.get_one(Clinic, clinic_id), details)
    held = hold_clinic(session, clinic_id) if moves else hold_some(session, clinic_id)
    clinic = held.clinic
    old_voice, old_window = voice_of(clinic), Window(clinic.window_opens, clinic.window_closes)
    fields = _take_over(clinic, details, number)
    if not fields:
        return Changed()
    rewritten = moved = 0
    if {"name", "phone"} & set(fields):
        rewritten = reword_timed(session, content, held)
        rewritten += rename_others(session, clinic_id, old_voice, voice_of(clinic))
    if {"window_opens", "window_closes"} & set(fields):
        moved = move_hours(session, content, clinic, old_window, now)
    audit.record(
        session,
        clinic_id=clinic_id,
        staff_id=staff_id,
        action="clinic.change",
        object_type="clinic",
        object_id=clinic_id,
        now=now,
        detail=", ".join(dict.fromkeys(FIELDS[name] for name in fields)),
    )
    return Changed(fields, rewritten, moved, left_to_reword(session, clinic))


def _moves(clinic: Clinic, details: Details) -> bool:
    return (clinic.window_opens, clinic.window_closes) != (details.opens, details.closes)


def _take_over(clinic: Clinic, details: Details, number: str) -> tuple[str, ...]:
    wanted: dict[str, str | int | bool] = {
        "name": details.name.strip(),
        "phone": number,
        "region": details.region,
        "window_opens": details.opens,
        "window_closes": details.closes,
        "require_second_factor": details.second_factor,
        "segments_per_second": clinic.segments_per_second if details.per_second is None else details.per_second,
    }
    different = tuple(name for name, value in wanted.items() if getattr(clinic, name) != value)
    for name in different:
        setattr(clinic, name, wanted[name])
    return different
