"""Which column is what, by heading and by content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.columns import COLUMNS, column_of, guess
from bot.csv_import import names_of
from messages.loader import load_content

WORDS = {name: frozenset(known) for name, known in names_of(load_content()).items()}


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Navn", "navn"),
        ("PATIENTNAVN", "navn"),
        ("Fornavn", "navn"),
        ("Efternavn", "efternavn"),
        ("Mobil nr.", "telefon"),
        ("Tlf.", "telefon"),
        ("Læge tlf.", "lægetelefon"),
        ("Egen læges telefon", "lægetelefon"),
        ("lægetelefon", "lægetelefon"),
        ("laegetelefon", "lægetelefon"),
        ("Forløb", "forløb"),
        ("Samtykke til SMS", "samtykke"),
        ("Start dato", "startdato"),
        ("CPR", None),
        ("", None),
    ],
)
def test_a_heading_is_known_in_many_spellings(heading: str, column: str | None) -> None:
    assert column_of(heading) == column


def test_the_row_of_headings_may_stand_below_a_title() -> None:
    found = guess([["Liste november"], [], ["Navn", "Mobil"], ["Karen", "20123456"]], WORDS)
    assert found.header == 2
    assert found.columns == {"navn": 0, "telefon": 1}


def test_without_headings_the_cells_tell() -> None:
    table = [
        ["1", "Karen Holm", "86123456", "Region Sjælland", "20123456", "Hekseskud"],
        ["2", "Bo Lund", "86123456", "Midtjylland", "20123457", "akut-laend"],
        ["3", "Åse Lund", "86123456", "midtjylland", "20123458", "akut-laend"],
    ]
    found = guess(table, WORDS)
    assert found.header is None
    assert found.columns == {"navn": 1, "lægetelefon": 2, "region": 3, "telefon": 4, "forløb": 5}


def test_consent_is_never_guessed_from_the_cells() -> None:
    assert "samtykke" not in guess([["Navn", "Mobil", "Ny"], ["Karen", "20123456", "ja"]], WORDS).columns


def test_the_first_of_two_columns_with_one_heading_is_taken() -> None:
    assert guess([["Tlf", "Mobil"], ["20123456", "20123457"]], WORDS).columns["telefon"] == 0


@given(st.lists(st.lists(st.text(max_size=8), max_size=5), max_size=6))
def test_any_table_is_guessed_at_within_its_columns(table: list[list[str]]) -> None:
    found = guess(table, WORDS)
    width = max((len(row) for row in table), default=0)
    assert set(found.columns) <= set(COLUMNS)
    assert all(0 <= index < width for index in found.columns.values())
    assert len(set(found.columns.values())) == len(found.columns)
