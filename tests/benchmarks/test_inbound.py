"""The benchmark of what comes in measures what it says, at the size of a few texts."""

import pytest

from benchmarks.clinic import texts
from benchmarks.databases import Databases
from benchmarks.inbound import HEAD, measure
from tests import postgres


def test_few_texts_are_taken_in_read_and_answered(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: postgres.Server
) -> None:
    made = Databases(tmp_path_factory.mktemp("benchmark"), postgres_server)
    nothing, text, _ = measure(made, count=20, connections=3)
    assert [dict(zip(HEAD, line, strict=True))["requests"] for line in (nothing, text)] == ["20", "20"]
    assert float(dict(zip(HEAD, text, strict=True))["requests/s"]) > 0


def test_texts_are_distinct_and_of_the_level_asked_for() -> None:
    red = list(texts(50, "red"))
    assert len(set(red)) == 50
    assert red == list(texts(50, "red"))
    assert red != list(texts(50, "green"))
