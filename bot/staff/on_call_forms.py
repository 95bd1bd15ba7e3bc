"""What is typed about people on call and their roster: read, and what is wrong with it in Danish. Pure but for ids."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.contacts import Person
from bot.staff.formatting import WEEKDAYS, minute_clock, parse_clock, parse_day
from core import phone as telephone
from core.models import RosterChange, RosterShift
from scheduler.calendar import local
from scheduler.opening import wall_minute
from scheduler.roster import HOLIDAY

DAYS = {**{number: name.capitalize() for number, name in enumerate(WEEKDAYS)}, HOLIDAY: "Helligdage"}
PLACES = (1, 2, 3, 4)
"""How many are named for one shift, in the order in which they are alarmed."""
LONGEST_NAME = 60
LONGEST_REASON = 100
LONGEST_CHANGE = timedelta(days=60)
_EMAIL = re.compile(r"[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]{2,}")
Form = Mapping[str, str]
Errors = dict[str, str]


def read_person(form: Form, *, taken: Collection[str], staff_ids: Collection[int]) -> tuple[Person, Errors]:
    """A contact. `taken`: the numbers of the clinic's other contacts."""
    errors: Errors = {}
    name = " ".join(form.get("name", "").replace("\0", "").split())
    if not 2 <= len(name) <= LONGEST_NAME:
        errors["name"] = f"Skriv et navn på højst {LONGEST_NAME} tegn."
    typed_phone, email = form.get("phone", "").strip(), form.get("email", "").strip().lower()
    number = telephone.parse(typed_phone) if typed_phone else None
    if typed_phone and number is None:
        errors["phone"] = "Det er ikke et telefonnummer. Skriv et mobilnummer, for eksempel 20 12 34 56."
    elif number is not None and number in taken:
        errors["phone"] = "Nummeret hører til en anden på listen."
    if email and (len(email) > 200 or not _EMAIL.fullmatch(email)):
        errors["email"] = "Det er ikke en mailadresse."
    if not typed_phone and not email:
        errors["phone"] = "Skriv et mobilnummer eller en mailadresse."
    staff_id, standby = _whole(form.get("staff_id")), _whole(form.get("standby"))
    person = Person(name, number, email or None, staff_id if staff_id in staff_ids else None, standby or None)
    return person, errors


def read_shift(form: Form, days: Collection[str], clinic_id: str, known: Collection[int]) -> tuple[RosterShift, Errors]:
    """A weekly shift. `known`: the ids of the clinic's contacts."""
    errors: Errors = {}
    chosen = sorted({int(day) for day in days if day in {str(number) for number in DAYS}})
    if not chosen:
        errors["days"] = "Vælg mindst én dag."
    starts, ends = parse_clock(form.get("starts", "")), parse_clock(form.get("ends", ""))
    if starts is None or ends is None:
        errors["starts"] = "Skriv, hvornår vagten begynder og slutter, for eksempel 16.00 og 08.00."
    people = _people(form, known)
    if not people:
        errors["person-1"] = "Vælg, hvem der bliver alarmeret først."
    shift = RosterShift(clinic_id=clinic_id, days=chosen, starts=starts or 0, ends=ends or 0, contacts=people)
    return shift, errors


def read_change(form: Form, clinic_id: str, known: Collection[int], now: datetime) -> tuple[RosterChange, Errors]:
    """A change of the roster, from a day and time until another."""
    errors: Errors = {}
    today = local(now).date()
    first = parse_day(form.get("first_day", ""), today)
    last = parse_day(form.get("last_day", ""), today) if form.get("last_day", "").strip() else first
    begins, ends = parse_clock(form.get("first_time", "") or "0"), parse_clock(form.get("last_time", "") or "0")
    starts_at = ends_at = now
    if first is None or last is None or begins is None or ends is None:
        errors["first_day"] = "Vælg, fra hvornår og til hvornår ændringen gælder."
    else:
        whole_day = not form.get("last_time", "").strip()
        starts_at = wall_minute(first, begins)
        ends_at = wall_minute(last + timedelta(days=1), 0) if whole_day else wall_minute(last, ends)
        if not starts_at < ends_at <= starts_at + LONGEST_CHANGE:
            errors["first_day"] = "Ændringen skal slutte, efter at den begynder, og højst 60 dage efter."
        elif ends_at <= now:
            errors["first_day"] = "Tiden er gået."
    people = _people(form, known)
    if not people:
        errors["change-person-1"] = "Vælg, hvem der bliver alarmeret i stedet."
    reason = form.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    return RosterChange(
        clinic_id=clinic_id, starts_at=starts_at, ends_at=ends_at, contacts=people, reason=reason
    ), errors


def shift_text(days: Collection[int], starts: int, ends: int) -> str:
    """ "Mandag til fredag kl. 16.00 til 08.00 næste dag" """
    if starts == ends:
        return f"{days_text(days)} fra kl. {minute_clock(starts)} og et døgn frem"
    next_day = " næste dag" if 0 < ends < starts else ""
    return f"{days_text(days)} kl. {minute_clock(starts)} til {minute_clock(ends)}{next_day}"


def days_text(days: Collection[int]) -> str:
    """ "Mandag til fredag og helligdage": weekdays that follow each other as a span."""
    week = sorted(day for day in days if day != HOLIDAY)
    spans: list[list[int]] = []
    for day in week:
        if spans and spans[-1][-1] == day - 1:
            spans[-1].append(day)
        else:
            spans.append([day])
    words = [
        f"{WEEKDAYS[span[0]]} til {WEEKDAYS[span[-1]]}" if len(span) > 2 else " og ".join(WEEKDAYS[day] for day in span)
        for span in spans
    ]
    if HOLIDAY in days:
        words.append("helligdage")
    text = ", ".join(words[:-1]) + (" og " if len(words) > 1 else "") + words[-1] if words else ""
    return text[:1].upper() + text[1:]


def _people(form: Form, known: Collection[int]) -> list[int]:
    """The chosen contacts in order, each once; the fields are told apart by the form's own prefix."""
    chosen = (_whole(form.get(f"person-{place}")) for place in PLACES)
    return list(dict.fromkeys(contact for contact in chosen if contact in known and contact is not None))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
