"""Rows -> a file that a Danish spreadsheet opens as it is, with no cell that it would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bot.tables.cells import harmless

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTH = 22
_LONGEST = 32_767
"""Characters in a cell of a spreadsheet."""


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """Semicolons, and UTF-8 with the mark that tells Excel so. The first row holds the headings."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(
        [harmless(str(cell).replace("\0", "")) for cell in row] for row in rows
    )
    return out.getvalue().encode("utf-8-sig", "replace")


def xlsx_file(rows: Iterable[Sequence[str]], title: str) -> bytes:
    """One sheet, all cells as text, the first row bold and kept in sight. `title`: at most 31 characters."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        if number == 0:
            for column in range(1, len(row) + 1):
                sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet)
            # Said to be text: left to itself, openpyxl makes a formula of what begins with "=".
            cell.value, cell.data_type = _NOT_IN_XML.sub("", harmless(text))[:_LONGEST], "s"
            if number == 0:
                cell.font = Font(bold=True)
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
