"""A table as a file: Excel reads it as it is meant, and runs nothing in it."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from bot.staff.csv_file import BOM, csv_text

CELLS = st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), min_size=2, max_size=2))


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline=""), delimiter=";"))


def test_it_begins_with_a_bom_and_uses_semicolons() -> None:
    assert csv_text(["Dato", "Hvad"], [["1", "a;b"]]) == '\ufeffDato;Hvad\r\n1;"a;b"\r\n'


@given(CELLS)
def test_no_cell_begins_a_formula(rows: list[list[str]]) -> None:
    for row in read(csv_text(["a", "b"], rows)):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row)


@given(CELLS)
def test_what_was_written_is_read_back_but_for_the_mark_before_formulas(rows: list[list[str]]) -> None:
    back = read(csv_text(["a", "b"], rows))[1:]
    assert len(back) == len(rows)
    for was, row in zip(rows, back, strict=True):
        for before, after in zip(was, row, strict=True):
            assert after in {before, f"'{before}"}
