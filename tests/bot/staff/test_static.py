"""The pages' own files, as browsers fetch them."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.bot.staff.conftest import app_of
from tests.world import World


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
