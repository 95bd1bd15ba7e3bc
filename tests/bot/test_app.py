"""What every answer carries, what machines are told, and what goes wrong in plain Danish."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from bot.app import LARGEST_REQUEST, create_app
from bot.heartbeat import WORKER
from core.log import configure
from core.models import Heartbeat
from tests.world import World, make_world


@pytest.fixture
def app(lite_world: World) -> Flask:
    return create_app(lite_world.runtime, wall_clock=lite_world.clock)


def beat(world: World) -> None:
    with world.session() as session, session.begin():
        session.add(Heartbeat(name=WORKER, at=world.clock()))


def page_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def test_healthz_says_the_process_lives(app: Flask) -> None:
    response = app.test_client().get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "alive"})


def test_readyz_is_ready_with_a_database_and_a_worker(world: World) -> None:
    beat(world)
    app = create_app(world.runtime, wall_clock=world.clock)
    assert app.test_client().get("/readyz").json == {"status": "ready"}


def test_readyz_names_a_worker_that_never_ran(app: Flask) -> None:
    response = app.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["problems"][0].startswith("worker:")


def test_readyz_names_a_worker_that_has_stopped(app: Flask, lite_world: World) -> None:
    beat(lite_world)
    lite_world.clock.forward(seconds=61)
    assert app.test_client().get("/readyz").status_code == 503


def test_readyz_names_a_schema_that_is_behind(app: Flask, lite_world: World) -> None:
    with lite_world.session() as session, session.begin():
        session.execute(text("DELETE FROM alembic_version"))
    response = app.test_client().get("/readyz")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["problems"][0].startswith("database:")


def test_readyz_and_metrics_answer_503_without_a_database(empty_database_url: str) -> None:
    lost = make_world(empty_database_url)
    client = create_app(lost.runtime).test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/metrics").status_code == 503
    lost.close()


def test_metrics_count_what_waits_and_hold_no_patient_data(world: World) -> None:
    world.enrol(name="Karen Testsen")
    world.write("jeg kan ikke tisse")
    world.clock.forward(minutes=5)
    body = page_of(create_app(world.runtime).test_client().get("/metrics"))
    assert 'rygbot_open_alerts{colour="red"} 1.0' in body
    assert "rygbot_oldest_open_red_alert_age_seconds 300.0" in body
    assert "rygbot_oldest_due_message_age_seconds 300.0" in body
    assert 'rygbot_messages{state="planned"}' in body
    assert "Karen" not in body
    assert "tisse" not in body


def test_metrics_count_texts_that_nobody_sent_in_time(world: World) -> None:
    world.enrol()
    world.drain()
    assert "rygbot_expired_texts 0.0" in page_of(create_app(world.runtime).test_client().get("/metrics"))
    world.clock.forward(days=1, hours=18)
    world.drain()
    body = page_of(create_app(world.runtime).test_client().get("/metrics"))
    assert "rygbot_expired_texts 1.0" in body
    assert "rygbot_late_texts 0.0" in body


def test_every_answer_carries_the_security_headers(app: Flask) -> None:
    for path in ("/login", "/", "/findes-ikke", "/healthz"):
        headers = app.test_client().get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert "geolocation=()" in headers["Permissions-Policy"]


def test_the_demo_may_frame_its_own_pages(app: Flask) -> None:
    app.config["DEMO"] = True
    assert "frame-ancestors 'self'" in app.test_client().get("/login").headers["Content-Security-Policy"]


@pytest.mark.parametrize(("public_url", "is_sent"), [("https://rygbot.example", True), ("http://127.0.0.1", False)])
def test_https_is_demanded_only_where_there_is_https(sqlite_url: str, public_url: str, *, is_sent: bool) -> None:
    made = make_world(sqlite_url, public_url=public_url)
    response = create_app(made.runtime).test_client().get("/login")
    assert ("Strict-Transport-Security" in response.headers) is is_sent
    assert ("Secure" in response.headers["Set-Cookie"]) is is_sent
    made.close()


def test_files_of_the_pages_may_be_kept_by_the_browser(app: Flask) -> None:
    response = app.test_client().get("/static/app.css", buffered=True)
    assert "immutable" in response.headers["Cache-Control"]


def test_the_vendored_htmx_stands_beside_its_licence(app: Flask) -> None:
    client = app.test_client()
    assert 'version:"2.0.11"' in page_of(client.get("/static/htmx-2.0.11.min.js", buffered=True))
    assert "Zero-Clause BSD" in page_of(client.get("/static/htmx-2.0.11.LICENSE.txt", buffered=True))


def test_a_form_without_a_token_is_refused_and_says_what_to_do(app: Flask) -> None:
    response = app.test_client().post("/login", data={"email": "a@b.dk", "password": "x"})
    assert response.status_code == 400
    assert "Genindlæs" in page_of(response) or "genindlæs" in page_of(response)


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        ("GET", "/findes-ikke", 404, "Siden findes ikke"),
        ("GET", "/patienter/99999999999999999999999999", 404, "Siden findes ikke"),
        ("GET", "/logout", 405, "Gå til indbakken"),
    ],
)
def test_errors_are_explained_in_danish(app: Flask, method: str, path: str, status: int, says: str) -> None:
    response = app.test_client().open(path, method=method)
    assert response.status_code == status
    assert says in page_of(response)
    assert 'lang="da"' in page_of(response)


def test_a_method_that_is_not_allowed_names_those_that_are(app: Flask) -> None:
    assert "POST" in app.test_client().get("/logout").headers["Allow"]


def test_too_much_at_once_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    response = app.test_client().post("/login", data={"email": "a" * (LARGEST_REQUEST + 1)})
    assert response.status_code == 413
    assert "1 MB" in page_of(response)


@pytest.fixture
def product_log(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """The log as an entry point sets it up, written to where capsys reads it."""
    configure("json")
    yield capsys
    structlog.reset_defaults()


def test_an_unexpected_error_is_explained_and_logged_without_patient_data(
    app: Flask, product_log: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise RuntimeError("Karen Testsen +4520123456")

    app.add_url_rule("/i-stykker", view_func=broken)
    response = app.test_client().get("/i-stykker")
    assert response.status_code == 500
    assert "Noget gik galt hos os" in page_of(response)
    told = "".join(product_log.readouterr())
    assert "/i-stykker" in told
    assert "RuntimeError at" in told
    assert "Karen" not in told
    assert "+4520123456" not in page_of(response)


def test_machines_get_errors_as_a_bare_line(app: Flask) -> None:
    response = app.test_client().post("/sms/inbound", data={"Body": "hej"})
    assert response.status_code == 403
    assert response.mimetype == "text/plain"


def test_a_page_that_fails_leaves_nothing_half_stored(app: Flask, lite_world: World) -> None:
    from bot.web import db

    def half() -> str:
        db().add(Heartbeat(name="half", at=lite_world.clock()))
        db().flush()
        raise RuntimeError

    app.add_url_rule("/halv", view_func=half)
    assert app.test_client().get("/halv").status_code == 500
    with lite_world.session() as session:
        assert session.get(Heartbeat, "half") is None
