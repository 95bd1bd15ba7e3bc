"""What the pages of a list that is read in show: the columns to choose between, the rows, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl.utils import get_column_letter
from sqlalchemy.orm import Session

from bot.columns import COLUMNS, REQUIRED, width
from bot.lists.judging import Judged, Verdict, judge
from bot.lists.store import FOR_ALL, Choices, lines_of
from core import phone
from core.models import ImportList
from messages.loader import Content
from scheduler.planning import TIMES_OF_DAY

LABELS: Mapping[str, str] = {
    "navn": "Navn eller initialer",
    "telefon": "Mobilnummer",
    "forløb": "Forløb",
    "region": "Region",
    "lægetelefon": "Egen læges telefon",
    "samtykke": "Samtykke til sms",
    "efternavn": "Efternavn",
    "tidspunkt": "Hvornår på dagen",
    "startdato": "Startdato",
    "instrueret": "Er instrueret i øvelser",
}
ABSENT: Mapping[str, str] = {
    "efternavn": "Står sammen med navnet",
    "tidspunkt": "Formiddag",
    "startdato": "I dag",
    "instrueret": "Nej",
}
"""What counts where the list has no such column; for all others one must be chosen."""
_EXAMPLE = 18
_HEADINGS_AMONG = 5


@dataclass(frozen=True)
class Field:
    """One of our columns, with what may be chosen for it: (value, word). `key`: as it is called in the form."""

    key: str
    label: str
    chosen: str
    options: tuple[tuple[str, str], ...]
    is_missing: bool


@dataclass(frozen=True)
class Line:
    """A row of the list as it is shown. `patient_id`: once it is enrolled."""

    number: int
    name: str
    phone: str
    programme: str
    text: str
    patient_id: int | None = None


@dataclass(frozen=True)
class Sheet:
    """The rows by what comes, or came, of them."""

    good: tuple[Line, ...]
    exists: tuple[Line, ...]
    bad: tuple[Line, ...]


def fields(stored: ImportList, content: Content) -> list[Field]:
    choices = Choices.of(stored)
    found = columns(stored, choices)
    made = []
    for name in COLUMNS:
        chosen = choices.columns.get(name, "")
        absent = ("", ABSENT.get(name, "Vælg kolonne"))
        options = (absent, *found, *_for_all(name, content))
        is_missing = name in REQUIRED and chosen not in {value for value, _ in options[1:]}
        made.append(Field(name, LABELS[name], chosen, options, is_missing))
    return made


def columns(stored: ImportList, choices: Choices) -> list[tuple[str, str]]:
    """The columns of the list, each with its heading and the first thing that stands in it."""
    heads = stored.cells[choices.header] if choices.header is not None else []
    body = [cells for _, cells in lines_of(stored, choices)]
    shown = []
    for index in range(width(stored.cells)):
        first = next((cells[index] for cells in body if index < len(cells) and cells[index]), "")
        head = heads[index] if index < len(heads) else ""
        name = head[:_EXAMPLE] or f"Kolonne {get_column_letter(index + 1)}"
        shown.append((str(index), f"{name}: {first[:_EXAMPLE]}" if first else name))
    return shown


def headers(stored: ImportList) -> list[tuple[str, str]]:
    """The rows that may hold the headings."""
    filled = [index for index, row in enumerate(stored.cells) if any(row)][:_HEADINGS_AMONG]
    rows = [(str(index), f"Linje {index + 1}: {', '.join(stored.cells[index])[:40]}") for index in filled]
    return [("", "Listen har ingen overskrifter"), *rows]


def chosen(form: Mapping[str, str], stored: ImportList, content: Content) -> Choices:
    """The choices of a form; what the page does not offer is left out."""
    header = form.get("header", "")
    rows = dict(headers(stored))
    choices = Choices(int(header) if header in rows and header else None, {})
    offered = columns(stored, choices)
    picked = {}
    for name in COLUMNS:
        value = form.get(name, "")
        if value and value in {key for key, _ in (*offered, *_for_all(name, content))}:
            picked[name] = value
    return Choices(choices.header, picked)


def _for_all(name: str, content: Content) -> Sequence[tuple[str, str]]:
    """What may hold for every row."""
    values: Sequence[tuple[str, str]] = ()
    if name == "forløb":
        values = [(item.id, f"Alle: {item.name}") for item in content.programmes.values()]
    elif name == "region":
        values = [(item.id, f"Alle: {item.name}") for item in content.regions.values()]
    elif name == "samtykke":
        values = [("ja", "Alle på listen har sagt ja")]
    elif name == "tidspunkt":
        values = [(key, f"Alle: {key}") for key in TIMES_OF_DAY]
    elif name == "instrueret":
        values = [("ja", "Alle er instrueret")]
    return [(FOR_ALL + key, word) for key, word in values]


def sheet(session: Session, content: Content, stored: ImportList, now: datetime) -> Sheet:
    """All rows: as they are judged now, but for those of which the outcome is known."""
    results = {result["row"]: result for result in stored.results}
    groups: dict[Verdict, list[Line]] = {verdict: [] for verdict in Verdict}
    for judged in judge(session, content, stored, now):
        result = results.get(judged.row.number)
        if result is None:
            groups[judged.verdict].append(_line(judged, content, judged.text))
            continue
        line = _line(judged, content, result.get("text", ""), result.get("patient"))
        groups[Verdict(result["verdict"])].append(line)
    return Sheet(*(tuple(groups[verdict]) for verdict in (Verdict.GOOD, Verdict.EXISTS, Verdict.BAD)))


def _line(judged: Judged, content: Content, text: str, patient_id: int | None = None) -> Line:
    application = judged.row.application
    programme = content.programmes.get(application.programme)
    number = phone.parse(application.phone)
    return Line(
        number=judged.row.number,
        name=application.name,
        phone=phone.display(number) if number else application.phone,
        programme=programme.name if programme else application.programme,
        text=text,
        patient_id=patient_id,
    )
