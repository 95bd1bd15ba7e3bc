"""Cells that a spreadsheet would take for a formula are written with an apostrophe before them, and read without it."""

from __future__ import annotations

import re

_DANGEROUS = re.compile(r"'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What Excel, LibreOffice and their kin may run when they open a file: also after spaces and in full-width letters.

A cell that has apostrophes before such a beginning gets one more, so that reading gives back exactly what was written.
"""
_QUOTE = "'"
_MARKED = re.compile(rf"'{_DANGEROUS.pattern}")


def harmless(cell: str) -> str:
    """The cell as it may stand in a file that somebody opens in a spreadsheet."""
    return _QUOTE + cell if _DANGEROUS.match(cell) else cell


def original(cell: str) -> str:
    """The cell as it was before `harmless`."""
    return cell.removeprefix(_QUOTE) if _MARKED.match(cell) else cell
