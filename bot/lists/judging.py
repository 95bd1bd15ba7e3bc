"""What would come of each row of a list, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.course import RUNNING
from bot.csv_import import FIELDS, Row
from bot.enrolment import OPTED_OUT, check
from bot.lists.store import rows_of
from core import phone
from core.crypto import keyring_of
from core.models import Enrolment, ImportList, Patient
from messages.loader import Content

IN_A_COURSE = "Findes allerede og er i et forløb."
BEFORE = "Har haft et forløb før."
AGAIN = "Står også på linje {line}."
TWICE = "Nummeret står også på linje {line}, men med et andet navn: {name}."
_HASHES_AT_ONCE = 500


class Verdict(StrEnum):
    GOOD = "good"
    EXISTS = "exists"
    BAD = "bad"


@dataclass(frozen=True)
class Judged:
    """A row with what would come of it. `text`: in Danish what is wrong, or worth knowing; empty when nothing is."""

    row: Row
    verdict: Verdict
    text: str


def judge(session: Session, content: Content, stored: ImportList, now: datetime) -> list[Judged]:
    """What would come of each row, in the list's order. The same rules as `enrol`, asked with a few queries for all."""
    rows = rows_of(stored, content)
    numbers = {row.number: phone.parse(row.application.phone) for row in rows}
    known = _known(session, stored.clinic_id, sorted({number for number in numbers.values() if number}))
    seen: dict[str, Row] = {}
    judged = []
    for row in rows:
        number = numbers[row.number]
        errors = sentences(row, check(content, row.application, now))
        verdict, text = Verdict.GOOD, ""
        if number in seen:
            verdict, text = _twice(row, seen[number])
        elif number in known and known[number][0]:
            verdict, text = Verdict.EXISTS, IN_A_COURSE
        elif errors:
            verdict, text = Verdict.BAD, " ".join(errors)
        elif number in known and known[number][1]:
            verdict, text = Verdict.BAD, OPTED_OUT
        elif number in known:
            text = BEFORE
        if number and verdict is not Verdict.BAD:
            seen.setdefault(number, row)
        judged.append(Judged(row, verdict, text))
    return judged


def _twice(row: Row, earlier: Row) -> tuple[Verdict, str]:
    """The same person again does no harm; two names with one number must be looked at by somebody."""
    if row.application.name.casefold() == earlier.application.name.casefold():
        return Verdict.EXISTS, AGAIN.format(line=earlier.number)
    return Verdict.BAD, TWICE.format(line=earlier.number, name=earlier.application.name)


def sentences(row: Row, errors: Mapping[str, str]) -> list[str]:
    """All that is wrong with a row, each with its column. `errors`: field of the application -> what is wrong."""
    named = {FIELDS.get(field, field): text for field, text in errors.items()}
    told = {error.partition(":")[0] for error in row.errors}
    return [*row.errors, *(f"{column}: {text}" for column, text in named.items() if column not in told)]


def _known(session: Session, clinic_id: str, numbers: Sequence[str]) -> dict[str, tuple[bool, bool]]:
    """By number: whether the clinic's patient with it is in a course, and whether they opted out."""
    keyring = keyring_of(session.get_bind().dialect)
    by_hash = {hashed: number for number in numbers for hashed in keyring.lookup_hashes(number)}
    running = exists().where(Enrolment.patient_id == Patient.id, Enrolment.state.in_(RUNNING))
    found = {}
    hashes = list(by_hash)
    statement = select(Patient.phone_hash, running.label("running"), Patient.opted_out_at)
    for start in range(0, len(hashes), _HASHES_AT_ONCE):
        some = hashes[start : start + _HASHES_AT_ONCE]
        for row in session.execute(statement.where(Patient.clinic_id == clinic_id, Patient.phone_hash.in_(some))):
            found[by_hash[row.phone_hash]] = (bool(row.running), row.opted_out_at is not None)
    return found
