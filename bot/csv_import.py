"""Bulk enrolment from a CSV file as clinics have them: semicolon or comma, UTF-8 or Windows-1252, Danish dates."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.enrolment import Application
from scheduler.planning import DEFAULT_TIME_OF_DAY

REQUIRED = ("navn", "telefon", "forløb", "region", "lægetelefon", "samtykke")
OPTIONAL = ("tidspunkt", "startdato", "instrueret")
YES = frozenset({"ja", "j", "yes", "x", "1"})
NO = frozenset({"nej", "n", "no", "0", ""})
MAX_BYTES = 10_000_000
FIELDS = {
    "name": "navn",
    "phone": "telefon",
    "programme": "forløb",
    "region": "region",
    "doctor_phone": "lægetelefon",
    "consent": "samtykke",
    "time_of_day": "tidspunkt",
    "start_date": "startdato",
}
"""Field of an Application -> the column it stands in."""


class FileRefusedError(Exception):
    """The file as a whole cannot be read; the message says in Danish what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the file. `number` as a spreadsheet shows it (the header is 1); `errors` in Danish."""

    number: int
    application: Application
    errors: tuple[str, ...]


def read(data: bytes) -> list[Row]:
    """Every line with something in it. Raises FileRefusedError when the file has no usable header."""
    if len(data) > MAX_BYTES:
        raise FileRefusedError("Filen er for stor. Del den i filer på højst 10 MB.")
    text = _decode(data)
    if "\0" in text:
        raise FileRefusedError("Filen er ikke en tekstfil. Gem den som CSV og prøv igen.")
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t", key=first_line.count)
    lines = csv.reader(io.StringIO(text.lstrip("\r\n")), delimiter=delimiter)
    try:
        header = [_column(name) for name in next(lines, [])]
        _check_header(header)
        rows = [
            _row(number, dict(zip(header, (cell.strip() for cell in cells), strict=False)), len(cells), header)
            for number, cells in enumerate(lines, start=2)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise FileRefusedError(f"Filen kan ikke læses som CSV (linje {lines.line_num}).") from error
    if not rows:
        raise FileRefusedError("Filen har ingen patienter under overskriften.")
    return rows


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _column(name: str) -> str:
    plain = "".join(name.strip().lower().split()).strip('"')
    return {"forloeb": "forløb", "laegetelefon": "lægetelefon", "lægetlf": "lægetelefon"}.get(plain, plain)


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name and name not in REQUIRED + OPTIONAL]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    problems = []
    if missing:
        problems.append(f"Der mangler kolonner: {', '.join(missing)}.")
    if unknown:
        problems.append(f"Ukendte kolonner: {', '.join(unknown)}.")
    if twice:
        problems.append(f"Kolonner, der står to gange: {', '.join(twice)}.")
    if problems:
        wanted = ";".join(REQUIRED)
        raise FileRefusedError(
            f"{' '.join(problems)} Første linje skal være: {wanted} (og evt. {', '.join(OPTIONAL)})."
        )


def _row(number: int, cells: Mapping[str, str], width: int, header: list[str]) -> Row:
    errors = []
    if width > len(header):
        errors.append(f"Linjen har {width} felter, men overskriften har {len(header)}.")
    start, start_error = _date(cells.get("startdato", ""))
    instructed, instructed_error = _yes_no(cells.get("instrueret", ""), "instrueret")
    consent, consent_error = _yes_no(cells.get("samtykke", ""), "samtykke")
    errors += [error for error in (start_error, instructed_error, consent_error) if error]
    application = Application(
        name=cells.get("navn", ""),
        phone=cells.get("telefon", ""),
        programme=cells.get("forløb", "").lower(),
        region=cells.get("region", "").lower().replace("region ", "").replace("æ", "ae"),
        doctor_phone=cells.get("lægetelefon", ""),
        consent=consent,
        time_of_day=cells.get("tidspunkt", "").lower() or DEFAULT_TIME_OF_DAY,
        start_date=start,
        instructed=instructed,
    )
    return Row(number, application, tuple(errors))


def _date(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    try:
        return datetime.strptime(text, "%d-%m-%Y").date(), ""  # noqa: DTZ007 - a local day, no instant
    except ValueError:
        return None, f"startdato: »{text[:20]}« er ikke en dato. Skriv den som 21-11-2026."


def _yes_no(text: str, column: str) -> tuple[bool, str]:
    plain = text.strip().lower()
    if plain in YES or plain in NO:
        return plain in YES, ""
    return False, f"{column}: skriv ja eller nej."
