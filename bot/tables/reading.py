"""Bytes or pasted text -> rows of cells, whatever the encoding, the separator and the kind of file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from bot.tables import workbook
from bot.tables.cells import original
from bot.tables.refusal import Limits, TableRefusedError

__all__ = ["Limits", "TableRefusedError", "read_table", "read_text"]

SEPARATORS = ";\t,"
"""In the order they are preferred when nothing else decides: Danish spreadsheets write semicolons."""
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_LOOKED_AT = 50
_TOLD_BY_EXCEL = "sep="

Known = Callable[[str], bool]
"""Whether a cell is the name of a column we know."""


def read_table(data: bytes, known: Known, limits: Limits) -> list[list[str]]:
    """A file's rows; empty ones stay, so that a row's place is the one its spreadsheet shows.

    Raises TableRefusedError.
    """
    if len(data) > limits.size:
        raise TableRefusedError(f"Filen er for stor. Del den i filer på højst {limits.size // 1_000_000} MB.")
    if data.startswith(_OLD_EXCEL):
        raise TableRefusedError("Filen er fra et gammelt Excel (.xls). Gem den som .xlsx eller CSV, og prøv igen.")
    if data.startswith(_ZIP):
        return limits.check(_trimmed(workbook.read(data, limits)))
    return read_text(_decoded(data), known, limits)


def read_text(text: str, known: Known, limits: Limits) -> list[list[str]]:
    """Pasted cells or the text of a CSV file. Raises TableRefusedError."""
    if "\0" in text:
        raise TableRefusedError("Filen er ikke en tekstfil. Gem den som CSV eller .xlsx, og prøv igen.")
    text = text.removeprefix("\ufeff")
    if "\n" not in text:
        text = text.replace("\r", "\n")  # as an old Mac ends its lines
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith(_TOLD_BY_EXCEL) and len(first.strip()) == len(_TOLD_BY_EXCEL) + 1:
        return limits.check(_trimmed(_parsed(rest, first.strip()[-1])))
    tried = {separator: _parsed(text, separator) for separator in SEPARATORS if separator in text}
    if not tried:
        return limits.check(_trimmed(_parsed(text, SEPARATORS[0])))
    best = max(tried, key=lambda separator: (*_fitness(tried[separator], known), -SEPARATORS.index(separator)))
    return limits.check(_trimmed(tried[best]))


def _fitness(table: list[list[str]], known: Known) -> tuple[int, float, int]:
    """How much a table looks as it was meant: column names we know, rows of one width, many columns."""
    rows = [row for row in table if any(row)][:_LOOKED_AT]
    if not rows:
        return 0, 0, 0
    names = max(sum(known(cell) for cell in row) for row in rows[:5])
    width = len(rows[0])
    alike = sum(len(row) == width for row in rows) / len(rows) if width > 1 else 0.0
    return names, alike, width


def _parsed(text: str, separator: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        return [[original(cell.strip()) for cell in row] for row in lines]
    except csv.Error as error:
        raise TableRefusedError(f"Filen kan ikke læses som CSV (linje {lines.line_num}).") from error


def _trimmed(table: list[list[str]]) -> list[list[str]]:
    """Without the empty cells that a spreadsheet leaves at the end of rows, and the empty rows at the end."""
    rows = []
    for row in table:
        end = len(row)
        while end and not row[end - 1]:
            end -= 1
        rows.append(row[:end])
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _decoded(data: bytes) -> str:
    encodings = ["utf-8-sig", "cp1252"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings.insert(0, "utf-16")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
