"""Pure: how a patient has answered over time, as points to draw and as rows of a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.staff.formatting import danish_date
from core.models import Reply
from scheduler.calendar import local

WIDTH, HEIGHT = 360, 262
LEFT, RIGHT, TOP, BOTTOM = 64, 348, 14, 134
"""The field of the pain line, in units of the drawing: one is about a pixel on a phone."""
LANES = {"exercise": 158, "activity": 180, "screening": 202, "level": 224}
LANE_NAMES = {"exercise": "Øvelser", "activity": "Gåture", "screening": "Tjek", "level": "Alarm"}
WEEK_Y = 250
MOST = 300
"""The newest answers are drawn; a year of a course has fewer."""
WORST_PAIN = 10
MOST_LABELS = 5

WORDS = {
    "done": "gjort",
    "missed": "ikke gjort",
    "clean": "nej til alle tegn",
    "flagged": "ikke et rent nej",
    "red": "rødt svar",
    "amber": "gult svar",
}
"""What each shape means. None is told by its colour alone."""
_TABLE = {"pain": "Smerter (0-10)", "exercise": "Øvelser", "activity": "Gåtur", "screening": "Tjek", "level": "Svar"}


@dataclass(frozen=True)
class Shape:
    """A mark or a point of the line. `kind`: pain or a key of WORDS. `title`: the date and what it says."""

    x: float
    y: float
    kind: str
    title: str


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Chart:
    """`line`: the pain line, as SVG takes it. `lanes`: only those that hold something. `legend`: shapes that occur."""

    points: tuple[Shape, ...]
    line: str
    marks: tuple[Shape, ...]
    levels: tuple[Tick, ...]
    weeks: tuple[Tick, ...]
    lanes: tuple[Tick, ...]
    legend: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str], ...]
    summary: str


@dataclass(frozen=True)
class _Said:
    at: datetime
    lane: str
    kind: str
    value: int = 0

    @property
    def what(self) -> str:
        return str(self.value) if self.lane == "pain" else WORDS[self.kind]


def chart_of(replies: Sequence[Reply]) -> Chart | None:
    """The chart of a patient's replies, oldest first; None when nothing in them can be drawn."""
    said = [item for reply in replies for item in _read(reply)][-MOST:]
    if not said:
        return None
    first, last = local(said[0].at).date(), local(said[-1].at).date()
    start = first - timedelta(days=first.weekday())
    days = max((last - start).days + 1, 7)
    points = tuple(_shape(item, start, days, _height(item.value)) for item in said if item.lane == "pain")
    marks = tuple(_shape(item, start, days, LANES[item.lane]) for item in said if item.lane != "pain")
    present = {item.lane for item in said}
    return Chart(
        points=points,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        marks=marks,
        levels=tuple(Tick(_height(value), str(value)) for value in (0, 5, WORST_PAIN)),
        weeks=_weeks(start, days),
        lanes=tuple(Tick(y, LANE_NAMES[lane]) for lane, y in LANES.items() if lane in present),
        legend=tuple((kind, word) for kind, word in WORDS.items() if any(item.kind == kind for item in said)),
        rows=tuple((danish_date(item.at), _TABLE[item.lane], item.what) for item in reversed(said)),
        summary=_summary([item for item in said if item.lane == "pain"]),
    )


def _read(reply: Reply) -> list[_Said]:
    """What one reply adds: its answer, and its colour when it was red or amber."""
    level = reply.triage.level if reply.triage else ""
    found = [_Said(reply.received_at, "level", level)] if level in {"red", "amber"} else []
    value = reply.answer_value or ""
    if reply.question == "pain" and value.isdecimal() and int(value) <= WORST_PAIN:
        found.append(_Said(reply.received_at, "pain", "pain", int(value)))
    elif reply.question in {"exercise", "activity"} and value in {"yes", "no"}:
        found.append(_Said(reply.received_at, reply.question, "done" if value == "yes" else "missed"))
    elif reply.question == "screening" and level:
        is_clean = value == "no" and level == "green"
        found.append(_Said(reply.received_at, "screening", "clean" if is_clean else "flagged"))
    return found


def _shape(item: _Said, start: date, days: int, y: float) -> Shape:
    wall = local(item.at)
    share = ((wall.date() - start).days + (wall.hour * 60 + wall.minute) / 1440) / days
    name = _TABLE[item.lane].partition(" (")[0]
    return Shape(_across(share), y, item.kind, f"{danish_date(item.at)}: {name}: {item.what}")


def _across(share: float) -> float:
    return round(LEFT + share * (RIGHT - LEFT), 1)


def _height(value: int) -> float:
    return round(BOTTOM - value / WORST_PAIN * (BOTTOM - TOP), 1)


def _weeks(start: date, days: int) -> tuple[Tick, ...]:
    """Mondays, as many as have room for their date."""
    every = 7 * max(1, -(-days // (7 * MOST_LABELS)))
    return tuple(
        Tick(_across(number / days), f"{start + timedelta(days=number):%d-%m}") for number in range(0, days, every)
    )


def _summary(told: Sequence[_Said]) -> str:
    """The course of the pain in a sentence, for who cannot see the drawing."""
    if not told:
        return "Ingen tal for smerter endnu."
    if len(told) == 1:
        return f"Smerter {told[0].value} den {danish_date(told[0].at)}."
    first, last = told[0], told[-1]
    return f"Smerter {first.value} den {danish_date(first.at)}, {last.value} den {danish_date(last.at)}."
