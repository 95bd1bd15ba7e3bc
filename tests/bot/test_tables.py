"""Tables: whatever a spreadsheet writes is read back, and nothing we write is a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.tables import Limits, TableRefusedError, csv_file, harmless, original, read_table, read_text, xlsx_file
from bot.tables.workbook import LARGEST_UNPACKED

HEAD = ["Navn", "Mobil", "Region"]
RUN_BY_EXCEL = "=+-@\t\r\n＝＋－＠"
LARGE = Limits(cell=40_000)


def known(cell: str) -> bool:
    return cell in HEAD


def read(data: bytes, limits: Limits = LARGE) -> list[list[str]]:
    return read_table(data, known, limits)


def as_read(rows: list[list[str]]) -> list[list[str]]:
    """Rows as a reader gives them: without the empty cells and rows at the end."""
    trimmed = []
    for row in rows:
        kept = list(row)
        while kept and not kept[-1]:
            kept.pop()
        trimmed.append(kept)
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff") | st.sampled_from("=+-@';,\"æøåé"),
    max_size=12,
).map(str.strip)
lines = st.lists(words, min_size=3, max_size=3)
tables = st.lists(lines, max_size=6)


def in_cp1252(rows: list[list[str]]) -> bool:
    try:
        "".join(map("".join, rows)).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


@given(words)
def test_a_cell_made_harmless_is_read_as_it_was_and_begins_no_formula(cell: str) -> None:
    assert original(harmless(cell)) == cell
    assert not harmless(cell).lstrip().startswith(tuple(RUN_BY_EXCEL))


@pytest.mark.parametrize("cell", ["=1+1", "+45", "-1", "@SUM", "\t=1", "  =1", "'=1", "''=1", "＝1+1", "\r=1", "'"])
def test_the_known_ways_to_begin_a_formula_are_disarmed(cell: str) -> None:
    assert not harmless(cell).lstrip(" ").startswith(tuple(RUN_BY_EXCEL))
    assert original(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["Karen", "20 12 34 56", "O'Neill", "'s-Gravenhage", ""])
def test_an_ordinary_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == original(cell) == cell


@given(tables)
def test_our_own_csv_is_read_back_the_same(rows: list[list[str]]) -> None:
    assert read(csv_file([HEAD, *rows])) == as_read([HEAD, *rows])


@given(tables)
def test_our_own_workbook_is_read_back_the_same(rows: list[list[str]]) -> None:
    assert read(xlsx_file([HEAD, *rows], "Patienter")) == as_read([HEAD, *rows])


@given(tables, st.booleans(), st.sampled_from([";", ",", "\t"]), st.data())
def test_what_a_spreadsheet_writes_is_read_back(
    rows: list[list[str]], quotes_all: bool, separator: str, data: st.DataObject
) -> None:
    assume(all(original(cell) == cell for row in rows for cell in row))
    encodings = ["utf-8", "utf-8-sig", "utf-16", *(["cp1252"] if in_cp1252(rows) else [])]
    encoding = data.draw(st.sampled_from(encodings))
    ending = data.draw(st.sampled_from(["\r\n", "\n"]))
    out = io.StringIO()
    csv.writer(
        out, delimiter=separator, quoting=csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL, lineterminator=ending
    ).writerows([HEAD, *rows])
    # Windows-1252 is told from UTF-8 by bytes that UTF-8 cannot have: a text with none reads the same in both.
    encoded = out.getvalue().encode(encoding)
    assume(encoding != "cp1252" or not _is_utf8(encoded) or encoded.isascii())
    assert read(encoded) == as_read([HEAD, *rows])


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@given(tables)
def test_no_cell_of_an_export_begins_a_formula(rows: list[list[str]]) -> None:
    text = csv_file(rows).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]
    sheet = load_workbook(io.BytesIO(xlsx_file(rows, "Patienter"))).active
    assert sheet is not None
    for row in sheet.iter_rows():
        assert all(cell.data_type != "f" for cell in row)
        cells += [str(cell.value or "") for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple(RUN_BY_EXCEL))]


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04"]))
def test_any_bytes_are_read_or_refused_in_a_sentence(data: bytes, beginning: bytes) -> None:
    assert refusal_of(beginning + data).endswith((".", "?")) or read(beginning + data) is not None


def refusal_of(data: bytes) -> str:
    """The sentence a file is refused with; empty when it is read."""
    try:
        read(data)
    except TableRefusedError as refusal:
        return str(refusal)
    return ""


def test_the_first_line_may_say_which_separator_there_is() -> None:
    assert read_text("sep=,\nNavn,Mobil\nKaren;Bo,20123456", known, LARGE) == [
        ["Navn", "Mobil"],
        ["Karen;Bo", "20123456"],
    ]


def test_a_comma_in_every_name_does_not_make_commas_the_separator() -> None:
    text = "Navn;Mobil\nHolm, Karen;20123456\nLund, Åse;20123457"
    assert read_text(text, known, LARGE)[1] == ["Holm, Karen", "20123456"]


def test_a_cell_copied_from_excel_may_hold_a_line_break() -> None:
    assert read_text('"Karen\nHolm"\t20123456', known, LARGE) == [["Karen\nHolm", "20123456"]]


def test_an_old_macs_line_ends_are_known() -> None:
    assert read(b"Navn;Mobil\rKaren;20123456\r") == [["Navn", "Mobil"], ["Karen", "20123456"]]


def test_empty_lines_stay_so_that_numbers_are_the_spreadsheets() -> None:
    assert read(b"Navn;Mobil\n\nKaren;20123456\n\n") == [["Navn", "Mobil"], [], ["Karen", "20123456"]]


def workbook(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.create_sheet("Patienter")  # after the empty one that every new workbook has
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def test_a_workbooks_cells_are_read_as_a_danish_spreadsheet_shows_them() -> None:
    values: list[object] = [
        20123456, 20123456.0, 1.5, date(2026, 12, 1), datetime(2026, 12, 1, 10), time(9, 30), True, None, " Bo "
    ]  # fmt: skip
    shown = ["20123456", "20123456", "1.5", "01-12-2026", "01-12-2026", "09.30", "ja", "", "Bo"]
    assert read(workbook(values)) == [shown]


def test_a_formula_is_not_calculated() -> None:
    assert read(workbook(["Karen", "=1+1"])) == [["Karen"]]


def packed(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x" * 2_000_000, "for stor"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "gammelt Excel"),
        (packed("billede.png", b"x"), "ikke en Excel-fil"),
        (packed("xl/workbook.xml", b" " * (LARGEST_UNPACKED + 1)), "pakkes ud"),
        (packed("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]>'), "kan ikke læses"),
        (workbook(["Karen"])[:-40], "kan ikke læses"),
        (b"a\0b", "ikke en tekstfil"),
        (("a;" * 61).encode() + b"b", "for bred"),
        (b"a\n" * 20_000, "for lang"),
        (b"Navn;Mobil\n" + b"x" * 41_000 + b";1", "Linje 2 har en celle"),
    ],
)
def test_what_cannot_be_a_list_is_refused_in_danish(data: bytes, words: str) -> None:
    with pytest.raises(TableRefusedError, match=words):
        read(data)


def test_a_row_far_down_in_a_workbook_takes_no_memory() -> None:
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0]["A1048576"] = "Karen"
    book.save(out)
    assert read(out.getvalue()) == []
