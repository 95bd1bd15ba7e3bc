"""Pure: what still goes of texts that nobody sent in time, and when: one a day for each patient, never a heap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from messages.schema import Purpose
from scheduler.planning import MIN_GAP

LATE = timedelta(minutes=15)
"""A text that nobody has tried to send so long after its time is late: the worker was away, not merely busy."""
PACE = timedelta(minutes=1)
"""A clinic's late texts stand so far apart."""
SPREAD = timedelta(hours=2)
"""Where there are more of them than fit into this, they stand closer. Both are argued in docs/delivery.md."""
MARGIN = timedelta(minutes=5)
"""So long before its life ends a text that still goes has its place."""

RANKS: Mapping[str, int] = {Purpose.SCREENING: 2, Purpose.CLOSING: 1, "reminder": -1}
"""Which text of a day is kept: the question about serious signs before all, then the closing, then the newest. A
reminder yields to any other."""
LASTING = (Purpose.WELCOME, Purpose.SCREENING, Purpose.CLOSING)
"""What waits for another day, while it lives, rather than being dropped for one that went today."""
TOO_LATE = "for sent: "
BY_NEWER = f"{TOO_LATE}en nyere sms går i stedet"
BY_SCREENING = f"{TOO_LATE}spørgsmålet om alvorlige tegn går i stedet"
BY_ONE_TODAY = f"{TOO_LATE}patienten har fået en anden sms i dag"
BESIDE_SCREENING = f"{TOO_LATE}et nyere spørgsmål om alvorlige tegn er stillet"
GAVE_WAY = frozenset({BY_NEWER, BY_SCREENING, BY_ONE_TODAY, BESIDE_SCREENING})
"""The reasons of texts that gave way to another."""


@dataclass(frozen=True, slots=True)
class Text:
    """A timed text that waits. `closes`, `opens`: when its clinic's window closes today, and opens the next time after
    that for this text. All instants are UTC.
    """

    id: int
    clinic_id: str
    purpose: str
    due_at: datetime
    expires_at: datetime
    closes: datetime
    opens: datetime


@dataclass(frozen=True)
class Gone:
    """A timed text that has left, or is leaving. `at`: when (UTC). `is_today`: by the local day."""

    purpose: str
    due_at: datetime
    at: datetime
    is_today: bool


@dataclass(frozen=True)
class Day:
    """One patient's: what is late, what is still to come today, and what went lately."""

    late: Sequence[Text]
    to_come: Sequence[Text] = ()
    gone: Sequence[Gone] = ()


@dataclass
class Judgement:
    """`first`: the late text that goes today as soon as there is room. `second`: one that goes a while after it on the
    day of the welcome, or after `not_before`. `another_day`: looked at again when the window opens. `dropped`: the
    reason of those that never go, by text.
    """

    first: Text | None = None
    second: Text | None = None
    not_before: datetime | None = None
    another_day: list[Text] = field(default_factory=list)
    dropped: dict[int, str] = field(default_factory=dict)


def judge(day: Day) -> Judgement:
    """What of a patient's late texts still goes. One a day, the day of the welcome excepted, as in any plan."""
    found = Judgement()
    late = [text for text in day.late if not _is_beside_screening(text, day.gone)]
    found.dropped = {text.id: BESIDE_SCREENING for text in day.late if text not in late}
    today = [gone for gone in day.gone if gone.is_today]
    if any(gone.purpose != Purpose.WELCOME for gone in today):
        found.another_day = [text for text in late if text.purpose in LASTING]
        found.dropped |= {text.id: BY_ONE_TODAY for text in late if text.purpose not in LASTING}
        return found
    best = _kept(late, day.to_come, found)
    welcome = next((text for text in late if text.purpose == Purpose.WELCOME), None)
    if welcome is not None:
        found.first, found.second = welcome, best
    elif today:
        found.second, found.not_before = best, max(gone.at for gone in today) + MIN_GAP
    elif best in late:
        found.first = best
    return found


