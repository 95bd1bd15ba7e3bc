"""Who gets in with a key and who does not, how often, and how each refusal is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from bot.api_keys import PER_MINUTE
from core.models import ApiKey, ApiScope
from tests.bot.api.keys import PERSON, Script, add_key, enrolments, script_for, told
from tests.world import World


def test_of_many_requests_at_once_with_one_name_one_enrols(world: World) -> None:
    script = script_for(world)

    def send(_: int) -> tuple[int, int | None]:
        response = script.post("/enrolments", PERSON, Idempotency_Key="visit-17")
        return response.status_code, (response.json or {}).get("id")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answers) == [(200, 1)] * 7 + [(201, 1)]
    assert len(enrolments(world)) == 1


@pytest.mark.parametrize("body", ['{"name": ', "[1]", '"x"', "\udcff", "[" * 100_000])
def test_what_is_no_json_object_is_refused(script: Script, body: str) -> None:
    response = script.app.test_client().post(
        "/api/v1/enrolments",
        data=body.encode("utf-8", "surrogateescape"),
        content_type="application/json",
        headers={"Authorization": f"Bearer {script.key}"},
    )
    assert (response.status_code, told(response)["code"]) == (400, "bad_request")


def test_a_form_is_not_json(script: Script) -> None:
    response = script.app.test_client().post(
        "/api/v1/enrolments", data=PERSON, headers={"Authorization": f"Bearer {script.key}"}
    )
    assert (response.status_code, told(response)["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("name", ["", "x" * 101, "æ", "a\tb"])
def test_a_name_for_a_request_is_short_and_plain(script: Script, name: str) -> None:
    assert script.post("/enrolments", PERSON, Idempotency_Key=name).status_code == 400


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer rygbot_x", "Basic YTpi", "rygbot_x"])
def test_without_a_good_key_nobody_gets_in(script: Script, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = script.app.test_client().get("/api/v1/programmes", headers=headers)
    assert (response.status_code, told(response)["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm="rygbot"')


def test_a_revoked_key_lets_nobody_in(lite_world: World, script: Script) -> None:
    assert script.get("/programmes").status_code == 200
    with lite_world.session() as session, session.begin():
        session.execute(update(ApiKey).values(revoked_at=lite_world.clock()))
    assert script.get("/programmes").status_code == 401


def test_a_key_that_may_only_read_changes_nothing(lite_world: World) -> None:
    lite_world.enrol()
    script = script_for(lite_world, ApiScope.READ)
    for path, sent in (("/enrolments", PERSON), ("/enrolments/1/stop", {"reason": "well"})):
        response = script.post(path, sent)
        assert (response.status_code, told(response)["code"]) == (403, "forbidden")
        assert 'error="insufficient_scope"' in response.headers["WWW-Authenticate"]
    assert [script.get(path).status_code for path in ("/programmes", "/alerts", "/enrolments/1")] == [200, 200, 200]


def test_a_key_has_so_many_requests_a_minute(world: World) -> None:
    script = script_for(world, ApiScope.READ)
    other = Script(script.app, add_key(world, ApiScope.ENROL))
    with world.session() as session, session.begin():
        key = session.get_one(ApiKey, 1)
        key.minute_from, key.minute_count = world.clock(), PER_MINUTE - 1
    world.clock.forward(seconds=20)
    assert script.get("/programmes").status_code == 200
    refused = script.get("/programmes")
    assert (refused.status_code, told(refused)["code"]) == (429, "too_many_requests")
    assert refused.headers["Retry-After"] == "41"
    assert other.get("/programmes").status_code == 200
    world.clock.forward(seconds=40)
    assert script.get("/programmes").status_code == 200


def test_requests_at_once_are_all_counted(world: World) -> None:
    script = script_for(world, ApiScope.READ)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: script.get("/programmes"), range(20)))
    with world.session() as session:
        key = session.get_one(ApiKey, 1)
    assert (key.minute_count, key.last_used_at) == (20, world.clock())


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/findes-ikke", 404, "not_found"),
        ("GET", "/api/v1/enrolments/99999999999999999999999", 404, "not_found"),
        ("DELETE", "/api/v1/enrolments/1", 405, "method_not_allowed"),
    ],
)
def test_flasks_own_refusals_are_said_as_the_others(
    script: Script, method: str, path: str, status: int, code: str
) -> None:
    response = script.app.test_client().open(path, method=method)
    assert (response.status_code, told(response)["code"]) == (status, code)


def test_an_unexpected_error_is_said_without_saying_what(script: Script) -> None:
    def broken() -> str:
        raise RuntimeError("Karen Testsen")

    script.app.add_url_rule("/api/v1/i-stykker", view_func=broken)
    response = script.get("/i-stykker")
    assert (response.status_code, told(response)["code"]) == (500, "internal_error")
    assert "Karen" not in response.text


def test_the_api_sets_no_cookie_and_asks_for_no_token(script: Script) -> None:
    response = script.post("/enrolments", PERSON)
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
