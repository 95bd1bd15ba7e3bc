"""Pure: figures as what the overview shows: pictures, and the same in tables, in Danish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.figures.counts import FAILED
from bot.figures.pain import MOST_ANSWERS, Point
from bot.figures.read import Figures
from bot.staff import words
from bot.staff.charts import Series, bars, lines
from bot.staff.formatting import duration
from bot.staff.tiles import share
from core.gateway import danish_reason
from core.states import Colour, EnrolmentState, MessageState

PROGRAMMES_SHOWN = 5
COLOURS = (Colour.RED, Colour.AMBER, Colour.BLUE)
COLOUR_NAMES = {Colour.RED: "Rød", Colour.AMBER: "Gul", Colour.BLUE: "Blå"}
FAILURE_NAMES = {
    MessageState.UNDELIVERED: "Ikke leveret",
    MessageState.FAILED: "Ikke sendt",
    MessageState.UNKNOWN: "Uvist",
    MessageState.EXPIRED: "Blev for sen",
}


@dataclass(frozen=True)
class Table:
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """A theme: `picture` is SVG, "" when there is nothing to draw; `tables` say the same and more, `open_tables` are
    not folded away; `notes`: what a reader must know to read the figures right.
    """

    id: str
    heading: str
    picture: str
    tables: tuple[Table, ...]
    open_tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


def sheets(shown: Figures, names: Mapping[str, str]) -> tuple[Sheet, ...]:
    """`names`: of the programmes, by id."""
    weeks = tuple(str(week.number) for week in shown.scope.period.weeks)
    return (
        _courses(shown, weeks, names),
        _talk(shown, weeks),
        _alerts(shown, weeks),
        _pain(shown, names),
        _failures(shown, weeks),
        _cost(shown, weeks),
    )


def _courses(shown: Figures, weeks: Sequence[str], names: Mapping[str, str]) -> Sheet:
    found = shown.courses
    title = "Forløb i gang ved slutningen af hver uge"
    picture = lines("forloeb", title, weeks, [Series("I gang", "tone-1", found.running)])
    by_week = [_row(*each) for each in zip(weeks, found.begun, found.ended, found.running, strict=True)]
    now = [
        (names.get(programme, programme), *(str(found.now[programme, state]) for state in _RUNNING))
        for programme in sorted({programme for programme, _ in found.now}, key=lambda key: names.get(key, key))
    ]
    return Sheet(
        "forloeb",
        "Forløb i gang",
        picture,
        (Table(title, ("Uge", "Startet", "Afsluttet", "I gang"), tuple(by_week)),),
        (Table("I gang nu", ("Forløb", "I gang", "På pause"), tuple(now)),) if now else (),
    )


def _talk(shown: Figures, weeks: Sequence[str]) -> Sheet:
    found, silent = shown.talk, shown.alerts.silent
    series = [
        Series("Spørgsmål", "tone-1", found.asked),
        Series("Besvaret", "tone-2", found.answered),
        Series("Tavse patienter", "tone-3", silent),
    ]
    rows = [
        _row(week, asked, answered, share(answered, asked), quiet, replies)
        for week, asked, answered, quiet, replies in zip(
            weeks, found.asked, found.answered, silent, found.replies, strict=True
        )
    ]
    title = "Spørgsmål, svar og tavshed uge for uge"
    head = ("Uge", "Spørgsmål", "Besvaret", "Andel", "Tavse", "Sms'er fra patienter")
    return Sheet(
        "svar",
        "Svar og tavshed",
        bars("svar", title, weeks, series),
        (Table(title, head, tuple(rows)),),
        notes=(
            "Et svar tæller i den uge, hvor spørgsmålet blev sendt. Den seneste uge kan stadig nå at få flere.",
            "En tavs patient har ikke svaret på det ugentlige spørgsmål om alvorlige symptomer.",
        ),
    )


def _alerts(shown: Figures, weeks: Sequence[str]) -> Sheet:
    found = shown.alerts
    series = [
        Series(COLOUR_NAMES[colour], f"tone-{colour}", [week[colour] for week in found.by_week]) for colour in COLOURS
    ]
    title = "Alarmer uge for uge"
    by_week = [
        _row(week, *(each[colour] for colour in COLOURS), each.total())
        for week, each in zip(weeks, found.by_week, strict=True)
    ]
    kinds = [
        (words.say(words.ALERT_KINDS, kind), COLOUR_NAMES.get(Colour(colour), colour), str(number))
        for (kind, colour), number in found.by_kind.most_common()
    ]
    waits = [
        _row(COLOUR_NAMES[colour], wait.taken, duration(wait.median), duration(wait.slow), found.waiting[colour])
        for colour in COLOURS
        if (wait := shown.waits.get(colour)) is not None
    ]
    head = ("Farve", "Taget", "Halvdelen inden for", "9 af 10 inden for", "Venter endnu")
    return Sheet(
        "alarmer",
        "Alarmer",
        bars("alarmer", title, weeks, series, stacked=True),
        (
            Table(title, ("Uge", *COLOUR_NAMES.values(), "I alt"), tuple(by_week)),
            Table("Alarmer efter slags", ("Slags", "Farve", "Antal"), tuple(kinds)),
        ),
        (Table("Tid, til nogen tog sig af alarmen", head, tuple(waits)),) if waits else (),
        ("Tiden regnes, fra alarmen kom, til nogen kvitterede eller afsluttede den, også om natten og i weekenden.",),
    )


def _pain(shown: Figures, names: Mapping[str, str]) -> Sheet:
    points = shown.pain.points
    last = max((week for weeks in points.values() for week in weeks), default=0)
    weeks = range(1, last + 1)
    most_answers_first = sorted(points, key=lambda key: -sum(point.answers for point in points[key].values()))
    drawn = sorted(most_answers_first[:PROGRAMMES_SHOWN], key=lambda key: names.get(key, key))
    series = [
        Series(
            names.get(programme, programme),
            f"tone-{number}",
            [point.mean if (point := points[programme].get(week)) else None for week in weeks],
        )
        for number, programme in enumerate(drawn, start=1)
    ]
    title = "Smerter fra 0 til 10, uge for uge i forløbet"
    order = sorted(points, key=lambda key: names.get(key, key))
    rows = [_row(week, *(_told(points[programme].get(week)) for programme in order)) for week in weeks]
    notes = ["Gennemsnit af patienternes svar, i parentes hvor mange svar. Vær varsom, når der kun er få."]
    if shown.pain.is_cut:
        notes.append(f"Der er flere svar i perioden. Kun de nyeste {MOST_ANSWERS} er talt med.")
    picture = lines("smerter", title, [str(week) for week in weeks], series, most=10) if series else ""
    return Sheet(
        "smerter",
        "Smerter gennem forløbet",
        picture,
        (Table(title, ("Uge", *(names.get(programme, programme) for programme in order)), tuple(rows)),)
        if rows
        else (),
        notes=tuple(notes) if rows else ("Ingen patienter har svaret på spørgsmålet om smerter i perioden.",),
    )


def _told(point: Point | None) -> str:
    return f"{point.mean:.1f} ({point.answers})".replace(".", ",") if point else ""


def _failures(shown: Figures, weeks: Sequence[str]) -> Sheet:
    found = shown.texts
    series = [
        Series(FAILURE_NAMES[state], f"tone-{number}", [week[state] for week in found.failed])
        for number, state in enumerate(FAILED, start=1)
    ]
    title = "Sms'er, der ikke nåede frem, uge for uge"
    rows = [
        _row(week, *(each[state] for state in FAILED), sent)
        for week, each, sent in zip(weeks, found.failed, found.sent, strict=True)
    ]
    causes = [
        (FAILURE_NAMES[MessageState(state)], _WHY.get(MessageState(state)) or danish_reason(code), str(number))
        for (state, code), number in found.failures.most_common()
    ]
    return Sheet(
        "leveringer",
        "Sms'er, der ikke nåede frem",
        bars("leveringer", title, weeks, series, stacked=True),
        (
            Table(title, ("Uge", *(FAILURE_NAMES[state] for state in FAILED), "Sendt i alt"), tuple(rows)),
            *((Table("Årsager", ("Hvad", "Hvorfor", "Antal"), tuple(causes)),) if causes else ()),
        ),
    )


def _cost(shown: Figures, weeks: Sequence[str]) -> Sheet:
    found = shown.texts
    title = "Segmenter uge for uge"
    rows = [_row(*each) for each in zip(weeks, found.sent, found.segments, strict=True)]
    kinds = [
        _row(words.say(words.MESSAGE_KINDS, kind), number, segments)
        for kind, (number, segments) in sorted(found.kinds.items(), key=lambda item: -item[1][1])
    ]
    return Sheet(
        "forbrug",
        "Forbrug i segmenter",
        bars("forbrug", title, weeks, [Series("Segmenter", "tone-1", found.segments)]),
        (
            Table(title, ("Uge", "Sms'er", "Segmenter"), tuple(rows)),
            Table("Efter slags", ("Slags", "Sms'er", "Segmenter"), tuple(kinds)),
        ),
        notes=("Udbyderen tager betaling pr. segment. En sms fylder et eller to.",),
    )


_WHY = {
    MessageState.UNKNOWN: "teleselskabet har ikke svaret",
    MessageState.EXPIRED: "tiden gik, mens den ventede, for eksempel under en pause",
}
"""Where no provider says why."""
_RUNNING = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)


def _row(*cells: object) -> tuple[str, ...]:
    return tuple(str(cell) for cell in cells)
