"""An xlsx file -> rows of cells as text. Formulas are not calculated: what the file says they gave is read."""

from __future__ import annotations

import io
import warnings
import zipfile
from datetime import date, datetime, time

from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from bot.tables.cells import original
from bot.tables.refusal import Limits, TableRefusedError

LARGEST_UNPACKED = 40_000_000
MOST_PARTS = 500
BROKEN = "Excel-filen kan ikke læses. Gem den igen som .xlsx, eller gem den som CSV."
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
"""No spreadsheet writes these; who does wants a small file to become a huge one in memory."""


def read(data: bytes, limits: Limits) -> list[list[str]]:
    """The rows of the first sheet that has any. Raises TableRefusedError."""
    _check_parts(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and rules that openpyxl does not know are no matter here
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                return _first_with_rows(workbook, limits)
            finally:
                workbook.close()
    except TableRefusedError:
        raise
    # A damaged file fails anywhere in openpyxl, with whatever error that place knows.
    except Exception as error:
        raise TableRefusedError(BROKEN) from error


def _check_parts(data: bytes) -> None:
    """Nothing is parsed of a file that unpacks to more than a list of patients can need.

    The sizes may be believed: zipfile reads no more of a part than the size it states.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise TableRefusedError("Excel-filen er for stor, når den pakkes ud. Gem listen alene i en ny fil.")
            if "xl/workbook.xml" not in packed.namelist():
                raise TableRefusedError("Filen er ikke en Excel-fil (.xlsx) eller CSV-fil.")
            if any(word in packed.read(part) for part in parts for word in _FORBIDDEN):
                raise TableRefusedError(BROKEN)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise TableRefusedError(BROKEN) from error


def _first_with_rows(workbook: Workbook, limits: Limits) -> list[list[str]]:
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # a file may claim a million rows that it does not have
        cells = sheet.iter_rows(max_row=limits.lines + 1, max_col=limits.columns + 1, values_only=True)
        table = [[_text(value) for value in row] for row in cells]
        if any(any(row) for row in table):
            return table
    return []


def _text(value: object) -> str:
    """A cell as a Danish spreadsheet shows it: dates 21-11-2026, telephone numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%d-%m-%Y")
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    if isinstance(value, time):
        return value.strftime("%H.%M")
    return original(str(value).strip())