def _kept(late: Sequence[Text], to_come: Sequence[Text], found: Judgement) -> Text | None:
    """The one text of the day besides a welcome; the others of the day are dropped if any of it is late."""
    others = [text for text in (*late, *to_come) if text.purpose != Purpose.WELCOME]
    best = max(others, key=lambda text: (RANKS.get(text.purpose, 0), text.due_at, text.id), default=None)
    if best is not None and any(text.purpose != Purpose.WELCOME for text in late):
        why = BY_SCREENING if best.purpose == Purpose.SCREENING else BY_NEWER
        found.dropped |= {text.id: why for text in others if text is not best}
    return best


def _is_beside_screening(text: Text, gone: Sequence[Gone]) -> bool:
    """Reassurance answers the screening before it; once a newer one has been asked it says too much."""
    asked = (one for one in gone if one.purpose == Purpose.SCREENING)
    return text.purpose == Purpose.REASSURANCE and any(one.due_at > text.due_at for one in asked)


@dataclass
class Places:
    """`at`: when each text goes, by its id. `another_day`: texts to look at again when their window opens. `dropped`:
    by text, why it never goes.
    """

    at: dict[int, datetime] = field(default_factory=dict)
    another_day: dict[int, datetime] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)


def place(days: Iterable[Day], now: datetime, pace: timedelta = PACE) -> Places:
    """When what is late goes: each clinic's one after the other, those first whose life ends first, clinics between
    each other. `pace` of nought: all at once. Of each day no more is kept than is needed.
    """
    places = Places()
    by_clinic: defaultdict[str, list[Text]] = defaultdict(list)
    followed: list[tuple[Judgement, Text]] = []
    for one in map(judge, days):
        places.dropped |= one.dropped
        places.another_day |= {text.id: text.opens for text in one.another_day}
        if one.first is not None:
            by_clinic[one.first.clinic_id].append(one.first)
        if one.second is not None:
            followed.append((one, one.second))
    for number, clinic_id in enumerate(sorted(by_clinic)):
        texts = sorted(by_clinic[clinic_id], key=lambda text: (text.expires_at, text.due_at, text.id))
        _in_line(texts, places, now, pace, number / len(by_clinic))
    for one, second in followed:
        _after(one, second, places, now)
    return places


def _in_line(texts: Sequence[Text], places: Places, now: datetime, pace: timedelta, offset: float) -> None:
    """One clinic's. What does not fit before the window closes waits for the next day if it lives until then.

    `offset`: how far into its first minute this clinic begins, as a part of it.
    """
    room = min(text.closes for text in texts) - now
    distance = min(pace, SPREAD / len(texts))
    fits = int(room / distance) if distance else len(texts)
    short = [text for text in texts if text.expires_at < text.opens + SPREAD]
    lasting = [text for text in texts if text.expires_at >= text.opens + SPREAD]
    put_off = lasting[max(fits - len(short), 0) :]
    places.another_day |= {text.id: text.opens for text in put_off}
    today = [text for text in texts if text.id not in places.another_day]
    distance = min(distance, room / len(today)) if today else distance
    for index, text in enumerate(today):
        slot = now + (index + offset) * distance
        places.at[text.id] = max(min(slot, text.expires_at - MARGIN, text.closes - MARGIN), now)


def _after(judged: Judgement, text: Text, places: Places, now: datetime) -> None:
    """The text that follows a welcome keeps its distance to it, or waits for another day."""
    if judged.first is not None:
        begun = places.at.get(judged.first.id)
        earliest = begun + MIN_GAP if begun is not None else None
    else:
        earliest = judged.not_before
    if earliest is None or max(earliest, text.due_at) >= text.closes:
        places.another_day[text.id] = max(text.opens, text.due_at)
    elif text.due_at < earliest or text.due_at <= now:
        places.at[text.id] = max(earliest, text.due_at, now)
