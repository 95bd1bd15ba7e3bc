"""Pure: a patient's own wish about the texts: when on the day, fewer, a pause, or on again.

Conservative: the whole message must be about this. "Om morgenen" may be a wish; "det gør ondt om morgenen" is not, and
"kan I ringe i morgen tidlig" is not. What is not surely a wish goes its usual way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot import wish_words as said
from bot.wish_days import COUNTS, read_day, read_until
from scheduler.calendar import local

MAX_WORDS = 18
FIRST_SURE_HOUR = 8
"""Below it "kl. 5" may be morning or afternoon, and nobody asks for texts at night."""
_IN_WORDS = {"morgen": "om morgenen", "formiddag": "om formiddagen", "eftermiddag": "om eftermiddagen"} | {
    "aften": "om aftenen"
}


@dataclass(frozen=True)
class TimeWish:
    """`time`: a time of day of scheduler.planning, or a clock time "17:00". `earliest`: no sooner than that.

    `bare`: said without a word about texts, so that it may as well be the answer to a question.
    """

    time: str
    earliest: bool = False
    bare: bool = False


@dataclass(frozen=True)
class FewerWish:
    """Fewer texts. `bare` as in TimeWish."""

    bare: bool = False


@dataclass(frozen=True)
class PauseWish:
    """No texts before the local day `until`, 1 to 28 days ahead."""

    until: date


@dataclass(frozen=True)
class GoOnWish:
    """The pause may end now."""


Wish = TimeWish | FewerWish | PauseWish | GoOnWish


def read_wish(text: str, now: datetime) -> Wish | None:
    """The one wish that the whole text expresses, or None.

    `now`: aware; days are counted in Danish time. Raises ValueError for a naive `now`, and nothing for any text.
    """
    today = local(now).date()
    words = said.plain_words(text)
    if not words or len(words.split()) > MAX_WORDS:
        return None
    return _pause(words, today) or _go_on(words) or _fewer(words) or _time(words)


def say_time(time: str) -> str:
    """How a stored time is said: "om morgenen", "klokken 17", "klokken 9.30"."""
    if time in _IN_WORDS:
        return _IN_WORDS[time]
    hour, _, minute = time.partition(":")
    return f"klokken {int(hour)}" + (f".{minute}" if minute != "00" else "")


def _pause(words: str, today: date) -> PauseWish | None:
    until = None
    if (found := said.HOME_BY.fullmatch(words)) or (found := said.NOT_BEFORE.fullmatch(words)):
        until = read_day(found["day"] or found["again"], today)
    elif found := said.PAUSE.fullmatch(words) or said.WAIT.fullmatch(words):
        until = read_until(found["when"], today)
    return PauseWish(until) if until else None


def _go_on(words: str) -> GoOnWish | None:
    return GoOnWish() if said.GO_ON.fullmatch(words) else None


def _fewer(words: str) -> FewerWish | None:
    if said.FEWER_BARE.fullmatch(words):
        return FewerWish(bare=True)
    return FewerWish() if said.FEWER.fullmatch(words) else None


def _time(words: str) -> TimeWish | None:
    found = said.TIME.fullmatch(words)
    if found is None or said.TODAY_OR_TOMORROW.search(words):
        return None
    bare = not (found["texts"] or _about_texts(found["ask"] or ""))
    if part := found["part"] or found["plain"]:
        return TimeWish(said.PARTS.get(part, part), bare=bare)
    if not (found["least"] or found["kl"]):
        return None
    time = _clock(found["hour"], found["half"])
    return TimeWish(time, earliest=bool(found["least"]), bare=bare) if time else None


def _about_texts(asked: str) -> bool:
    """Whether the way of asking already speaks of writing to somebody."""
    return bool({"send", "sende", "skriv", "skrive", "skriver", "sender"} & set(asked.split()))


def _clock(hour: str, half: str | None) -> str | None:
    """A wall-clock time "17:00", or None when it cannot be one or may be two."""
    whole, _, minute = hour.replace(".", ":").partition(":")
    number = int(whole) if whole.isdigit() else COUNTS[whole]
    if half in {"eftermiddagen", "aftenen"} and number < 12:
        number += 12
    minutes = int(minute or 0)
    if not FIRST_SURE_HOUR <= number <= 23 or minutes > 59:
        return None
    return f"{number:02d}:{minutes:02d}"
