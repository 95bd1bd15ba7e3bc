"""What waits in the inbox: sorted, filtered, counted and cut into pages before any of it is read in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.deadlines import deadline_of, deadlines_of
from bot.staff.cards import OPEN_STATES, Card, Wording, alerts_of, cards
from core.models import Alert, AlertState, Colour

PAGE = 16
"""Alerts on a page: with these it weighs less than 100 kB, its scripts and styles and all."""
_RANKS: dict[str, int] = {Colour.RED: 0, Colour.AMBER: 1, Colour.BLUE: 2}


@dataclass(frozen=True)
class Line:
    """An open alert as far as its place in the list needs it."""

    id: int
    colour: str
    state: str
    patient_id: int | None
    holder_id: int | None
    since: datetime
    is_overdue: bool

    @property
    def is_red(self) -> bool:
        """An unknown colour is shown among the red ones rather than hidden at the end."""
        return self.rank == 0

    @property
    def rank(self) -> int:
        return _RANKS.get(self.colour, 0)

    @property
    def bunch(self) -> tuple[int, bool, int]:
        """Alike alerts of one patient stand together; a stranger's stands alone."""
        return (self.patient_id or -self.id, self.is_overdue, self.rank)


@dataclass(frozen=True)
class Filter:
    """`name`: in the address. `accepts`: whether a line belongs to it, as the viewer sees it."""

    name: str
    word: str
    accepts: Callable[[Line, int], bool]


FILTERS = (
    Filter("alle", "Alle", lambda _line, _viewer: True),
    Filter("roede", "Røde", lambda line, _viewer: line.is_red),
    Filter("gule", "Gule", lambda line, _viewer: line.colour == Colour.AMBER),
    Filter("blaa", "Blå", lambda line, _viewer: line.colour == Colour.BLUE),
    Filter("mine", "Mine", lambda line, viewer: line.holder_id == viewer),
    Filter("ikke-taget", "Ikke taget", lambda line, _viewer: line.state == AlertState.OPEN),
)


@dataclass(frozen=True)
class Choice:
    """A filter as a link: its word and how many alerts it holds."""

    name: str
    word: str
    number: int
    is_chosen: bool


@dataclass(frozen=True)
class Bunch:
    """Alike alerts of one patient. `number`: of them in all; `elsewhere`: the patient's open alerts besides them."""

    cards: tuple[Card, ...]
    number: int
    elsewhere: int


@dataclass(frozen=True)
class Waiting:
    """One page of the inbox. `open_ids`, `red_ids`: of the whole clinic; the red ones that nobody has taken."""

    bunches: tuple[Bunch, ...]
    choices: tuple[Choice, ...]
    chosen: str
    page: int
    pages: int
    total: int
    untaken: int
    open_ids: tuple[int, ...]
    red_ids: tuple[int, ...]

    @property
    def cards(self) -> tuple[Card, ...]:
        return tuple(card for bunch in self.bunches for card in bunch.cards)


def lines_of(session: Session, clinic_id: str, now: datetime) -> list[Line]:
    """A clinic's open alerts: red first, then what is overdue, then amber before blue; the longest wait first."""
    deadlines = deadlines_of(session, clinic_id)
    rows = session.execute(
        select(Alert.id, Alert.colour, Alert.state, Alert.patient_id, Alert.holder_id, Alert.waiting_since).where(
            Alert.clinic_id == clinic_id, Alert.state.in_(OPEN_STATES)
        )
    )
    lines = []
    for row_id, colour, state, patient_id, holder_id, since in rows:
        is_overdue = state == AlertState.OPEN and now > deadline_of(deadlines, colour, since)
        lines.append(Line(row_id, colour, state, patient_id, holder_id, since, is_overdue))
    return in_order(lines)


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Pure: alike alerts of one patient stand together, in the place of the oldest of them."""
    first: dict[tuple[int, bool, int], tuple[datetime, int]] = {}
    for line in lines:
        place = (line.since, line.id)
        first[line.bunch] = min(place, first.get(line.bunch, place))
    return sorted(
        lines,
        key=lambda line: (not line.is_red, not line.is_overdue, line.rank, first[line.bunch], line.since, line.id),
    )


def waiting(
    session: Session, clinic_id: str, viewer_id: int, wording: Wording, now: datetime, *, chosen: str, page: int
) -> Waiting:
    """The page of the inbox that a viewer asks for; the nearest one when there is no such filter or page."""
    lines = lines_of(session, clinic_id, now)
    picked = next((one for one in FILTERS if one.name == chosen), FILTERS[0])
    fitting = [line for line in lines if picked.accepts(line, viewer_id)]
    pages = max(1, ceil(len(fitting) / PAGE))
    page = min(max(page, 1), pages)
    shown = fitting[(page - 1) * PAGE : page * PAGE]
    untaken = [line for line in lines if line.state == AlertState.OPEN]
    return Waiting(
        bunches=_bunches(lines, fitting, shown, _read(session, clinic_id, shown, wording, now)),
        choices=tuple(
            Choice(one.name, one.word, sum(one.accepts(line, viewer_id) for line in lines), one is picked)
            for one in FILTERS
        ),
        chosen=picked.name,
        page=page,
        pages=pages,
        total=len(fitting),
        untaken=len(untaken),
        open_ids=tuple(sorted(line.id for line in lines)),
        red_ids=tuple(sorted(line.id for line in untaken if line.is_red)),
    )


def _bunches(
    lines: Sequence[Line], fitting: Sequence[Line], shown: Sequence[Line], read: Mapping[int, Card]
) -> tuple[Bunch, ...]:
    of_patient = Counter(line.patient_id for line in lines)
    of_bunch = Counter(line.bunch for line in fitting)
    bunches = []
    for key, group in groupby((line for line in shown if line.id in read), key=lambda line: line.bunch):
        members = list(group)
        patient_id = members[0].patient_id
        elsewhere = of_patient[patient_id] - of_bunch[key] if patient_id is not None else 0
        bunches.append(Bunch(tuple(read[line.id] for line in members), of_bunch[key], elsewhere))
    return tuple(bunches)


def _read(
    session: Session, clinic_id: str, shown: Sequence[Line], wording: Wording, now: datetime
) -> Mapping[int, Card]:
    """By id, without what has been resolved in this very moment."""
    fitting = alerts_of(clinic_id).where(Alert.id.in_([line.id for line in shown]), Alert.state.in_(OPEN_STATES))
    return {card.id: card for card in cards(session, session.scalars(fitting).all(), wording, now)}
