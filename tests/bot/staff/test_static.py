"""The pages' own files, as browsers fetch them."""

from __future__ import annotations

import gzip
import re
from itertools import combinations
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot import demo
from bot.staff import shell
from tests.bot.staff.conftest import app_of
from tests.world import World

STATIC = Path(shell.__file__).parent / "static"
SHEETS = [
    *sorted(STATIC.glob("css/*.css")),
    STATIC / "overview.css",
    STATIC / "handout.css",
    Path(demo.__file__).parent / "static" / "demo.css",
]
LONGEST = 250
_ELSEWHERE = re.compile(r"/\*.*?\*/|@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", re.DOTALL)
"""Comments, and what holds for some screens alone."""


@pytest.fixture
def visitor(lite_world: World) -> FlaskClient:
    return app_of(lite_world).test_client()


def fetch(visitor: FlaskClient, path: str, accepted: str, **headers: str) -> TestResponse:
    return visitor.get(path, headers={"Accept-Encoding": accepted, **headers}, buffered=True)


def test_a_file_is_sent_packed_to_a_browser_that_can_unpack_it(visitor: FlaskClient) -> None:
    plain = fetch(visitor, "/static/app.css", "")
    packed = fetch(visitor, "/static/app.css", "gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert len(packed.get_data()) < len(plain.get_data()) / 3


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0"])
def test_it_is_sent_as_it_is_to_any_other(visitor: FlaskClient, accepted: str) -> None:
    answer = fetch(visitor, "/static/app.css", accepted)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.data.startswith(b"/*")


def test_a_file_that_is_not_there_is_not_packed(visitor: FlaskClient) -> None:
    assert fetch(visitor, "/static/../app.py", "gzip").status_code == 404
    assert fetch(visitor, "/static/none.css", "gzip").status_code == 404


def test_a_browser_that_has_the_file_is_sent_nothing(visitor: FlaskClient) -> None:
    first = fetch(visitor, "/static/app.css", "gzip")
    again = fetch(visitor, "/static/app.css", "gzip", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_are_not_packed(visitor: FlaskClient) -> None:
    assert "Content-Encoding" not in fetch(visitor, "/login", "gzip").headers


def test_the_style_sheets_go_out_as_one_file_in_their_order(visitor: FlaskClient) -> None:
    sent = fetch(visitor, "/static/app.css", "").get_data(as_text=True)
    parts = [(STATIC / "css" / f"{part}.css").read_text(encoding="utf-8") for part in shell.PARTS]
    assert sent == "\n".join(parts)
    assert {sheet.stem for sheet in STATIC.glob("css/*.css")} == set(shell.PARTS)


def classes_of(sheet: Path) -> set[str]:
    """The classes that a sheet itself gives a look, outside of what holds for some screens alone."""
    text = _ELSEWHERE.sub("", sheet.read_text(encoding="utf-8"))
    selectors = [one.strip() for group in re.findall(r"([^{}]+)\{", text) for one in group.split(",")]
    return {one for one in selectors if re.fullmatch(r"\.[\w-]+", one)}


@pytest.mark.parametrize(("one", "other"), list(combinations(SHEETS, 2)), ids=lambda sheet: sheet.stem)
def test_no_two_style_sheets_give_the_same_class_a_look(one: Path, other: Path) -> None:
    assert classes_of(one) & classes_of(other) == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_a_style_sheet_is_short_enough_to_be_read(sheet: Path) -> None:
    assert classes_of(sheet) or sheet.stem == "screens"
    assert len(sheet.read_text(encoding="utf-8").splitlines()) < LONGEST
