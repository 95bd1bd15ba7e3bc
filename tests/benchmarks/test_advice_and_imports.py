"""The benchmarks of advice and of bulk enrolment measure what they say, at the size of a few patients."""

from __future__ import annotations

import pytest

from benchmarks.advice import HEAD as ADVICE_HEAD
from benchmarks.advice import measure as measure_advice
from benchmarks.databases import Databases
from benchmarks.imports import HEAD as IMPORT_HEAD
from benchmarks.imports import WRONG_EVERY, lines
from benchmarks.imports import measure as measure_imports
from bot.csv_import import read
from tests import postgres


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server) -> Databases:
    return Databases(tmp_path_factory.mktemp("benchmark"), postgres_server)


def test_advice_overtakes_the_texts_that_wait(made: Databases) -> None:
    line = dict(zip(ADVICE_HEAD, measure_advice(made, replies=3, waiting=400, delay=0.02), strict=True))
    assert line["texts waiting"] == "400"
    median, longest = (float(line[name].replace(",", "")) for name in ("p50, ms", "longest, ms"))
    assert 0 < median <= longest
    assert 0 < int(line["other texts sent meanwhile"]) < 400


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_file_is_enrolled_and_compared_with_the_rows_alone(made: Databases, kind: str) -> None:
    bare, ours = (dict(zip(IMPORT_HEAD, line, strict=True)) for line in measure_imports(made, kind, 12))
    assert (ours["lines"], ours["enrolled"], ours["refused"]) == ("12", "12", "0")
    assert bare["texts planned"] == ours["texts planned"] != "0"
    assert float(ours["of ceiling"]) > 0


def test_some_lines_of_the_file_hold_no_number() -> None:
    rows = read(lines(2 * WRONG_EVERY).encode())
    assert [row.number - 1 for row in rows if row.application.phone == "1234"] == [WRONG_EVERY, 2 * WRONG_EVERY]
