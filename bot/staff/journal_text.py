"""Pure: a patient's follow-up as plain text, for the clinic's own record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.staff import words
from bot.staff.cards import Card
from bot.staff.course_chart import Chart
from bot.staff.entries import Entry, Incoming, Noted, Outgoing, Raised
from bot.staff.formatting import danish_date, date_time
from bot.staff.marking import Piece
from core.models import MessageKind, MessageState
from scheduler.calendar import local

OF_THE_COURSE = frozenset({MessageKind.STEP, MessageKind.REMINDER})
ARRIVED = frozenset({MessageState.SENT, MessageState.DELIVERED})
NOTHING = "Ingen."
SEVERAL = "sms'er"


@dataclass(frozen=True)
class Course:
    """A course the patient is or was on. `standing`: its state in Danish, with the week or the reason."""

    name: str
    version: int
    start: date
    standing: str
    consent_at: datetime


@dataclass(frozen=True)
class Head:
    """What stands above the summary. `phone`: as it is read. `made_at`: UTC."""

    clinic: str
    patient: str
    phone: str
    made_by: str
    made_at: datetime


def journal_text(
    head: Head, courses: Sequence[Course], entries: Sequence[Entry], chart: Chart | None, since: date | None
) -> str:
    """The whole summary, sections parted by an empty line. `since`: only what happened from that local day on; the
    courses always stand there. That there were no alerts and no replies is told, other empty sections are left out.
    """
    kept = [entry for entry in entries if since is None or local(entry.at).date() >= since]
    period = f"fra {danish_date(since)}" if since else "hele forløbet"
    top = [
        f"Sms-opfølgning, {head.clinic}",
        f"Patient: {head.patient}, tlf. {head.phone}",
        f"Perioden: {period}. Skrevet ud {date_time(head.made_at)} af {head.made_by}.",
    ]
    sections = [
        ("Forløb", [*_courses(courses), *_traffic(kept)]),
        ("Smerter (0-10)", _pain(chart, kept)),
        ("Alarmer", _blocks(_alert(entry.card) for entry in kept if isinstance(entry, Raised))),
        ("Svar fra patienten", [_reply(entry) for entry in kept if isinstance(entry, Incoming)] or [NOTHING]),
        ("Sms'er, som klinikken har skrevet", [*_written(kept)]),
        ("Noter", [*_notes(kept)]),
    ]
    told = "\n\n".join("\n".join([heading.upper(), *lines]) for heading, lines in sections if lines)
    return "\n".join(top) + "\n\n" + told + "\n"


def _courses(courses: Sequence[Course]) -> Iterator[str]:
    for course in courses:
        yield f"{course.name}, udgave {course.version}: startet {danish_date(course.start)}, {course.standing}."
        yield f"Samtykke til sms: {date_time(course.consent_at)}."
    if not courses:
        yield "Patienten er ikke tilmeldt et forløb."


def _traffic(kept: Sequence[Entry]) -> Iterator[str]:
    """How many texts of the course went out, and which did not arrive."""
    texts = [entry for entry in kept if isinstance(entry, Outgoing) and entry.kind in OF_THE_COURSE]
    sent = sum(text.state in ARRIVED for text in texts)
    yield f"Sendt {sent} {'sms' if sent == 1 else SEVERAL} fra forløbet."
    for text in texts:
        if text.is_lost:
            yield f"{date_time(text.at)}: {text.state_text}."


def _pain(chart: Chart | None, kept: Sequence[Entry]) -> list[str]:
    """The numbers in order of time, from the same rows as the table beneath the drawing."""
    days = {danish_date(entry.at) for entry in kept if isinstance(entry, Incoming)}
    rows = reversed(chart.rows) if chart else ()
    told = [f"{when}: {said}" for when, what, said in rows if what.startswith("Smerter") and when in days]
    return ["; ".join(told)] if told else []


def _blocks(blocks: Iterable[list[str]]) -> list[str]:
    """Each alert with its lines, an empty line between two."""
    lines: list[str] = []
    for block in blocks:
        lines += ["", *block] if lines else block
    return lines or [NOTHING]


def _alert(card: Card) -> list[str]:
    what = ", ".join(card.flags) or card.kind_word
    lines = [f"{card.colour_word}, {card.opened}: {what}"]
    if card.reply_id:
        lines.append(f"Patienten skrev: {_quoted(card.pieces, card.media_count)}")
    if card.about:
        lines.append(f"Vores sms: {card.about}")
    lines += [
        f"Rygbots sms ({answer.state}): »{answer.in_danish or answer.body}«"
        for answer in card.answers
        if not answer.is_waiting
    ]
    for event in card.happenings:
        who = "" if event.who == "Rygbot" else f" af {event.who}"
        note = f": »{event.note}«" if event.note else ""
        lines.append(f"{event.at}: {event.what}{who}{note}")
    outcome = card.outcome or ("Afsluttet" if not card.is_open else "ikke afsluttet endnu")
    return [*lines, f"Udfald: {outcome}"]


def _reply(entry: Incoming) -> str:
    asked = words.QUESTIONS.get(entry.question, "")
    level = words.say(words.LEVELS, entry.level) if entry.level else "ikke vurderet endnu"
    found = f"{level}: {', '.join(entry.flags)}" if entry.flags else level
    before = f"{asked} " if asked else ""
    return f"{date_time(entry.at)}: {before}{_quoted(entry.pieces, entry.media_count)} ({found})"


def _written(kept: Sequence[Entry]) -> Iterator[str]:
    for entry in kept:
        if isinstance(entry, Outgoing) and entry.kind == MessageKind.STAFF:
            yield f"{date_time(entry.at)}, {entry.sender} ({entry.state_text}): »{entry.body}«"


def _notes(kept: Sequence[Entry]) -> Iterator[str]:
    for entry in kept:
        if isinstance(entry, Noted) and not entry.removed:
            yield f"{date_time(entry.at)}, {entry.who}: {entry.body}"


def _quoted(pieces: Sequence[Piece], media_count: int) -> str:
    """What the patient wrote; pictures are told, not shown."""
    body = "".join(piece.text for piece in pieces)
    pictures = f" [{media_count} {'billede' if media_count == 1 else 'billeder'}]" if media_count else ""
    return f"»{body}«{pictures}" if body or not media_count else pictures.strip()
