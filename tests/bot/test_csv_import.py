from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.csv_import import read
from bot.tables import TableRefusedError

HEADER = "navn;telefon;forløb;region;lægetelefon;samtykke"
LINE = "Karen Sørensen;20 12 34 56;akut-laend;midtjylland;86123456;ja"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_from_any_spreadsheet_is_read(encoding: str, delimiter: str, newline: str) -> None:
    data = newline.join([HEADER, LINE, ""]).replace(";", delimiter).encode(encoding)
    (row,) = read(data)
    assert row.number == 2
    assert row.errors == ()
    assert row.application.name == "Karen Sørensen"
    assert row.application.consent


@pytest.mark.parametrize(
    "header",
    [
        " Navn ; TELEFON;Forløb;Region;Læge telefon;Samtykke",
        "navn;telefon;forloeb;region;laegetelefon;samtykke",
        '"navn";"telefon";"forløb";"region";"lægetelefon";"samtykke"',
    ],
)
def test_case_and_spaces_in_the_header_are_forgiven(header: str) -> None:
    assert len(read(f"{header}\n{LINE}".encode())) == 1


def test_the_optional_columns_are_read() -> None:
    line = f"{LINE};aften;01-12-2026;ja"
    (row,) = read(f"{HEADER};tidspunkt;startdato;instrueret\n{line}".encode())
    assert row.application.time_of_day == "aften"
    assert row.application.start_date == date(2026, 12, 1)
    assert row.application.instructed


def test_missing_and_unknown_columns_are_named() -> None:
    with pytest.raises(TableRefusedError) as refusal:
        read(b"navn;telefon;cpr\nKaren;20123456;1")
    assert "forløb, region, lægetelefon, samtykke" in str(refusal.value)
    assert "Ukendte kolonner: cpr" in str(refusal.value)


def test_a_column_that_stands_twice_is_named() -> None:
    with pytest.raises(TableRefusedError, match="to gange: navn"):
        read(f"{HEADER};navn\n{LINE};x".encode())


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", f"{HEADER}\n".encode(), f"{HEADER}\n;;;;;\n".encode(), b"PK\x03\x04\0\0"]
)
def test_a_file_without_patients_says_so(data: bytes) -> None:
    with pytest.raises(TableRefusedError):
        read(data)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("x;20123456;a;b;c;måske", "samtykke: skriv ja eller nej"),
        ("x;20123456;a;b;c;ja;aften;2026-12-01;ja", "21-11-2026"),
        ("x;20123456;a;b;c;ja;aften;;kanske", "instrueret: skriv ja eller nej"),
        ("x;20123456;a;b;c;ja;aften;;ja;for meget", "10 felter"),
    ],
)
def test_a_bad_cell_is_told_in_danish(cells: str, words: str) -> None:
    (row,) = read(f"{HEADER};tidspunkt;startdato;instrueret\n{cells}".encode())
    assert words in " ".join(row.errors)


def test_a_quoted_cell_may_hold_the_delimiter() -> None:
    (row,) = read(f'{HEADER}\n"Karen; født Holm";20123456;a;b;c;ja'.encode())
    assert row.application.name == "Karen; født Holm"


@given(st.binary(max_size=400))
def test_any_file_is_read_or_refused_in_a_sentence(data: bytes) -> None:
    assert refusal_of(data).endswith(".") or read(data)


@given(st.binary(max_size=200))
def test_any_lines_under_a_good_header_are_read_or_refused(data: bytes) -> None:
    whole = HEADER.encode() + b"\n" + data
    assert refusal_of(whole).endswith(".") or read(whole)


def refusal_of(data: bytes) -> str:
    """The sentence a file is refused with; empty when it is read."""
    try:
        read(data)
    except TableRefusedError as refusal:
        return str(refusal)
    return ""
