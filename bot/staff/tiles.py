"""Pure: the few figures that say at a glance how it goes."""

from __future__ import annotations

from dataclasses import dataclass

from bot.figures.read import Figures
from bot.staff.formatting import duration
from core.states import Colour, EnrolmentState, MessageState


@dataclass(frozen=True)
class Tile:
    """A key figure: `figure` large, `what` it is, `more` beneath."""

    figure: str
    what: str
    more: str = ""


def tiles(shown: Figures) -> tuple[Tile, ...]:
    running = shown.courses.now.total()
    paused = sum(number for (_, state), number in shown.courses.now.items() if state == EnrolmentState.PAUSED)
    asked, answered = sum(shown.talk.asked), sum(shown.talk.answered)
    reds = sum(week[Colour.RED] for week in shown.alerts.by_week)
    wait = shown.waits.get(Colour.RED)
    failed, sent = _failed(shown), sum(shown.texts.sent)
    return (
        Tile(str(running), "forløb i gang nu", f"heraf {paused} på pause" if paused else ""),
        Tile(share(answered, asked), "af spørgsmålene er besvaret", f"{answered} af {asked}"),
        Tile(
            str(reds),
            _one(reds, "rød alarm", "røde alarmer"),
            f"typisk taget på {duration(wait.median)}" if wait else "",
        ),
        Tile(str(failed), "sms'er nåede ikke frem", f"{share(failed, failed + _arrived(shown))} af sms'erne"),
        Tile(str(sum(shown.texts.segments)), "segmenter sendt", f"i {sent} sms'er"),
    )


def share(part: int, whole: int) -> str:
    """ "12 %"; a dash where there is nothing to have a share of."""
    return f"{round(100 * part / whole)} %" if whole else "-"


def _failed(shown: Figures) -> int:
    return shown.texts.failures.total()


def _arrived(shown: Figures) -> int:
    """Sent, and nothing has been heard of it going wrong."""
    lost = sum(
        number
        for (state, _), number in shown.texts.failures.items()
        if state in {MessageState.UNDELIVERED, MessageState.UNKNOWN}
    )
    return sum(shown.texts.sent) - lost


def _one(number: int, singular: str, plural: str) -> str:
    return singular if number == 1 else plural
