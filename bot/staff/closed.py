"""What has been resolved: newest first, by outcome, colour and person, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.staff.cards import Card, Wording, alerts_of, cards
from core.models import Alert, AlertState, Staff

PAGE = 25
COLOURS = {"roed": "red", "gul": "amber", "blaa": "blue"}
"""The colours by their names in the address."""


@dataclass(frozen=True)
class Asked:
    """What is looked for; what is empty is left open. `person`: who resolved it, a staff member's id."""

    outcome: str
    colour: str
    person: int | None
    number: int

    @property
    def is_narrowed(self) -> bool:
        return bool(self.outcome or self.colour or self.person)

    def arguments(self, number: int) -> dict[str, Any]:
        """The address of a page of the same."""
        return {
            "udfald": self.outcome or None,
            "farve": self.colour or None,
            "person": self.person,
            "side": number if number > 1 else None,
        }


@dataclass(frozen=True)
class Closed:
    """One page of them. `people`: who may have resolved something, by id."""

    cards: tuple[Card, ...]
    number: int
    pages: int
    total: int
    people: tuple[tuple[int, str], ...]


def asked(arguments: Mapping[str, str]) -> Asked:
    """What an address asks for; words that mean nothing are left out."""
    person, number, colour = arguments.get("person", ""), arguments.get("side", ""), arguments.get("farve", "")
    return Asked(
        outcome=arguments.get("udfald", ""),
        colour=colour if colour in COLOURS else "",
        person=_whole(person),
        number=_whole(number) or 1,
    )


def page_of(session: Session, clinic_id: str, looked_for: Asked, wording: Wording, now: datetime) -> Closed:
    """The nearest page when there are not so many."""
    conditions: list[ColumnElement[bool]] = [Alert.state == AlertState.RESOLVED]
    if looked_for.outcome:
        conditions.append(Alert.outcome == looked_for.outcome)
    if looked_for.colour:
        conditions.append(Alert.colour == COLOURS[looked_for.colour])
    if looked_for.person is not None:
        conditions.append(Alert.resolved_by == looked_for.person)
    total = session.scalar(select(func.count()).where(Alert.clinic_id == clinic_id, *conditions)) or 0
    pages = max(1, ceil(total / PAGE))
    number = min(max(looked_for.number, 1), pages)
    rows = session.scalars(
        alerts_of(clinic_id)
        .where(*conditions)
        .order_by(Alert.resolved_at.desc(), Alert.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    people = session.execute(select(Staff.id, Staff.name).where(Staff.clinic_id == clinic_id)).all()
    return Closed(
        cards=tuple(cards(session, rows, wording, now)),
        number=number,
        pages=pages,
        total=total,
        people=tuple(sorted(((row.id, row.name) for row in people), key=lambda person: person[1].casefold())),
    )


def _whole(text: str) -> int | None:
    """A row or page number as an address may hold it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
