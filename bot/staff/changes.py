"""Pure: what differs between two versions of a course, as staff read it: side by side, one word for each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.moving import Outlook, Text
from bot.staff.formatting import clock, date_time
from messages.schema import Step
from messages.versions import StepChange

NEW, GONE = "Ny", "Udgår"
_WORDS = {
    (True, True): "Anden tekst og andet tidspunkt",
    (True, False): "Anden tekst",
    (False, True): "Andet tidspunkt",
    (False, False): "Anden indstilling",
}
"""By whether the words differ and whether the time does."""
_COUNTED = {
    NEW: ("{} ny", "{} nye"),
    "Anden tekst": ("{} med anden tekst",) * 2,
    "Andet tidspunkt": ("{} på et andet tidspunkt",) * 2,
    "Anden tekst og andet tidspunkt": ("{} med anden tekst og andet tidspunkt",) * 2,
    "Anden indstilling": ("{} med en anden indstilling",) * 2,
    GONE: ("{} udgår",) * 2,
}
"""One, and several."""


@dataclass(frozen=True)
class Side:
    """A text on one side: when it is sent, in Danish, and what it says."""

    when: str
    body: str


@dataclass(frozen=True)
class Row:
    """One change; a side is None where the text does not stand."""

    word: str
    before: Side | None
    after: Side | None


def rows_of(outlook: Outlook) -> tuple[Row, ...]:
    """What would change for one patient, in the order of time."""
    return tuple(
        Row(
            _word(change.before, change.after, change.is_rewritten, change.is_moved),
            _side(change.before),
            _side(change.after),
        )
        for change in outlook.changes
    )


def rows_between(changes: Sequence[StepChange], bodies: dict[Step, str]) -> tuple[Row, ...]:
    """What differs between two versions. `bodies`: the finished text of every step that is named."""

    def side(step: Step | None) -> Side | None:
        if step is None:
            return None
        return Side(f"Dag {step.day}" + (f" kl. {clock(step.at)}" if step.at else ""), bodies[step])

    def row(change: StepChange) -> Row:
        before, after = side(change.before), side(change.after)
        is_rewritten = before is not None and after is not None and before.body != after.body
        return Row(_word(change.before, change.after, is_rewritten, change.is_moved), before, after)

    return tuple(row(change) for change in changes)


def _word(before: Text | Step | None, after: Text | Step | None, is_rewritten: bool, is_moved: bool) -> str:  # noqa: FBT001
    if before is None:
        return NEW
    if after is None:
        return GONE
    return _WORDS[is_rewritten, is_moved]


def _side(text: Text | None) -> Side | None:
    return None if text is None else Side(date_time(text.due_at), text.body)


def summary(rows: Sequence[Row]) -> str:
    """How many changes there are of each kind: "2 nye, 1 med anden tekst, 1 udgår"; empty when there are none."""
    words = [row.word for row in rows]
    counts = [(word, words.count(word)) for word in _COUNTED if word in words]
    return ", ".join(_COUNTED[word][count > 1].format(count) for word, count in counts)
